import '../../public-path';

import { FieldConfigProperty, PanelPlugin, VisualizationSuggestionScore } from '@grafana/data';

import { frameMarker } from '../../components/find-field';
import { JourneyFunnelPanel } from './JourneyFunnelPanel';
import { addOptions, type FunnelOptions } from './options';

export const plugin = new PanelPlugin<FunnelOptions>(JourneyFunnelPanel)
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
    summary.rawFrames?.some((frame) => frameMarker(frame, 'funnel'))
      ? [{ name: 'Journey funnel', score: VisualizationSuggestionScore.Best }]
      : undefined
  );
