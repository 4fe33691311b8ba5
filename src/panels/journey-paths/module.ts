import '../../public-path';

import { PanelPlugin } from '@grafana/data';

import { frameMarker } from '../../components/find-field';
import { suggestFor, WITHOUT_COLORS } from '../../components/panel-suggestion';
import { JourneyPathsPanel } from './JourneyPathsPanel';
import { addOptions, type PathsOptions } from './options';

export const plugin = new PanelPlugin<PathsOptions>(JourneyPathsPanel)
  .useFieldConfig({ disableStandardOptions: WITHOUT_COLORS })
  .setPanelOptions(addOptions)
  .setSuggestionsSupplier(
    suggestFor<PathsOptions>('Journey paths', (frame) => frameMarker(frame, 'paths') !== undefined)
  );
