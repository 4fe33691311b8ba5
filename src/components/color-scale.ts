import { type GrafanaTheme2, type ThresholdsConfig, ThresholdsMode } from '@grafana/data';
import { ticks } from 'd3-array';

import { type Ramp, rampOf, type RampName } from './color-ramps';
import { quantileOf } from './quantile';

export const SCALE_MODES = ['linear', 'log', 'quantile'] as const;
export type ScaleMode = (typeof SCALE_MODES)[number];

/** Colours for amounts, and where they lie on the legend. */
export interface ColorScale {
  colorOf(value: number): string;
  /** Where a value lies on the legend, 0 to 1; beyond the ends it is at the end. */
  positionOf(value: number): number;
  /** CSS gradient of the legend, from left to right. */
  gradient: string;
  /** Values named on the legend, with their position. */
  ticks: Array<{ value: number; position: number }>;
  /** Whether the legend is made of steps, each for a range of values. */
  stepped: boolean;
  min: number;
  max: number;
}

export interface ColorScaleSettings {
  ramp: RampName;
  mode: ScaleMode;
  /** Values to be coloured; needed for quantiles and for what min and max do not give. NaN is passed over. */
  values: ArrayLike<number>;
  min?: number;
  max?: number;
  /** The value in the middle of a diverging ramp; by default the median. */
  midpoint?: number;
}

const QUANTILE_STEPS = 7;
const LEGEND_STOPS = 24;

/** The scale for those values. */
export function colorScale(settings: ColorScaleSettings, theme: GrafanaTheme2): ColorScale {
  const ramp = rampOf(settings.ramp, theme);
  const sorted = Float64Array.from(settings.values).filter(Number.isFinite).sort();
  const min = settings.min ?? sorted[0] ?? 0;
  const max = Math.max(settings.max ?? sorted[sorted.length - 1] ?? 1, min);
  if (settings.mode === 'quantile' && sorted.length > 0) {
    return quantileScale(
      ramp,
      sorted.filter((v) => v >= min && v <= max),
      min,
      max
    );
  }
  if (settings.ramp === 'diverging') {
    const middle = Math.min(max, Math.max(min, settings.midpoint ?? quantileOf(sorted, 0.5) ?? (min + max) / 2));
    return continuousScale(ramp, divergingPosition(min, middle, max), min, max, divergingTicks(min, middle, max));
  }
  if (settings.mode === 'log') {
    const positive = sorted.find((v) => v > 0 && v >= min) ?? 1;
    const floor = min > 0 ? min : Math.min(positive, max);
    return continuousScale(ramp, logPosition(min, floor, max), min, max, logTicks(min, floor, max));
  }
  const position = max === min ? () => (max === 0 ? 0 : 1) : (v: number) => (v - min) / (max - min);
  return continuousScale(ramp, position, min, max, ticks(min, max, 5));
}

/** The scale of a field's thresholds: one colour for each range between two of them. */
export function thresholdScale(
  thresholds: ThresholdsConfig,
  min: number,
  max: number,
  theme: GrafanaTheme2
): ColorScale {
  const absolute = (value: number) =>
    thresholds.mode === ThresholdsMode.Percentage ? min + (value / 100) * (max - min) : value;
  const steps = thresholds.steps.map((step) => ({
    from: Number.isFinite(step.value) ? absolute(step.value) : -Infinity,
    color: theme.visualization.getColorByName(step.color),
  }));
  return steppedScale(
    steps.map((s) => s.color),
    steps.slice(1).map((s) => s.from),
    min,
    max
  );
}

function quantileScale(ramp: Ramp, sorted: Float64Array, min: number, max: number): ColorScale {
  const bounds: number[] = [];
  for (let step = 1; step < QUANTILE_STEPS; step++) {
    const bound = quantileOf(sorted, step / QUANTILE_STEPS) ?? min;
    if (bound > (bounds[bounds.length - 1] ?? min)) {
      bounds.push(bound);
    }
  }
  const colors = Array.from({ length: bounds.length + 1 }, (_, i) => ramp(bounds.length === 0 ? 1 : i / bounds.length));
  return steppedScale(colors, bounds, min, max);
}

/** Steps of equal width on the legend. `bounds[i]` is where `colors[i + 1]` begins. */
function steppedScale(colors: string[], bounds: number[], min: number, max: number): ColorScale {
  const stepOf = (value: number) => {
    let step = 0;
    while (step < bounds.length && value >= bounds[step]) {
      step++;
    }
    return step;
  };
  const share = 1 / colors.length;
  const stops = colors.map((c, i) => `${c} ${percent(i * share)} ${percent((i + 1) * share)}`);
  return {
    colorOf: (value) => colors[stepOf(value)],
    positionOf: (value) => {
      const step = stepOf(value);
      const from = step === 0 ? Math.min(min, bounds[0] ?? min) : bounds[step - 1];
      const to = step === bounds.length ? Math.max(max, from) : bounds[step];
      const within = to > from ? Math.min(1, Math.max(0, (value - from) / (to - from))) : 0.5;
      return (step + within) * share;
    },
    gradient: `linear-gradient(to right, ${stops.join(', ')})`,
    ticks: bounds.map((value, i) => ({ value, position: (i + 1) * share })),
    stepped: true,
    min,
    max,
  };
}

/** A scale without steps: `position` says where a value lies on the ramp, 0 to 1; beyond the ends it is at the end. */
export function continuousScale(
  ramp: Ramp,
  position: (value: number) => number,
  min: number,
  max: number,
  named: number[]
): ColorScale {
  const clamped = (value: number) => Math.min(1, Math.max(0, position(value)));
  const stops = Array.from({ length: LEGEND_STOPS + 1 }, (_, i) => ramp(i / LEGEND_STOPS));
  return {
    colorOf: (value) => ramp(clamped(value)),
    positionOf: clamped,
    gradient: `linear-gradient(to right, ${stops.join(', ')})`,
    ticks: named.map((value) => ({ value, position: clamped(value) })),
    stepped: false,
    min,
    max,
  };
}

/** Zero and below lie at the beginning, everything from `floor` to `max` on a logarithm. */
function logPosition(min: number, floor: number, max: number): (value: number) => number {
  if (max <= floor || floor <= 0) {
    return (value) => (value >= max && max > min ? 1 : 0);
  }
  const start = min > 0 ? 0 : 0.06;
  const width = Math.log(max / floor);
  return (value) =>
    value < floor ? (value <= 0 ? 0 : start) : start + ((1 - start) * Math.log(value / floor)) / width;
}

function logTicks(min: number, floor: number, max: number): number[] {
  const named: number[] = min <= 0 ? [0] : [];
  const decades = Math.log10(max / floor);
  const factors = decades < 1.5 ? [1, 2, 5] : decades < 3 ? [1, 3] : [1];
  const skip = Math.max(1, Math.round(decades / 5));
  for (let exponent = Math.floor(Math.log10(floor)); exponent <= Math.ceil(Math.log10(max)); exponent += skip) {
    for (const factor of factors) {
      const value = factor * 10 ** exponent;
      if (value >= floor * 0.999 && value <= max) {
        named.push(Number(value.toPrecision(3)));
      }
    }
  }
  return named.length > 1 ? named : [min, max];
}

function divergingPosition(min: number, middle: number, max: number): (value: number) => number {
  return (value) => {
    if (value === middle) {
      return 0.5;
    }
    return value < middle
      ? 0.5 - (0.5 * (middle - value)) / Math.max(middle - min, Number.MIN_VALUE)
      : 0.5 + (0.5 * (value - middle)) / Math.max(max - middle, Number.MIN_VALUE);
  };
}

function divergingTicks(min: number, middle: number, max: number): number[] {
  return [...new Set([min, middle, max])];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}
