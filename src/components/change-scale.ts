import { type GrafanaTheme2 } from '@grafana/data';

import { type Direction } from './change';
import { type Ramp, rampOf } from './color-ramps';
import { type ColorScale, continuousScale } from './color-scale';
import { quantileOf } from './quantile';

/** Half and double are as strong as each other; the ends lie no further than 32 times as much. */
const WIDEST = 5;
/** What lies beyond has the colour of the end: a few cells out of nearly nothing would leave none for the others. */
const WITHIN = 0.95;

/**
 * Colours for changes, as a share of what was: no change in the middle, and on either side the same strength for so many
 * times more and so many times less. Orange is worse, where either is; else it is more.
 */
export function changeScale(changes: Float64Array, direction: Direction, theme: GrafanaTheme2): ColorScale {
  const factors = changes
    .map((change) => Math.abs(Math.log2(1 + change)))
    .filter(Number.isFinite)
    .sort();
  const span = Math.min(WIDEST, Math.max(1, Math.ceil(quantileOf(factors, WITHIN) ?? 1)));
  const atFactor = (power: number) => 2 ** power - 1;
  const named = [...new Set([-span, -1, 0, 1, span])].map(atFactor);
  const position = (change: number) => 0.5 + Math.log2(1 + Math.max(-1, change)) / (2 * span);
  return continuousScale(rampFor(direction, theme), position, atFactor(-span), atFactor(span), named);
}

/** Colours for differences: none in the middle, and as strong on either side. Orange is worse, or more. */
export function differenceScale(differences: Float64Array, direction: Direction, theme: GrafanaTheme2): ColorScale {
  const sizes = differences
    .map(Math.abs)
    .filter((size) => size > 0)
    .sort();
  const span = roundedUp(quantileOf(sizes, WITHIN) ?? 1);
  const named = [-span, -span / 2, 0, span / 2, span];
  return continuousScale(rampFor(direction, theme), (value) => 0.5 + value / (2 * span), -span, span, named);
}

/** The next of 1, 2, 4, 6, 8 and 10 times a power of ten, whose half is short too. */
function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 6, 8].find((step) => step * power >= value * 0.9999) ?? 10) * power;
}

function rampFor(direction: Direction, theme: GrafanaTheme2): Ramp {
  const diverging = rampOf('diverging', theme);
  return direction === 'more-is-better' ? (position) => diverging(1 - position) : diverging;
}

/** What the two ends of the colours are called. */
export function changeEnds(direction: Direction): [string, string] {
  switch (direction) {
    case 'more-is-worse':
      return ['better', 'worse'];
    case 'more-is-better':
      return ['worse', 'better'];
    default:
      return ['less', 'more'];
  }
}
