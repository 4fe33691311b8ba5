import '../../public-path';

import { FieldConfigProperty, PanelPlugin } from '@grafana/data';

import { frameMarker } from '../../components/find-field';
import { suggestFor, WITHOUT_COLORS } from '../../components/panel-suggestion';
import { addOptions, type RetentionOptions } from './options';
import { RetentionCohortsPanel } from './RetentionCohortsPanel';

export const plugin = new PanelPlugin<RetentionOptions>(RetentionCohortsPanel)
  .useFieldConfig({
    disableStandardOptions: [...WITHOUT_COLORS, FieldConfigProperty.Decimals],
  })
  .setPanelOptions(addOptions)
  .setSuggestionsSupplier(
    suggestFor<RetentionOptions>('Retention cohorts', (frame) => frameMarker(frame, 'retention') !== undefined, {
      showLegend: false,
      showValues: 'never',
    })
  );
