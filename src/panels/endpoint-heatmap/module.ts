import '../../public-path';

import { FieldConfigProperty, PanelPlugin, VisualizationSuggestionScore } from '@grafana/data';

import { frameMarker } from '../../components/find-field';
import { EndpointHeatmapPanel } from './EndpointHeatmapPanel';
import { addOptions, type HeatmapOptions } from './options';

export const plugin = new PanelPlugin<HeatmapOptions>(EndpointHeatmapPanel)
  .useFieldConfig({
    disableStandardOptions: [FieldConfigProperty.Color, FieldConfigProperty.Min, FieldConfigProperty.Max],
  })
  .setPanelOptions(addOptions)
  .setDataSupport({ annotations: true })
  .setSuggestionsSupplier((summary) =>
    summary.rawFrames?.some((frame) => frameMarker(frame, 'heatmap'))
      ? [
          {
            name: 'Endpoint heatmap',
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
