import { ApitrailError, type Field, type Filter, type Frame, type FunnelQuery } from '@apitrail/contract';

import { sql, type Sql } from '../../../engine/sql';
import { falseDiscoveryRates } from '../../shared/false-discovery';
import { asSample, differenceP, oddsRatio, type OddsRatio } from '../../shared/odds-ratio';
import { CONFIDENCE, effectiveSize } from '../../shared/proportion-interval';
import { lookedAt } from '../correlation/looked-at';
import { correlatedKeys, valuesMet } from '../correlation/values';
import { PANEL, numbers, stepNames, unitsConfig } from '../fields';
import type { FunnelRun, FunnelViewOf } from './view';

/** What goes with converting, and with not: a row per key and value that enough units met, and enough did not. */
export const correlationView: FunnelViewOf = async ({ query, own }) => {
  const step = targetOf(query);
  const keys = correlatedKeys(query);
  const looked = await own.context.keepResult(lookedAt(query, own.attempts, step));
  const sides = await readSides(own, looked);
  const [units, converted] = [sides[0]!.converted.units + sides[0]!.others.units, sides[0]!.converted.units];
  const comparable = converted > 0 && units > converted;
  const met = comparable ? await own.context.run(valuesMet(query, own, { looked, keys, step })) : undefined;
  const rows = met ? strongest(compare(met.values, keys, sides), query.limit) : [];
  notices(query, own, sides[0]!, rows, step);
  return {
    frames: [correlationFrame(query, rows, step)],
    marker: {
      confidence: CONFIDENCE,
      correlated: rows.map(({ filters }) => ({ filters })),
      correlation: { step, units, converted, keys },
    },
  };
};

/** From how many times as many on one side on what is found says little of the other. */
const SKEWED = 10;

/** Added to each count of an odds ratio. */
const PRIOR = 1;

/** The step that counts as converting, from 1. Throws an ApitrailError for the first one. */
function targetOf({ step, steps }: FunnelQuery): number {
  if (step === 1) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      'step: is 1, which everybody in the funnel has got to. Choose a later one.',
      { where: 'step' }
    );
  }
  return step ?? steps.length;
}

interface Side {
  units: number;
  squares: number;
}

interface Sides {
  converted: Side;
  others: Side;
}

/** Those who reached each step, from the first: who of them converted, and who did not. */
async function readSides({ context }: FunnelRun, looked: Sql): Promise<Sides[]> {
  const table = await context.run(
    sql`SELECT CAST(behind AS INTEGER) AS behind, converted, CAST(sum(weight) AS DOUBLE) AS units, CAST(sum(weight * weight) AS DOUBLE) AS squares
FROM (SELECT unnest(range(1, reached + 1)) AS behind, converted, weight FROM ${looked}) AS each GROUP BY 1, 2 ORDER BY 1, 2`
  );
  const [behind, converted, units, squares] = table.values as [number[], boolean[], number[], number[]];
  const sides: Sides[] = [{ converted: NOBODY, others: NOBODY }];
  behind.forEach((step, row) => {
    const of = (sides[step - 1] ??= { converted: NOBODY, others: NOBODY });
    of[converted[row] ? 'converted' : 'others'] = { units: units[row]!, squares: squares[row]! };
  });
  return sides;
}

const NOBODY: Side = { units: 0, squares: 0 };

/** A value, and how it goes with converting. */
interface Correlated {
  key: string;
  value: string;
  filters: Filter[];
  /** The step, from 1, that nearly all who met it had reached before; it is compared among those who reached that one. */
  behind: number;
  units: number;
  converted: number;
  shareWith: number;
  shareWithout: number;
  support: number;
  odds: OddsRatio;
  p: number | null;
  q: number | null;
}

function compare(values: unknown[][], keys: readonly string[], sides: readonly Sides[]): Correlated[] {
  const [places, texts, methods, steps, met, metConverted] = values as [
    number[],
    string[],
    Array<string | null>,
    number[],
    number[],
    number[],
  ];
  const sample = ({ units, squares }: Side, count: number) =>
    asSample({ count, of: units }, effectiveSize(units, squares));
  const rows = places.map((place, row): Correlated => {
    const [key, text, method, units, good] = [keys[place]!, texts[row]!, methods[row]!, met[row]!, metConverted[row]!];
    const { converted, others } = sides[steps[row]! - 1]!;
    const all = converted.units + others.units;
    const [one, other] = [sample(converted, good), sample(others, units - good)];
    const is = (name: string, value: string): Filter => ({ key: name, operator: '=', value });
    const ofMethod: Filter[] = method === null ? [{ key: 'method', operator: '!exists' }] : [is('method', method)];
    return {
      key,
      value: key === 'route' && method !== null ? `${method} ${text}` : text,
      filters: [...(key === 'route' ? ofMethod : []), is(key, text)],
      behind: steps[row]!,
      units,
      converted: good,
      shareWith: good / units,
      shareWithout: (converted.units - good) / (all - units),
      support: units / all,
      odds: oddsRatio(one, other, PRIOR),
      p: differenceP(one, other),
      q: null,
    };
  });
  const qs = falseDiscoveryRates(rows.map(({ p }) => p));
  return rows.map((row, index) => ({ ...row, q: qs[index]! }));
}

/** The first of each direction, the least likely to be there by chance first, of several the ones furthest from 1. */
function strongest(rows: readonly Correlated[], limit: number): Correlated[] {
  // But for rounding, a value and its complement are as sure and as strong as each other.
  const rounded = (value: number) => Number(value.toPrecision(9));
  const strength = ({ odds }: Correlated) => rounded(Math.abs(Math.log(odds.ratio)));
  const sorted = [...rows].sort(
    (one, other) =>
      rounded(one.p ?? 1) - rounded(other.p ?? 1) ||
      strength(other) - strength(one) ||
      other.odds.ratio - one.odds.ratio
  );
  const left = { up: limit, down: limit };
  return sorted.filter(({ odds }) => left[odds.ratio >= 1 ? 'up' : 'down']-- > 0);
}

function notices(query: FunnelQuery, { context }: FunnelRun, sides: Sides, rows: unknown[], step: number): void {
  const [good, bad] = [sides.converted.units, sides.others.units];
  const name = `step ${step}, ${stepNames(query)[step - 1]!}`;
  if (good === 0 || bad === 0) {
    const found =
      good > 0
        ? `Everybody got to ${name}, or may still do so`
        : bad > 0
          ? `Nobody got to ${name}`
          : 'Nobody can be compared';
    context.notice('info', `${found}: there is nothing to compare. Choose a longer range or another step.`);
    return;
  }
  if (rows.length === 0) {
    context.notice(
      'info',
      'No value was met by enough units, and not by enough others, to compare them. Choose a longer range or other keys in correlate.'
    );
  }
  const times = Math.max(good / bad, bad / good);
  if (times > SKEWED) {
    const [many, few] = good > bad ? ['did', 'did not'] : ['did not', 'did'];
    context.notice(
      'warning',
      `Skewed: ${times.toFixed(0)} times as many ${many} get to ${name} as ${few}. What goes with the few rests on little.`
    );
  }
}

function correlationFrame(query: FunnelQuery, rows: readonly Correlated[], step: number): Frame {
  const name = stepNames(query)[step - 1]!;
  const text = (field: string, values: string[], displayNameFromDS: string, description: string): Field => ({
    name: field,
    type: 'string',
    values,
    config: { displayNameFromDS, description },
  });
  const column = (field: string, of: (row: Correlated) => number | null, config: Field['config']) =>
    numbers(field, rows.map(of), config ?? {});
  const share = (displayNameFromDS: string, description: string) => ({
    displayNameFromDS,
    unit: 'percentunit',
    description,
  });
  const { displayNameFromDS } = unitsConfig(query);
  return {
    meta: { type: 'table', preferredVisualisationPluginId: PANEL },
    fields: [
      text(
        'key',
        rows.map(({ key }) => key),
        'Key',
        'What was compared.'
      ),
      text(
        'value',
        rows.map(({ value }) => value),
        'Value',
        'Its value; of routes with the method.'
      ),
      column('units_with', ({ units }) => units, {
        displayNameFromDS: `${displayNameFromDS} with it`,
        unit: 'short',
        description: 'Who met it.',
      }),
      column('converted_with', ({ converted }) => converted, {
        displayNameFromDS: 'Converted with it',
        unit: 'short',
        description: `Of those, who got to ${name}.`,
      }),
      column(
        'share_with',
        ({ shareWith }) => shareWith,
        share('Conversion with it', `Share of those who met it that got to ${name}.`)
      ),
      column(
        'share_without',
        ({ shareWithout }) => shareWithout,
        share('Conversion without it', `Share of the others that got to ${name}.`)
      ),
      column('odds_ratio', ({ odds }) => odds.ratio, {
        displayNameFromDS: 'Odds ratio',
        description: 'How many times higher the odds to convert are with it: below 1 it goes with not converting.',
      }),
      column('odds_low', ({ odds }) => odds.low, {
        displayNameFromDS: 'Odds ratio, at least',
        description: 'Lower bound of the 95 % confidence interval.',
      }),
      column('odds_high', ({ odds }) => odds.high, {
        displayNameFromDS: 'Odds ratio, at most',
        description: 'Upper bound of the 95 % confidence interval.',
      }),
      column('p_value', ({ p }) => p, {
        displayNameFromDS: 'p-value',
        description: 'How likely it would be by chance, were it the only one looked at.',
      }),
      column('q_value', ({ q }) => q, {
        displayNameFromDS: 'q-value',
        description:
          'Corrected for how many are looked at (Benjamini–Hochberg): of all up to 0.05 about one in twenty is there by chance.',
      }),
      column('support', ({ support }) => support, share('Support', 'Share of all that were compared who met it.')),
      column('after_step', ({ behind }) => behind, {
        displayNameFromDS: 'After step',
        description:
          'The step that nearly all who met it had reached before: it is compared among those who got that far.',
      }),
    ],
  };
}
