import { type PanelOptionsEditorBuilder } from '@grafana/data';

import { type RampName } from '../../components/color-ramps';

export interface RetentionOptions {
  /** `auto` draws cohorts as a table and a curve as a curve. */
  display: 'auto' | 'table' | 'curve';
  /** What a cell says; `auto` is what the query asks for. Colours always stand for shares, which cohorts of all sizes share. */
  cellValue: 'auto' | 'rate' | 'units';
  /** `auto` leaves numbers out where there is no room for them; `always` makes cells wide enough, and scrolls. */
  showValues: 'auto' | 'always' | 'never';
  /** What colours stand for: the share, or its change to the earlier time that the query compares with. */
  colorBy: 'value' | 'change';
  colorScheme: RampName;
  /** Share that has the strongest colour, in percent; the highest after the start's own interval where it is not given. */
  scaleMax?: number;
  mean: 'top' | 'bottom' | 'none';
  /** How many started, beside each cohort. */
  showSize: boolean;
  /** The newest cohort on top. */
  newestFirst: boolean;
  /** The cohorts of the earlier time and what has changed, where the query compares with one. */
  showEarlier: boolean;
  showSummary: boolean;
  showLegend: boolean;
  /** Decimals of percentages. */
  decimals: number;
}

export const defaultOptions: RetentionOptions = {
  display: 'auto',
  cellValue: 'auto',
  showValues: 'auto',
  colorBy: 'value',
  colorScheme: 'blue',
  mean: 'top',
  showSize: true,
  newestFirst: false,
  showEarlier: true,
  showSummary: true,
  showLegend: true,
  decimals: 1,
};

const COLORS: Array<{ value: RampName; label: string }> = [
  { value: 'blue', label: 'Blue' },
  { value: 'purple', label: 'Purple' },
  { value: 'heat', label: 'Heat' },
  { value: 'blue-yellow', label: 'Blue to yellow' },
];

/** The options of the panel, as the panel editor shows them. */
export function addOptions(builder: PanelOptionsEditorBuilder<RetentionOptions>): void {
  const table = ['Cohorts'];
  const colors = ['Colors'];
  const comparison = ['Comparison'];
  builder
    .addRadio({
      path: 'display',
      name: 'Drawn as',
      category: table,
      defaultValue: defaultOptions.display,
      settings: {
        options: [
          { value: 'auto', label: 'Automatic' },
          { value: 'table', label: 'Table' },
          { value: 'curve', label: 'Curve', description: 'The mean of all cohorts over time, each cohort behind it' },
        ],
      },
    })
    .addRadio({
      path: 'cellValue',
      name: 'Cells say',
      category: table,
      defaultValue: defaultOptions.cellValue,
      settings: {
        options: [
          { value: 'auto', label: 'As queried' },
          { value: 'rate', label: 'Share' },
          { value: 'units', label: 'How many' },
        ],
      },
    })
    .addRadio({
      path: 'showValues',
      name: 'Numbers',
      description: 'Automatic: where they have room. Always: cells become wide enough, and the table scrolls.',
      category: table,
      defaultValue: defaultOptions.showValues,
      settings: {
        options: [
          { value: 'auto', label: 'Automatic' },
          { value: 'always', label: 'Always' },
          { value: 'never', label: 'Never' },
        ],
      },
    })
    .addNumberInput({
      path: 'decimals',
      name: 'Decimals',
      description: 'Of percentages. Narrow cells have none.',
      category: table,
      defaultValue: defaultOptions.decimals,
      settings: { min: 0, max: 4, integer: true },
    })
    .addRadio({
      path: 'mean',
      name: 'Mean',
      description: 'Of the cohorts whose time is over; larger cohorts count more.',
      category: table,
      defaultValue: defaultOptions.mean,
      settings: {
        options: [
          { value: 'top', label: 'On top' },
          { value: 'bottom', label: 'Below' },
          { value: 'none', label: 'None' },
        ],
      },
    })
    .addBooleanSwitch({
      path: 'newestFirst',
      name: 'Newest first',
      category: table,
      defaultValue: defaultOptions.newestFirst,
    })
    .addBooleanSwitch({ path: 'showSize', name: 'Size', category: table, defaultValue: defaultOptions.showSize })
    .addBooleanSwitch({
      path: 'showSummary',
      name: 'Summary',
      category: table,
      defaultValue: defaultOptions.showSummary,
    })
    .addSelect({
      path: 'colorScheme',
      name: 'Colors',
      category: colors,
      defaultValue: defaultOptions.colorScheme,
      settings: { options: COLORS },
      showIf: ({ colorBy }) => colorBy !== 'change',
    })
    .addNumberInput({
      path: 'scaleMax',
      name: 'Strongest color at',
      description: 'Percent. The highest share after the first interval, when empty. What is above looks the same.',
      category: colors,
      settings: { min: 0, max: 100, placeholder: 'Automatic' },
      showIf: ({ colorBy }) => colorBy !== 'change',
    })
    .addBooleanSwitch({ path: 'showLegend', name: 'Legend', category: colors, defaultValue: defaultOptions.showLegend })
    .addBooleanSwitch({
      path: 'showEarlier',
      name: 'Earlier time',
      description: 'What was earlier and what has changed, for queries that compare with an earlier time.',
      category: comparison,
      defaultValue: defaultOptions.showEarlier,
    })
    .addRadio({
      path: 'colorBy',
      name: 'Colors stand for',
      category: comparison,
      defaultValue: defaultOptions.colorBy,
      settings: {
        options: [
          { value: 'value', label: 'Shares' },
          { value: 'change', label: 'Changes', description: 'In percentage points, against the earlier time' },
        ],
      },
      showIf: ({ showEarlier }) => showEarlier,
    });
}
