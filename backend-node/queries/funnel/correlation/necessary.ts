import { effectiveSize } from '../../shared/proportion-interval';
import type { Side } from './sides';

/**
 * What at least this share of those who convert meet on the way is called necessary: nobody, or as good as nobody, converts without it.
 * One in a hundred is left for what logs miss: answers from a cache, lines that were lost, sessions that were cut in two.
 */
const NECESSARY = 0.99;

/** And so many of them there are at least: of fewer "all of them" says little. As for what `reasons` calls part of the way. */
const LEAST_CONVERTED = 10;

/**
 * Whether converting without a value is hardly possible, given who of the converted (`met`, as they weigh) met it, and who of these had it
 * from their entry on (`entered`), such as their region. Those say nothing of the way: of the others practically all must meet it.
 */
export function isNecessary(converted: Side, { met, entered }: { met: number; entered: number }): boolean {
  const open = converted.units - entered;
  const size = (effectiveSize(converted.units, converted.squares) * open) / converted.units;
  // Sums of weights are exact but for rounding.
  return size >= LEAST_CONVERTED - ROUNDING && met - entered >= NECESSARY * open - ROUNDING * converted.units;
}

const ROUNDING = 1e-9;
