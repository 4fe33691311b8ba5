import { colorManipulator, type GrafanaTheme2 } from '@grafana/data';
import { interpolateLab, piecewise } from 'd3-interpolate';

/** A way to colour amounts. `auto` takes one that fits the metric. */
export const COLOR_SCHEMES = ['auto', 'blue', 'purple', 'heat', 'blue-yellow', 'diverging', 'thresholds'] as const;
export type ColorScheme = (typeof COLOR_SCHEMES)[number];

/** A scheme that is a ramp of colours. */
export type RampName = Exclude<ColorScheme, 'auto' | 'thresholds'>;

/** The colour at a position from 0 to 1. */
export type Ramp = (position: number) => string;

const SAMPLES = 256;

/** Perceived lightness of a colour, 0 (black) to 100 (white): L* of CIE L*a*b*. */
export function lightness(color: string): number {
  const y = colorManipulator.getLuminance(color);
  return y <= 216 / 24389 ? (y * 24389) / 27 : 116 * Math.cbrt(y) - 16;
}

/**
 * The ramp of that name in the theme's colours. Sequential ramps run from near the background to its opposite in equal
 * steps of lightness, so that they are read in order also without seeing hue. The diverging ramp runs from blue over
 * the background to orange, the pair that all common kinds of colour blindness tell apart.
 */
export function rampOf(name: RampName, theme: GrafanaTheme2): Ramp {
  if (name === 'diverging') {
    const arms = diverging(theme);
    const low = evenly(arms.low);
    const high = evenly(arms.high);
    return (position) => (position < 0.5 ? low(1 - 2 * position) : high(2 * position - 1));
  }
  return evenly(sequential(name, theme));
}

function sequential(name: Exclude<RampName, 'diverging'>, theme: GrafanaTheme2): string[] {
  const color = theme.visualization.getColorByName;
  const contrast = theme.colors.text.maxContrast;
  const grey = mix(theme.colors.background.primary, contrast, 0.5);
  const near = (tint: string, share: number) => mix(theme.colors.background.primary, color(tint), share);
  if (theme.isDark) {
    switch (name) {
      case 'blue':
        return [
          near('dark-blue', 0.22),
          color('dark-blue'),
          color('light-blue'),
          color('super-light-blue'),
          mix(color('super-light-blue'), contrast, 0.7),
        ];
      case 'purple':
        return [
          near('dark-purple', 0.22),
          color('dark-purple'),
          color('light-purple'),
          color('super-light-purple'),
          mix(color('super-light-purple'), contrast, 0.7),
        ];
      case 'heat':
        return [
          near('dark-red', 0.2),
          color('dark-red'),
          color('semi-dark-orange'),
          color('super-light-orange'),
          color('super-light-yellow'),
        ];
      case 'blue-yellow':
        return [
          near('dark-blue', 0.28),
          mix(color('dark-blue'), grey, 0.25),
          mix(grey, color('yellow'), 0.35),
          color('yellow'),
          color('super-light-yellow'),
        ];
    }
  }
  const deep = (tint: string) => colorManipulator.darken(color(tint), 0.45);
  switch (name) {
    case 'blue':
      return [near('super-light-blue', 0.25), color('light-blue'), color('dark-blue'), deep('dark-blue')];
    case 'purple':
      return [near('super-light-purple', 0.25), color('light-purple'), color('dark-purple'), deep('dark-purple')];
    case 'heat':
      return [
        near('super-light-yellow', 0.3),
        color('super-light-orange'),
        color('semi-dark-orange'),
        color('dark-red'),
        deep('dark-red'),
      ];
    case 'blue-yellow':
      return [
        near('super-light-yellow', 0.25),
        mix(color('yellow'), grey, 0.35),
        mix(color('dark-blue'), grey, 0.4),
        deep('dark-blue'),
      ];
  }
}

function diverging(theme: GrafanaTheme2): { low: string[]; high: string[] } {
  const color = theme.visualization.getColorByName;
  const middle = theme.isDark
    ? colorManipulator.lighten(theme.colors.background.primary, 0.12)
    : colorManipulator.darken(theme.colors.background.primary, 0.06);
  return theme.isDark
    ? {
        low: [middle, color('semi-dark-blue'), color('super-light-blue')],
        high: [middle, color('dark-orange'), color('super-light-orange')],
      }
    : {
        low: [middle, color('light-blue'), color('dark-blue'), colorManipulator.darken(color('dark-blue'), 0.4)],
        high: [middle, color('light-orange'), color('dark-orange'), colorManipulator.darken(color('dark-orange'), 0.4)],
      };
}

function mix(from: string, to: string, share: number): string {
  return interpolateLab(from, to)(share);
}

/** Interpolates in L*a*b* and spaces the colours so that lightness changes evenly. */
function evenly(stops: string[]): Ramp {
  const raw = piecewise(interpolateLab, stops);
  const along = [0];
  let last = lightness(raw(0));
  for (let i = 1; i < SAMPLES; i++) {
    const next = lightness(raw(i / (SAMPLES - 1)));
    along.push(along[i - 1] + Math.max(Math.abs(next - last), 1e-3));
    last = next;
  }
  const total = along[SAMPLES - 1];
  const table: string[] = [];
  let sample = 0;
  for (let i = 0; i < SAMPLES; i++) {
    const wanted = (total * i) / (SAMPLES - 1);
    while (sample < SAMPLES - 2 && along[sample + 1] < wanted) {
      sample++;
    }
    const step = along[sample + 1] - along[sample];
    table.push(raw((sample + (wanted - along[sample]) / step) / (SAMPLES - 1)));
  }
  return (position) => table[Math.round(Math.min(1, Math.max(0, position)) * (SAMPLES - 1))];
}
