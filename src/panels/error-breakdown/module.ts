import '../../public-path';

import { FieldConfigProperty, PanelPlugin, VisualizationSuggestionScore } from '@grafana/data';

import { frameMarker } from '../../components/find-field';
import { ErrorBreakdownPanel } from './ErrorBreakdownPanel';
import { addOptions, type ErrorsOptions } from './options';

export const plugin = new PanelPlugin<ErrorsOptions>(ErrorBreakdownPanel)
  .useFieldConfig({
    disableStandardOptions: [
      FieldConfigProperty.Color,
      FieldConfigProperty.Min,
      FieldConfigProperty.Max,
      FieldConfigProperty.Thresholds,
      FieldConfigProperty.Mappings,
    ],
  })
  .setPanelOptions(addOptions)
  .setSuggestionsSupplier((summary) =>
    summary.rawFrames?.some((frame) => frameMarker(frame, 'errors'))
      ? [
          {
            name: 'Error breakdown',
            score: VisualizationSuggestionScore.Best,
            cardOptions: {
              previewModifier: (suggestion) => {
                suggestion.options = { ...suggestion.options, showToolbar: false, density: 'compact' };
              },
            },
          },
        ]
      : undefined
  );
