import type { Filter, FunnelQuery } from '@apitrail/contract';

import { falseDiscoveryRates } from '../../shared/false-discovery';
import { asSample, differenceP, oddsRatio, type OddsRatio } from '../../shared/odds-ratio';
import { effectiveSize } from '../../shared/proportion-interval';
import { isNecessary } from './necessary';
import type { Side, Sides } from './sides';

/** Added to each count of an odds ratio. */
const PRIOR = 1;

/** A value, and how it goes with converting. */
export interface Correlated {
  key: string;
  value: string;
  /** Of routes, the value without its method. */
  text: string;
  filters: Filter[];
  /** The step, from 1, that nearly all who met it had reached before; it is compared among those who reached that one. */
  behind: number;
  units: number;
  converted: number;
  shareWith: number;
  shareWithout: number;
  support: number;
  /** Share of those who converted that met it. */
  convertedSupport: number;
  /** Whether converting without it is hardly possible; of these there is no `q`. */
  necessary: boolean;
  odds: OddsRatio;
  p: number | null;
  /** The p-value corrected for all that are compared, not those that are necessary. */
  q: number | null;
}

/** What was compared, and how many values that could have been were left out by name. */
export interface Comparison {
  rows: Correlated[];
  leftOut: number;
}

/** Compares the values that `valuesMet` counted, but for those that the query leaves out. */
export function compareValues(
  values: unknown[][],
  keys: readonly string[],
  sides: readonly Sides[],
  { correlateExcept, correlateNecessary }: Pick<FunnelQuery, 'correlateExcept' | 'correlateNecessary'>
): Comparison {
  const all = readValues(values, keys, sides);
  const left = all.filter(
    ({ key, value, text }) =>
      !correlateExcept.some((except) => except.key === key && (except.value === value || except.value === text))
  );
  const judged = correlateNecessary ? left.map((row) => ({ ...row, necessary: false })) : left;
  const qs = falseDiscoveryRates(judged.map(({ p, necessary }) => (necessary ? null : p)));
  return { rows: judged.map((row, index) => ({ ...row, q: qs[index]! })), leftOut: all.length - left.length };
}

function readValues(values: unknown[][], keys: readonly string[], sides: readonly Sides[]): Correlated[] {
  const [places, texts, methods, steps, met, metConverted, enteredConverted] = values as [
    number[],
    string[],
    Array<string | null>,
    number[],
    number[],
    number[],
    number[],
  ];
  const sample = ({ units, squares }: Side, count: number) =>
    asSample({ count, of: units }, effectiveSize(units, squares));
  return places.map((place, row): Correlated => {
    const [key, text, method, units, good] = [keys[place]!, texts[row]!, methods[row]!, met[row]!, metConverted[row]!];
    const { converted, others } = sides[steps[row]! - 1]!;
    const all = converted.units + others.units;
    const [one, other] = [sample(converted, good), sample(others, units - good)];
    const is = (name: string, value: string): Filter => ({ key: name, operator: '=', value });
    const ofMethod: Filter[] = method === null ? [{ key: 'method', operator: '!exists' }] : [is('method', method)];
    return {
      key,
      value: key === 'route' && method !== null ? `${method} ${text}` : text,
      text,
      filters: [...(key === 'route' ? ofMethod : []), is(key, text)],
      behind: steps[row]!,
      units,
      converted: good,
      shareWith: good / units,
      shareWithout: (converted.units - good) / (all - units),
      support: units / all,
      convertedSupport: converted.units > 0 ? good / converted.units : 0,
      necessary: isNecessary(converted, { met: good, entered: enteredConverted[row]! }),
      odds: oddsRatio(one, other, PRIOR),
      p: differenceP(one, other),
      q: null,
    };
  });
}

/**
 * The first of each direction, the least likely to be there by chance first, of several the ones furthest from 1; then the first of
 * those that are necessary, in the order of the journey.
 */
export function strongest(rows: readonly Correlated[], limit: number): Correlated[] {
  // But for rounding, a value and its complement are as sure and as strong as each other.
  const rounded = (value: number) => Number(value.toPrecision(9));
  const strength = ({ odds }: Correlated) => rounded(Math.abs(Math.log(odds.ratio)));
  const found = rows
    .filter(({ necessary }) => !necessary)
    .sort(
      (one, other) =>
        rounded(one.p ?? 1) - rounded(other.p ?? 1) ||
        strength(other) - strength(one) ||
        other.odds.ratio - one.odds.ratio
    );
  const left = { up: limit, down: limit };
  const necessary = rows
    .filter((row) => row.necessary)
    .sort((one, other) => one.behind - other.behind || other.convertedSupport - one.convertedSupport);
  return [...found.filter(({ odds }) => left[odds.ratio >= 1 ? 'up' : 'down']-- > 0), ...necessary.slice(0, limit)];
}
