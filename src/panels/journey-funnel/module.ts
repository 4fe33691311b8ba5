import '../../public-path';

import { PanelPlugin } from '@grafana/data';

import { frameMarker } from '../../components/find-field';
import { suggestFor, WITHOUT_COLORS } from '../../components/panel-suggestion';
import { JourneyFunnelPanel } from './JourneyFunnelPanel';
import { addOptions, type FunnelOptions } from './options';

export const plugin = new PanelPlugin<FunnelOptions>(JourneyFunnelPanel)
  .useFieldConfig({ disableStandardOptions: WITHOUT_COLORS })
  .setPanelOptions(addOptions)
  .setSuggestionsSupplier(
    suggestFor<FunnelOptions>('Journey funnel', (frame) => frameMarker(frame, 'funnel') !== undefined)
  );
