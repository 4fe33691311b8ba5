import { type TimeZone } from '@grafana/schema';
import { useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';

import { LEGEND_HEIGHT } from '../../components/ColorLegend';
import { fieldFormat, type NumberFormat } from '../../components/format';
import { textMeasure } from '../../components/measure';
import { arrangeRows } from './arrange';
import { columnTicks } from './axis';
import { changesOf, changeCellText, isCompared, isGone, rowChange } from './changes';
import { VALUE_FONT_SIZE } from './HeatmapCanvas';
import { layoutOf, X_AXIS_HEIGHT } from './layout';
import { type HeatmapModel } from './matrix';
import { type HeatmapOptions } from './options';
import { isLowSample, type PaintInput } from './paint';
import { rowNames, wantedLabelWidth } from './row-names';
import { LABEL_FONT_SIZE } from './RowLabels';
import { useCellScale } from './use-scale';

interface Input {
  model: HeatmapModel;
  options: HeatmapOptions;
  width: number;
  height: number;
  timeZone: TimeZone;
}

/** Room beside the cells for how much each row has changed. */
const CHANGES_WIDTH = 68;
const CHANGES_LEAST_WIDTH = 520;
const LEGEND_LEAST_HEIGHT = 120;

/** What `useHeatmapDrawing` gives. */
export type HeatmapDrawing = ReturnType<typeof useHeatmapDrawing>;

/** Everything that is drawn but does not change while the pointer or the cursor moves. */
export function useHeatmapDrawing({ model, options, width, height, timeZone }: Input) {
  const theme = useTheme2();
  const { fontFamily } = theme.typography;
  const labelText = useMemo(() => textMeasure(LABEL_FONT_SIZE, fontFamily), [fontFamily]);
  const valueText = useMemo(() => textMeasure(VALUE_FONT_SIZE, fontFamily), [fontFamily]);
  const format = useMemo(() => fieldFormat(model.valueField, theme, timeZone), [model, theme, timeZone]);
  const { rowOrder, reverseRows, rowLimit, rowHeight, cellGap, minSamples, lowSamples, showValues } = options;
  const order = useMemo(
    () => arrangeRows(model, rowOrder, reverseRows, rowLimit),
    [model, rowOrder, reverseRows, rowLimit]
  );
  const names = useMemo(() => {
    const all = rowNames(model.rows);
    return order.map((row) => all[row]);
  }, [model, order]);
  const labels = useMemo(() => order.map((row) => model.rows[row].label), [model, order]);
  const labelWidth = useMemo(() => wantedLabelWidth(names, labelText), [names, labelText]);
  const compared = isCompared(model) ? model : undefined;
  const byChange = options.colorBy === 'change' && compared !== undefined;
  const coloured = useMemo(() => (byChange && compared ? changesOf(compared) : model), [byChange, compared, model]);
  const changesWidth =
    compared && options.showRowChange && !model.latency && width >= CHANGES_LEAST_WIDTH ? CHANGES_WIDTH : 0;
  const showLegend = options.showLegend && height >= LEGEND_LEAST_HEIGHT;
  const layout = useMemo(
    () =>
      layoutOf({
        width: width - changesWidth,
        height: height - X_AXIS_HEIGHT - (showLegend ? LEGEND_HEIGHT : 0),
        rows: order.length,
        columns: model.columns.length,
        labelWidth,
        rowHeight,
        gap: cellGap,
        continuousRows: model.latency,
      }),
    [width, changesWidth, height, showLegend, order, model, labelWidth, rowHeight, cellGap]
  );
  const { scale, rowMaxima } = useCellScale(coloured, order, options);
  const cellFormat = useMemo(
    (): NumberFormat => (byChange ? (change) => changeCellText(model, change ?? NaN) : format),
    [byChange, model, format]
  );
  const paintInput = useMemo(
    (): PaintInput => ({
      model: coloured,
      gone: compared && ((cell) => isGone(compared, cell)),
      order,
      layout,
      scale,
      rowMaxima,
      minSamples,
      lowSamples,
      values:
        showValues === 'auto'
          ? {
              format: cellFormat,
              measure: valueText,
              colorOn: (background) => theme.colors.getContrastText(background),
            }
          : undefined,
    }),
    [
      coloured,
      compared,
      order,
      layout,
      scale,
      rowMaxima,
      minSamples,
      lowSamples,
      showValues,
      cellFormat,
      valueText,
      theme,
    ]
  );
  const ticks = useMemo(() => columnTicks(model, layout, timeZone, labelText), [model, layout, timeZone, labelText]);
  const anyLow = useMemo(
    () => lowSamples === 'hatch' && coloured.values.some((_, cell) => isLowSample(coloured, cell, minSamples)),
    [coloured, minSamples, lowSamples]
  );
  const anyGone = useMemo(() => compared?.values.some((_, cell) => isGone(compared, cell)) ?? false, [compared]);
  const changes = useMemo(
    () => (compared && changesWidth > 0 ? order.map((row) => rowChange(compared, row)) : undefined),
    [compared, changesWidth, order]
  );

  return {
    order,
    names,
    labels,
    layout,
    scale,
    rowMaxima,
    paintInput,
    ticks,
    format,
    cellFormat,
    labelText,
    showLegend,
    anyLow,
    anyGone,
    byChange,
    changes,
    changesWidth,
  };
}
