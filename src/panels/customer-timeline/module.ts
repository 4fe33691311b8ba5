import '../../public-path';

import { FieldConfigProperty, PanelPlugin, VisualizationSuggestionScore } from '@grafana/data';
import { type CustomersMarker } from '@apitrail/contract';

import { frameMarker } from '../../components/find-field';
import { CustomerTimelinePanel } from './CustomerTimelinePanel';
import { addOptions, type TimelineOptions } from './options';

export const plugin = new PanelPlugin<TimelineOptions>(CustomerTimelinePanel)
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
    summary.rawFrames?.some((frame) => frameMarker<CustomersMarker>(frame, 'customers')?.view === 'timeline')
      ? [{ name: 'Customer timeline', score: VisualizationSuggestionScore.Best }]
      : undefined
  );
