import { type Trait } from './read-correlation';

const LEAST = 2;
const WIDEST = 64;

/** Bounds of the axis of odds: as many times more as less. */
export function oddsReach(traits: readonly Trait[]): number {
  const factors = traits
    .map(({ odds }) => Math.max(odds, 1 / odds))
    .filter((factor) => Number.isFinite(factor) && factor > 0);
  return Math.min(WIDEST, Math.max(LEAST, ...factors) * 1.15);
}

/** Where odds lie, 0 to 1: 1× in the middle, half and double as far from it; what lies beyond lies at the end. */
export function oddsPlace(odds: number, reach: number): number {
  if (Number.isNaN(odds)) {
    return 0.5;
  }
  return Math.min(1, Math.max(0, 0.5 + Math.log(odds) / (2 * Math.log(reach))));
}
