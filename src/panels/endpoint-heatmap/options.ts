import { type PanelOptionsEditorBuilder } from '@grafana/data';

import { type ColorScheme } from '../../components/color-ramps';
import { type ScaleMode } from '../../components/color-scale';

export type RowOrder = 'queried' | 'total' | 'alphabetical' | 'natural';
export type ColorBy = 'value' | 'change';
export type LowSamples = 'hatch' | 'hide' | 'show';

export interface HeatmapOptions {
  rowOrder: RowOrder;
  reverseRows: boolean;
  rowLimit: number;
  /** Height of a row in pixels; 0 fits the rows to the panel and scrolls when they would get too low. */
  rowHeight: number;
  cellGap: number;
  showValues: 'auto' | 'never';
  /** What colours stand for: the value, or its change to the earlier time that the query compares with. */
  colorBy: ColorBy;
  colorScheme: ColorScheme;
  /** `auto` is logarithmic when the values differ by more than colours can show on a linear scale. */
  scale: ScaleMode | 'auto';
  /** Colours compare all cells, or the cells of a row with each other. */
  compare: 'all' | 'row';
  min?: number;
  max?: number;
  midpoint?: number;
  /** Cells that rest on fewer requests than this are drawn as `lowSamples` says. 0 is off. */
  minSamples: number;
  lowSamples: LowSamples;
  showLegend: boolean;
  /** How much each row has changed, beside it, where the query compares with an earlier time. */
  showRowChange: boolean;
  /** Deploys and events of the dashboard, where x is time. */
  showAnnotations: boolean;
}

export const defaultOptions: HeatmapOptions = {
  rowOrder: 'queried',
  reverseRows: false,
  rowLimit: 100,
  rowHeight: 0,
  cellGap: 1,
  showValues: 'auto',
  colorBy: 'value',
  colorScheme: 'auto',
  scale: 'auto',
  compare: 'all',
  minSamples: 0,
  lowSamples: 'hatch',
  showLegend: true,
  showRowChange: true,
  showAnnotations: true,
};

function byValue(options: HeatmapOptions): boolean {
  return options.colorBy !== 'change';
}

/** The options of the panel, as the panel editor shows them. */
export function addOptions(builder: PanelOptionsEditorBuilder<HeatmapOptions>): void {
  const rows = ['Rows'];
  const cells = ['Cells'];
  const colors = ['Colors'];
  builder
    .addSelect({
      path: 'rowOrder',
      name: 'Order',
      category: rows,
      defaultValue: defaultOptions.rowOrder,
      settings: {
        options: [
          { value: 'queried', label: 'As queried' },
          { value: 'total', label: 'By total', description: 'The row with the most on top' },
          { value: 'alphabetical', label: 'Alphabetical' },
          { value: 'natural', label: 'Natural', description: 'Numbers in names count as numbers: v2 before v10' },
        ],
      },
    })
    .addBooleanSwitch({
      path: 'reverseRows',
      name: 'Reverse order',
      category: rows,
      defaultValue: defaultOptions.reverseRows,
    })
    .addNumberInput({
      path: 'rowLimit',
      name: 'Most rows',
      category: rows,
      defaultValue: defaultOptions.rowLimit,
      settings: { min: 1, max: 500, integer: true },
    })
    .addBooleanSwitch({
      path: 'showRowChange',
      name: 'Change',
      description: 'How much each row has changed, beside it. For queries that compare with an earlier time.',
      category: rows,
      defaultValue: defaultOptions.showRowChange,
    })
    .addNumberInput({
      path: 'rowHeight',
      name: 'Row height',
      description: 'Pixels. 0 fits the rows to the panel, and scrolls when they would get too low to read.',
      category: rows,
      defaultValue: defaultOptions.rowHeight,
      settings: { min: 0, max: 100, integer: true },
    })
    .addSliderInput({
      path: 'cellGap',
      name: 'Cell gap',
      category: cells,
      defaultValue: defaultOptions.cellGap,
      settings: { min: 0, max: 8, step: 1 },
    })
    .addRadio({
      path: 'showValues',
      name: 'Values',
      category: cells,
      defaultValue: defaultOptions.showValues,
      settings: {
        options: [
          { value: 'auto', label: 'Where they fit' },
          { value: 'never', label: 'Never' },
        ],
      },
    })
    .addNumberInput({
      path: 'minSamples',
      name: 'Fewest requests',
      description: 'Cells that rest on fewer requests are shown as unreliable. 0 is off.',
      category: cells,
      defaultValue: defaultOptions.minSamples,
      settings: { min: 0, integer: true },
    })
    .addRadio({
      path: 'lowSamples',
      name: 'Cells with fewer',
      category: cells,
      defaultValue: defaultOptions.lowSamples,
      settings: {
        options: [
          { value: 'hatch', label: 'Hatch' },
          { value: 'hide', label: 'Hide' },
          { value: 'show', label: 'Show' },
        ],
      },
      showIf: (options) => options.minSamples > 0,
    })
    .addRadio({
      path: 'colorBy',
      name: 'Color by',
      description:
        'The change needs a query with “Compare with”. No change is in the middle of its colors. Rates of errors change by percentage points, the rest by a share: half and double are equally strong.',
      category: colors,
      defaultValue: defaultOptions.colorBy,
      settings: {
        options: [
          { value: 'value', label: 'Value' },
          { value: 'change', label: 'Change', description: 'Since the earlier time: blue and orange' },
        ],
      },
    })
    .addSelect({
      path: 'colorScheme',
      name: 'Scheme',
      category: colors,
      defaultValue: defaultOptions.colorScheme,
      settings: {
        options: [
          { value: 'auto', label: 'Automatic', description: 'Heat for errors and latency, blue for the rest' },
          { value: 'blue', label: 'Blue' },
          { value: 'purple', label: 'Purple' },
          { value: 'heat', label: 'Heat', description: 'Red, orange, yellow' },
          { value: 'blue-yellow', label: 'Blue to yellow', description: 'Widest range for colour-blind eyes' },
          { value: 'diverging', label: 'Below and above', description: 'Blue below a middle, orange above it' },
          { value: 'thresholds', label: 'Thresholds', description: 'Steps of the thresholds below' },
        ],
      },
      showIf: byValue,
    })
    .addNumberInput({
      path: 'midpoint',
      name: 'Middle',
      description: 'Value in the middle of the scheme. The median by default.',
      category: colors,
      showIf: (options) => byValue(options) && options.colorScheme === 'diverging',
    })
    .addRadio({
      path: 'scale',
      name: 'Scale',
      category: colors,
      defaultValue: defaultOptions.scale,
      settings: {
        options: [
          { value: 'auto', label: 'Automatic' },
          { value: 'linear', label: 'Linear' },
          { value: 'log', label: 'Log' },
          { value: 'quantile', label: 'Quantiles', description: 'As many cells of each colour' },
        ],
      },
      showIf: (options) => byValue(options) && options.colorScheme !== 'thresholds' && options.compare !== 'row',
    })
    .addRadio({
      path: 'compare',
      name: 'Compare',
      category: colors,
      defaultValue: defaultOptions.compare,
      settings: {
        options: [
          { value: 'all', label: 'All cells' },
          { value: 'row', label: 'Within a row', description: 'The highest value of each row is the end of the scale' },
        ],
      },
      showIf: (options) => byValue(options) && options.colorScheme !== 'thresholds',
    })
    .addNumberInput({
      path: 'min',
      name: 'Start at',
      description: 'Value at the beginning of the scale. The lowest by default.',
      category: colors,
      showIf: (options) => byValue(options) && options.compare !== 'row',
    })
    .addNumberInput({
      path: 'max',
      name: 'End at',
      description: 'Value at the end of the scale. The highest by default.',
      category: colors,
      showIf: (options) => byValue(options) && options.compare !== 'row',
    })
    .addBooleanSwitch({
      path: 'showLegend',
      name: 'Legend',
      category: colors,
      defaultValue: defaultOptions.showLegend,
    })
    .addBooleanSwitch({
      path: 'showAnnotations',
      name: 'Annotations',
      description: 'Mark the annotations of the dashboard, such as deploys, where columns are times.',
      category: cells,
      defaultValue: defaultOptions.showAnnotations,
    });
}
