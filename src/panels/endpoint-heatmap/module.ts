import '../../public-path';

import { FieldConfigProperty, PanelPlugin } from '@grafana/data';

import { frameMarker } from '../../components/find-field';
import { suggestFor } from '../../components/panel-suggestion';
import { EndpointHeatmapPanel } from './EndpointHeatmapPanel';
import { addOptions, type HeatmapOptions } from './options';

export const plugin = new PanelPlugin<HeatmapOptions>(EndpointHeatmapPanel)
  .useFieldConfig({
    disableStandardOptions: [FieldConfigProperty.Color, FieldConfigProperty.Min, FieldConfigProperty.Max],
  })
  .setPanelOptions(addOptions)
  .setDataSupport({ annotations: true })
  .setSuggestionsSupplier(
    suggestFor<HeatmapOptions>('Endpoint heatmap', (frame) => frameMarker(frame, 'heatmap') !== undefined, {
      showLegend: false,
      showValues: 'never',
    })
  );
