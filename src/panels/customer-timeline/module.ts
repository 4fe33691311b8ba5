import '../../public-path';

import { PanelPlugin } from '@grafana/data';
import { type CustomersMarker } from '@apitrail/contract';

import { frameMarker } from '../../components/find-field';
import { suggestFor, WITHOUT_COLORS } from '../../components/panel-suggestion';
import { CustomerTimelinePanel } from './CustomerTimelinePanel';
import { addOptions, type TimelineOptions } from './options';

export const plugin = new PanelPlugin<TimelineOptions>(CustomerTimelinePanel)
  .useFieldConfig({ disableStandardOptions: WITHOUT_COLORS })
  .setPanelOptions(addOptions)
  .setSuggestionsSupplier(
    suggestFor<TimelineOptions>(
      'Customer timeline',
      (frame) => frameMarker<CustomersMarker>(frame, 'customers')?.view === 'timeline'
    )
  );
