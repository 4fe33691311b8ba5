import { createTheme, ThresholdsMode } from '@grafana/data';

import { lightness, rampOf, type RampName } from './color-ramps';
import { colorScale, thresholdScale } from './color-scale';

const themes = [createTheme({ colors: { mode: 'dark' } }), createTheme({ colors: { mode: 'light' } })];
const sequential: RampName[] = ['blue', 'purple', 'heat', 'blue-yellow'];

describe.each(themes.map((theme) => [theme.colors.mode, theme] as const))('ramps in the %s theme', (mode, theme) => {
  it.each(sequential)('%s moves away from the background in even steps of lightness', (name) => {
    const ramp = rampOf(name, theme);
    const steps = Array.from({ length: 11 }, (_, i) => lightness(ramp(i / 10)));
    const direction = mode === 'dark' ? 1 : -1;
    const mean = (steps[10] - steps[0]) / 10;
    expect(mean * direction).toBeGreaterThan(4);
    for (let i = 1; i <= 10; i++) {
      expect((steps[i] - steps[i - 1]) / mean).toBeGreaterThan(0.5);
      expect((steps[i] - steps[i - 1]) / mean).toBeLessThan(1.5);
    }
  });

  it('the diverging ramp is weakest in the middle and equally strong at both ends', () => {
    const ramp = rampOf('diverging', theme);
    const ground = lightness(ramp(0.5));
    const low = Math.abs(lightness(ramp(0)) - ground);
    const high = Math.abs(lightness(ramp(1)) - ground);
    expect(low).toBeGreaterThan(25);
    expect(high).toBeGreaterThan(25);
    expect(Math.abs(low - high)).toBeLessThan(20);
  });
});

const theme = themes[0];
const scale = (values: number[], settings: Partial<Parameters<typeof colorScale>[0]> = {}) =>
  colorScale({ ramp: 'blue', mode: 'linear', values, ...settings }, theme);

describe('colorScale', () => {
  it('spans the values, passing over NaN', () => {
    const linear = scale([NaN, 10, 20, 30]);
    expect([linear.min, linear.max]).toEqual([10, 30]);
    expect(linear.positionOf(20)).toBeCloseTo(0.5);
  });

  it('holds values beyond a fixed range at the ends', () => {
    const fixed = scale([0, 1000], { min: 0, max: 100 });
    expect(fixed.positionOf(1000)).toBe(1);
    expect(fixed.positionOf(-5)).toBe(0);
    expect(fixed.colorOf(1000)).toBe(fixed.colorOf(100));
  });

  it('gives each decade the same room on a log scale and keeps zero apart from the smallest value', () => {
    const log = scale([0, 1, 10, 100, 1000], { mode: 'log' });
    const steps = [1, 10, 100, 1000].map((v) => log.positionOf(v));
    expect(steps[1] - steps[0]).toBeCloseTo(steps[2] - steps[1]);
    expect(steps[2] - steps[1]).toBeCloseTo(steps[3] - steps[2]);
    expect(log.positionOf(0)).toBe(0);
    expect(log.positionOf(1)).toBeGreaterThan(0);
    expect(log.ticks.map((t) => t.value)).toContain(0);
  });

  it('puts the same number of values into each step of a quantile scale', () => {
    const values = Array.from({ length: 700 }, (_, i) => 1.02 ** i);
    const quantile = scale(values, { mode: 'quantile' });
    const counts = new Map<string, number>();
    for (const v of values) {
      counts.set(quantile.colorOf(v), (counts.get(quantile.colorOf(v)) ?? 0) + 1);
    }
    expect(counts.size).toBe(7);
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(2);
  });

  it('needs no second step when all values are the same', () => {
    const same = scale([5, 5, 5], { mode: 'quantile' });
    expect(same.ticks).toEqual([]);
    expect(same.positionOf(5)).toBeCloseTo(0.5);
  });

  it('puts the given middle into the middle of a diverging scale', () => {
    const diverging = scale([-1, 9], { ramp: 'diverging', midpoint: 0 });
    expect(diverging.positionOf(0)).toBe(0.5);
    expect(diverging.positionOf(-1)).toBe(0);
    expect(diverging.positionOf(4.5)).toBeCloseTo(0.75);
  });

  it('is drawable without any value', () => {
    const empty = scale([]);
    expect(empty.colorOf(0)).toMatch(/^rgb/);
    expect(empty.gradient).toContain('linear-gradient');
  });
});

describe('thresholdScale', () => {
  const thresholds = {
    mode: ThresholdsMode.Absolute,
    steps: [
      { value: -Infinity, color: 'green' },
      { value: 0.01, color: 'yellow' },
      { value: 0.05, color: 'red' },
    ],
  };

  it('colours by the step a value is in', () => {
    const steps = thresholdScale(thresholds, 0, 1, theme);
    const color = theme.visualization.getColorByName;
    expect([0, 0.01, 0.049, 0.05, 1].map((v) => steps.colorOf(v))).toEqual(
      ['green', 'yellow', 'yellow', 'red', 'red'].map(color)
    );
    expect(steps.ticks.map((t) => t.value)).toEqual([0.01, 0.05]);
  });

  it('reads percentages as shares of the range', () => {
    const steps = thresholdScale(
      { ...thresholds, mode: ThresholdsMode.Percentage, steps: [thresholds.steps[0], { value: 50, color: 'red' }] },
      100,
      300,
      theme
    );
    expect(steps.ticks[0].value).toBe(200);
  });
});
