import { type PanelOptionsEditorBuilder } from '@grafana/data';

export interface FunnelOptions {
  /** `auto` draws columns where they have room, else bars. */
  orientation: 'auto' | 'columns' | 'bars';
  /** Which number of a step is the large one. */
  valueDisplay: 'conversion' | 'units';
  showPending: boolean;
  showTimes: boolean;
  /** The earlier time beside the steps, where the query compares with one. */
  showEarlier: boolean;
  /** Decimals of percentages. */
  decimals: number;
}

export const defaultOptions: FunnelOptions = {
  orientation: 'auto',
  valueDisplay: 'conversion',
  showPending: true,
  showTimes: true,
  showEarlier: true,
  decimals: 1,
};

/** The options of the panel, as the panel editor shows them. */
export function addOptions(builder: PanelOptionsEditorBuilder<FunnelOptions>): void {
  const category = ['Funnel'];
  builder
    .addRadio({
      path: 'orientation',
      name: 'Orientation',
      category,
      defaultValue: defaultOptions.orientation,
      settings: {
        options: [
          { value: 'auto', label: 'Automatic' },
          { value: 'columns', label: 'Columns' },
          { value: 'bars', label: 'Bars' },
        ],
      },
    })
    .addRadio({
      path: 'valueDisplay',
      name: 'Large number',
      category,
      defaultValue: defaultOptions.valueDisplay,
      settings: {
        options: [
          { value: 'conversion', label: 'Conversion' },
          { value: 'units', label: 'Units' },
        ],
      },
    })
    .addBooleanSwitch({
      path: 'showPending',
      name: 'Pending',
      description: 'Units that may still take the step: their time is not over.',
      category,
      defaultValue: defaultOptions.showPending,
    })
    .addBooleanSwitch({
      path: 'showTimes',
      name: 'Time between steps',
      category,
      defaultValue: defaultOptions.showTimes,
    })
    .addBooleanSwitch({
      path: 'showEarlier',
      name: 'Earlier time',
      description: 'Outlines of the earlier time and how steps have changed, for queries that compare with one.',
      category,
      defaultValue: defaultOptions.showEarlier,
    })
    .addNumberInput({
      path: 'decimals',
      name: 'Decimals',
      description: 'Of percentages.',
      category,
      defaultValue: defaultOptions.decimals,
      settings: { min: 0, max: 4, integer: true },
    });
}
