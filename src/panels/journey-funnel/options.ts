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
  /** Where the reasons of a second query go; their parts of the bars are always drawn. */
  reasons: 'auto' | 'beside' | 'below' | 'hidden';
  /** How the segments of a breakdown are drawn: in groups by step, or a small funnel for each. */
  breakdown: 'grouped' | 'multiples';
  /** Of the view trend: the confidence intervals as bands. */
  showIntervals: boolean;
  /** Annotations of the dashboard over the trend. */
  showAnnotations: boolean;
  /** Decimals of percentages. */
  decimals: number;
}

export const defaultOptions: FunnelOptions = {
  orientation: 'auto',
  valueDisplay: 'conversion',
  showPending: true,
  showTimes: true,
  showEarlier: true,
  reasons: 'auto',
  breakdown: 'grouped',
  showIntervals: true,
  showAnnotations: true,
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
    .addSelect({
      path: 'reasons',
      name: 'List of reasons',
      description: 'Of a second query with the view reasons. Its parts of what was dropped are drawn in any case.',
      category,
      defaultValue: defaultOptions.reasons,
      settings: {
        options: [
          { value: 'auto', label: 'Where there is room' },
          { value: 'beside', label: 'Beside the steps' },
          { value: 'below', label: 'Below the steps' },
          { value: 'hidden', label: 'Not shown' },
        ],
      },
    })
    .addRadio({
      path: 'breakdown',
      name: 'Breakdown',
      description: 'Of queries with a breakdown.',
      category,
      defaultValue: defaultOptions.breakdown,
      settings: {
        options: [
          { value: 'grouped', label: 'Grouped by step' },
          { value: 'multiples', label: 'A small funnel each' },
        ],
      },
    })
    .addBooleanSwitch({
      path: 'showIntervals',
      name: 'Intervals of the trend',
      description: 'Between which bounds the true conversion lies with 95 %, as bands.',
      category,
      defaultValue: defaultOptions.showIntervals,
    })
    .addBooleanSwitch({
      path: 'showAnnotations',
      name: 'Annotations of the trend',
      category,
      defaultValue: defaultOptions.showAnnotations,
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
