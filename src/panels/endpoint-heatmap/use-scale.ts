import { type GrafanaTheme2, ThresholdsMode } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { metricOf } from '@apitrail/contract';
import { useMemo } from 'react';

import { type RampName } from '../../components/color-ramps';
import { colorScale, type ColorScale, type ScaleMode, thresholdScale } from '../../components/color-scale';
import { quantileOf } from '../../components/quantile';
import { rowMaxima } from './arrange';
import { changeScale, differenceScale } from '../../components/change-scale';
import { changeMeasure, isCompared, modelDirection } from './changes';
import { type HeatmapModel } from './matrix';
import { type HeatmapOptions } from './options';

type ScaleOptions = Pick<HeatmapOptions, 'colorBy' | 'colorScheme' | 'scale' | 'compare' | 'min' | 'max' | 'midpoint'>;

/** The colours of the cells; with `rowMaxima` they are looked up by the share of the row's highest value. */
export interface CellScale {
  scale: ColorScale;
  rowMaxima?: Float64Array;
}

/** The scale for a model, or for those of its rows that are drawn; for the model of the changes when colours stand for those. */
export function cellScale(
  model: HeatmapModel,
  order: number[],
  options: ScaleOptions,
  theme: GrafanaTheme2
): CellScale {
  const { colorScheme } = options;
  const values = drawnValues(model, order);
  if (options.colorBy === 'change' && isCompared(model)) {
    const scaleOf = changeMeasure(model) === 'difference' ? differenceScale : changeScale;
    return { scale: scaleOf(values, modelDirection(model), theme) };
  }
  if (colorScheme === 'thresholds') {
    const thresholds = model.valueField.config.thresholds ?? {
      mode: ThresholdsMode.Absolute,
      steps: [{ value: -Infinity, color: 'green' }],
    };
    const { min, max } = colorScale(
      { ramp: 'blue', mode: 'linear', values, min: options.min, max: options.max },
      theme
    );
    return { scale: thresholdScale(thresholds, min, max, theme) };
  }
  const ramp = colorScheme === 'auto' ? automaticRamp(model) : colorScheme;
  if (options.compare === 'row') {
    return {
      scale: colorScale({ ramp, mode: 'linear', values: [0, 1], min: 0, max: 1, midpoint: 0.5 }, theme),
      rowMaxima: rowMaxima(model),
    };
  }
  const mode = options.scale === 'auto' ? automaticMode(model, values) : options.scale;
  const fromZero = mode === 'linear' && ramp !== 'diverging' && startsAtZero(model);
  const min = options.min ?? (fromZero ? Math.min(0, ...values.filter((v) => v < 0)) : undefined);
  return {
    scale: colorScale({ ramp, mode, values, min, max: options.max, midpoint: options.midpoint }, theme),
  };
}

export function useCellScale(model: HeatmapModel, order: number[], options: ScaleOptions): CellScale {
  const theme = useTheme2();
  const { colorBy, colorScheme, scale, compare, min, max, midpoint } = options;
  return useMemo(
    () => cellScale(model, order, { colorBy, colorScheme, scale, compare, min, max, midpoint }, theme),
    [model, order, colorBy, colorScheme, scale, compare, min, max, midpoint, theme]
  );
}

const WIDE_SPREAD = 50;

/** A logarithm where the many low values would all look the same beside the few high ones. Shares are never so. */
function automaticMode(model: HeatmapModel, values: Float64Array): ScaleMode {
  const ratio = model.marker
    ? metricOf(model.marker.metric).kind === 'ratio' || model.marker.normalise !== 'none'
    : model.valueField.config.unit === 'percentunit' || model.valueField.config.unit === 'percent';
  const sorted = values.filter((v) => v > 0).sort();
  const low = quantileOf(sorted, 0.1) ?? 0;
  const high = quantileOf(sorted, 0.99) ?? 0;
  return !ratio && values.every((v) => !(v < 0)) && high > WIDE_SPREAD * low ? 'log' : 'linear';
}

function drawnValues(model: HeatmapModel, order: number[]): Float64Array {
  const width = model.columns.length;
  const drawn = new Float64Array(order.length * width);
  order.forEach((row, index) => drawn.set(model.values.subarray(row * width, (row + 1) * width), index * width));
  return drawn;
}

/** Heat for what hurts: errors and slowness. Blue for the rest. */
function automaticRamp(model: HeatmapModel): RampName {
  const name = model.marker?.metric ?? model.valueField.name;
  const unit = model.valueField.config.unit;
  const hurts = /error|latency|duration|^p\d\d$|^(avg|max)$/i.test(name) || unit === 'ms' || unit === 's';
  return hurts ? 'heat' : 'blue';
}

/** Amounts and shares are compared from nothing; durations, whose zero never occurs, from the shortest. */
function startsAtZero(model: HeatmapModel): boolean {
  if (model.marker) {
    return metricOf(model.marker.metric).kind !== 'distribution';
  }
  const unit = model.valueField.config.unit;
  return unit !== 'ms' && unit !== 's';
}
