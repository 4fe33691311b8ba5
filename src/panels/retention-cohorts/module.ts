import '../../public-path';

import { FieldConfigProperty, PanelPlugin, VisualizationSuggestionScore } from '@grafana/data';

import { frameMarker } from '../../components/find-field';
import { addOptions, type RetentionOptions } from './options';
import { RetentionCohortsPanel } from './RetentionCohortsPanel';

export const plugin = new PanelPlugin<RetentionOptions>(RetentionCohortsPanel)
  .useFieldConfig({
    disableStandardOptions: [
      FieldConfigProperty.Color,
      FieldConfigProperty.Min,
      FieldConfigProperty.Max,
      FieldConfigProperty.Decimals,
      FieldConfigProperty.Thresholds,
      FieldConfigProperty.Mappings,
    ],
  })
  .setPanelOptions(addOptions)
  .setSuggestionsSupplier((summary) =>
    summary.rawFrames?.some((frame) => frameMarker(frame, 'retention'))
      ? [
          {
            name: 'Retention cohorts',
            score: VisualizationSuggestionScore.Best,
            cardOptions: {
              previewModifier: (suggestion) => {
                suggestion.options = { ...suggestion.options, showLegend: false, showValues: 'never' };
              },
            },
          },
        ]
      : undefined
  );
