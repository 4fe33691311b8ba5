import '../../public-path';

import { PanelPlugin } from '@grafana/data';

import { frameMarker } from '../../components/find-field';
import { suggestFor, WITHOUT_COLORS } from '../../components/panel-suggestion';
import { ErrorBreakdownPanel } from './ErrorBreakdownPanel';
import { addOptions, type ErrorsOptions } from './options';

export const plugin = new PanelPlugin<ErrorsOptions>(ErrorBreakdownPanel)
  .useFieldConfig({ disableStandardOptions: WITHOUT_COLORS })
  .setPanelOptions(addOptions)
  .setSuggestionsSupplier(
    suggestFor<ErrorsOptions>('Error breakdown', (frame) => frameMarker(frame, 'errors') !== undefined, {
      showToolbar: false,
      density: 'compact',
    })
  );
