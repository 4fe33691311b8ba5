import type { FunnelQuery, FunnelReason } from '@apitrail/contract';

import { identifier, join, literal, raw, sql, type Sql } from '../../../engine/sql';
import { effectiveSize } from '../../shared/proportion-interval';
import { falseDiscoveryRates } from '../../shared/false-discovery';
import { asSample, differenceP, oddsRatio } from '../../shared/odds-ratio';
import { SIGNIFICANCE, type Proportion } from '../../shared/significance';
import type { FunnelRun } from '../views/view';
import { gapsOf, reasonSteps } from './gaps';
import { HAPPENING_KEYS, KINDS, happeningsOf, usualOf } from './happenings';

/** What a reason is about, by its keys; null where a row has none. */
export interface Happening {
  service: string | null;
  method: string | null;
  route: string | null;
  status: number | null;
  error_type: string | null;
  error_group: string | null;
  error_owner: string | null;
  /** Longer is slow, milliseconds; null where too few requests say what is usual. */
  slowMs: number | null;
}

/** What became of those that got to the step before. Units are weighted, `squares` are the sums of squared weights. */
export interface Fates {
  stopped: Sum;
  converted: Sum;
  pending: number;
  excluded: number;
}

interface Sum {
  units: number;
  squares: number;
}

/** Why the attempts of one range did not get further. */
export interface Reasons {
  /**
   * A relation, one row per attempt that did not get to a step and got to the one before: `unit`, `attempt`, `segment`, `place`, `weight`, `step` (that
   * was not reached, from 1), `reason`, `kind` and `happening` (null of `pending`, `excluded` and `silent`).
   */
  relation: Sql;
  /** A relation of what happened: `happening` and `HAPPENING_KEYS`. */
  happenings: Sql;
  /** By step and place: see `fateKey`. */
  fates: ReadonlyMap<string, Fates>;
  counts: readonly ReasonCount[];
}

/** How many have a reason, and how many met the same. */
export interface ReasonCount {
  /** The step that was not reached, from 1. */
  step: number;
  place: number;
  reason: FunnelReason;
  happening: Happening | null;
  units: number;
  /** Of those that got to the step, who had met it on the way; null where nothing was met. */
  control: number | null;
  /** Of those that did not get there and cannot any more, who had met it, as far as they were there as long as the others. */
  exposed: number | null;
}

/** Name of a step and place in `fates`. */
export function fateKey({ step, place }: { step: number; place: number }): string {
  return `${step}/${place}`;
}

const NOBODY: Sum = { units: 0, squares: 0 };

/** Those that had something among those that did not get to a step, and those that did: what odds are of. */
export function comparedOf(
  fates: Fates,
  met: { exposed: number; control: number }
): [stopped: Proportion, converted: Proportion] {
  const of = ({ units, squares }: Sum, count: number) => asSample({ count, of: units }, effectiveSize(units, squares));
  return [of(fates.stopped, met.exposed), of(fates.converted, met.control)];
}

/**
 * Why attempts did not get to a step after they had got to the one before, of each step that cannot be left out, or only of `step`. Errors elsewhere and
 * slow requests are reasons only when they go with not getting there.
 */
export async function reasonsOf(query: FunnelQuery, run: FunnelRun, step?: number): Promise<Reasons> {
  const { context } = run;
  const gaps = await context.keepResult(gapsOf(query, run.attempts, reasonSteps(query, step)));
  const fates = await readFates(run, gaps);
  const usual = await context.keepResult(await usualOf(query, run));
  const raws = await context.keepResult(happeningsOf(query, run, gaps, usual));
  const keys = HAPPENING_KEYS.map(identifier);
  const happenings = await context.keepResult(
    sql`SELECT CAST(row_number() OVER (ORDER BY ${join(keys)}) - 1 AS BIGINT) AS happening, * FROM (SELECT DISTINCT ${join(keys)} FROM ${raws}) AS told`
  );
  const same = join(
    keys.map((key) => sql`told.${key} IS NOT DISTINCT FROM happened.${key}`),
    ' AND '
  );
  const events = await context.keepResult(
    sql`SELECT gap, kind, happening, first_us, last_us FROM ${raws} AS happened JOIN ${happenings} AS told ON ${same}`
  );
  const blamed = await blamedOf(run, fates, gaps, events);
  const relation = await context.keepResult(classified(gaps, events, blamed));
  const counts = await readCounts(run, { gaps, events, relation, happenings, usual });
  return { relation, happenings, fates, counts };
}

async function readFates({ context }: FunnelRun, gaps: Sql): Promise<Map<string, Fates>> {
  const table = await context.run(
    sql`SELECT step, place, fate, CAST(sum(weight) AS DOUBLE) AS units, CAST(sum(weight * weight) AS DOUBLE) AS squares FROM ${gaps} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`
  );
  const [steps, places, fates, units, squares] = table.values as [number[], number[], string[], number[], number[]];
  const found = new Map<string, Fates>();
  steps.forEach((step, row) => {
    const key = fateKey({ step, place: places[row]! });
    const so = found.get(key) ?? { stopped: NOBODY, converted: NOBODY, pending: 0, excluded: 0 };
    const sum = { units: units[row]!, squares: squares[row]! };
    const fate = fates[row] as keyof Fates;
    found.set(key, { ...so, [fate]: fate === 'stopped' || fate === 'converted' ? sum : sum.units });
  });
  return found;
}

/**
 * Per step, place, kind and happening, of those somebody met who stopped: `control`, `exposed`. Who stopped has the whole
 * window to meet something, who converts only the time until then: so who met it first after a time counts by the share of the
 * converted who took at least that long, and both are looked at for equally long.
 */
function metSql(gaps: Sql, events: Sql, wanted: Sql): Sql {
  return sql`WITH passed AS (
  SELECT step, until_us - from_us AS took_us, sum(weight) AS units FROM ${gaps} WHERE fate = 'converted' GROUP BY 1, 2
), longest AS (
  SELECT step, took_us, sum(units) OVER (PARTITION BY step ORDER BY took_us DESC) / sum(units) OVER (PARTITION BY step) AS still FROM passed
), met AS (
  SELECT gaps.step, place, fate, weight, kind, happening, first_us - from_us AS after_us
  FROM ${events} AS events JOIN ${gaps} AS gaps ON gaps.gap = events.gap WHERE ${wanted}
)
SELECT met.step AS step, place, kind, happening, CAST(coalesce(sum(weight) FILTER (WHERE fate = 'converted'), 0) AS DOUBLE) AS control,
  CAST(coalesce(sum(weight * coalesce(still, 0)) FILTER (WHERE fate = 'stopped'), 0) AS DOUBLE) AS exposed
FROM met ASOF LEFT JOIN longest ON met.step = longest.step AND met.after_us <= longest.took_us
GROUP BY 1, 2, 3, 4 HAVING count(*) FILTER (WHERE fate = 'stopped') > 0 ORDER BY 1, 2, 3, 4`;
}

interface Met {
  step: number;
  place: number;
  kind: number;
  happening: number;
  control: number;
  exposed: number;
}

async function readMet({ context }: FunnelRun, statement: Sql): Promise<Met[]> {
  const table = await context.run(statement);
  const [steps, places, kinds, happenings, control, exposed] = table.values as number[][] as [
    number[],
    number[],
    number[],
    number[],
    number[],
    number[],
  ];
  return steps.map((step, row) => ({
    step,
    place: places[row]!,
    kind: kinds[row]!,
    happening: happenings[row]!,
    control: control[row]!,
    exposed: exposed[row]!,
  }));
}

/**
 * What goes with not getting to a step, all values of a breakdown together: the interval of its odds ratio lies above 1, and it is not one of
 * the few that do so by chance where many are compared.
 */
async function blamedOf(run: FunnelRun, fates: ReadonlyMap<string, Fates>, gaps: Sql, events: Sql): Promise<Sql> {
  const doubtful = raw([KINDS.slow, KINDS.failedElsewhere].join(', '));
  const all = await readMet(run, metSql(gaps, events, sql`kind IN (${doubtful})`));
  const together = new Map<string, Met>();
  for (const met of all) {
    const name = `${met.step}/${met.kind}/${met.happening}`;
    const sum = together.get(name);
    together.set(name, sum ? { ...sum, control: sum.control + met.control, exposed: sum.exposed + met.exposed } : met);
  }
  const compared = [...together.values()].map((met) => {
    const [stopped, converted] = comparedOf(wholeStep(fates, met.step), met);
    return { met, low: oddsRatio(stopped, converted).low, p: differenceP(stopped, converted) };
  });
  const rates = falseDiscoveryRates(compared.map(({ p }) => p));
  const blamed = compared.flatMap(({ met, low }, index) =>
    low > 1 && (rates[index] ?? 1) <= SIGNIFICANCE ? [met] : []
  );
  const column = (name: 'step' | 'kind' | 'happening') => ({
    name,
    type: 'bigint[]' as const,
    values: blamed.map((met) => met[name]),
  });
  return run.context.dialect.parameterRows([column('step'), column('kind'), column('happening')], 'number');
}

/** The fates of a step, all values of a breakdown together. */
function wholeStep(fates: ReadonlyMap<string, Fates>, step: number): Fates {
  const add = (one: Sum, other: Sum) => ({ units: one.units + other.units, squares: one.squares + other.squares });
  return [...fates]
    .filter(([key]) => key.startsWith(`${step}/`))
    .reduce<Fates>(
      (sum, [, { stopped, converted, pending, excluded }]) => ({
        stopped: add(sum.stopped, stopped),
        converted: add(sum.converted, converted),
        pending: sum.pending + pending,
        excluded: sum.excluded + excluded,
      }),
      { stopped: NOBODY, converted: NOBODY, pending: 0, excluded: 0 }
    );
}

/**
 * The reason of every attempt: of the highest kind what came last; of what it went on with what came first, on another route than that of
 * the last step where there is one. Where an attempt went is no diversion when it is what nearly all who got on request on the way.
 */
function classified(gaps: Sql, events: Sql, blamed: Sql): Sql {
  const [ownSql, wentSql] = [KINDS.own, KINDS.went].map((kind) => raw(String(kind))) as [Sql, Sql];
  const tried = raw([KINDS.failed, KINDS.givenUp].join(', '));
  const named = join(
    REASON_OF.map(([kind, reason]) => sql`WHEN kind = ${raw(String(kind))} THEN ${literal(reason)}`),
    ' '
  );
  return sql`WITH totals AS (
  SELECT step, sum(weight) AS units, count(*) AS attempts FROM ${gaps} WHERE fate = 'converted' GROUP BY step
), ways AS (
  SELECT gaps.step, events.happening FROM ${events} AS events JOIN ${gaps} AS gaps ON gaps.gap = events.gap JOIN totals ON totals.step = gaps.step
  WHERE fate = 'converted' AND kind = ${wentSql} AND attempts >= ${raw(String(WAY_SAMPLE))}
  GROUP BY gaps.step, events.happening, units HAVING sum(weight) >= ${raw(String(WAY_SHARE))} * units
), ranked AS (
  SELECT events.gap, events.kind, events.happening, ${RANK} AS rank
  FROM ${events} AS events JOIN ${gaps} AS gaps ON gaps.gap = events.gap AND fate = 'stopped'
  LEFT JOIN ${blamed} AS blamed ON blamed.step = gaps.step AND blamed.kind = events.kind AND blamed.happening = events.happening
  LEFT JOIN ways ON ways.step = gaps.step AND ways.happening = events.happening
  LEFT JOIN (SELECT gap, happening FROM ${events} WHERE kind = ${ownSql}) AS same ON same.gap = events.gap AND same.happening = events.happening
  WHERE events.kind IN (${tried}) OR blamed.happening IS NOT NULL OR (events.kind = ${wentSql} AND ways.happening IS NULL)
), highest AS (
  SELECT gap, max(rank) AS rank FROM ranked GROUP BY gap
), best AS (
  SELECT ranked.gap, any_value(kind) AS kind, min(happening) AS happening FROM ranked JOIN highest ON ranked.gap = highest.gap AND ranked.rank = highest.rank GROUP BY ranked.gap
)
SELECT unit, attempt, segment, place, weight, step, CASE WHEN fate <> 'stopped' THEN fate ${named} ELSE 'silent' END AS reason, kind, happening
FROM ${gaps} AS gaps LEFT JOIN best ON best.gap = gaps.gap WHERE fate <> 'converted'`;
}

/** What nearly all request on their way to a step, of a sample of this size at least, is part of the way. */
const WAY_SHARE = 0.9;
const WAY_SAMPLE = 10;

const REASON_OF: ReadonlyArray<readonly [number, FunnelReason]> = [
  [KINDS.failed, 'failed'],
  [KINDS.failedElsewhere, 'failed_elsewhere'],
  [KINDS.givenUp, 'slow'],
  [KINDS.slow, 'slow'],
  [KINDS.went, 'diverted'],
];

/** Whole numbers that are larger than a time in microseconds. */
const TIMES = raw(String(2 ** 53));

/** Higher is more of a reason: by kind, then another route than that of the last step, then time. */
const RANK = sql`CASE WHEN events.kind = ${raw(String(KINDS.went))}
    THEN CAST(CASE WHEN same.gap IS NULL THEN 1 ELSE 0 END AS BIGINT) * ${TIMES} - events.first_us
    ELSE CAST(events.kind AS BIGINT) * ${TIMES} + events.last_us END`;

async function readCounts(
  run: FunnelRun,
  kept: { gaps: Sql; events: Sql; relation: Sql; happenings: Sql; usual: Sql }
): Promise<ReasonCount[]> {
  const { gaps, events, relation, happenings, usual } = kept;
  const keys = HAPPENING_KEYS.map((key) => sql`told.${identifier(key)}`);
  const route = join(
    ['service', 'method', 'route'].map(
      (key) => sql`told.${identifier(key)} IS NOT DISTINCT FROM usual.${identifier(key)}`
    ),
    ' AND '
  );
  const table = await run.context.run(sql`SELECT counted.*, ${join(keys)}, slow_ms FROM (
  SELECT step, place, reason, kind, happening, CAST(sum(weight) AS DOUBLE) AS units FROM ${relation} GROUP BY 1, 2, 3, 4, 5
) AS counted LEFT JOIN ${happenings} AS told ON told.happening = counted.happening LEFT JOIN ${usual} AS usual ON ${route}
ORDER BY step, place, reason, kind, counted.happening`);
  const [steps, places, reasons, kinds, numbers, units, ...values] = table.values as [
    number[],
    number[],
    FunnelReason[],
    Array<number | null>,
    Array<number | null>,
    number[],
    ...never[][],
  ];
  const [service, method, routes, status, type, group, owner, slow] = values;
  const wanted = sql`(gaps.step, kind, happening) IN (SELECT step, kind, happening FROM ${relation} WHERE happening IS NOT NULL)`;
  const met = new Map(
    (await readMet(run, metSql(gaps, events, wanted))).map((one) => [
      [one.step, one.place, one.kind, one.happening].join('/'),
      one,
    ])
  );
  return steps.map((step, row) => {
    const [place, reason, number] = [places[row]!, reasons[row]!, numbers[row] ?? null];
    const same = met.get([step, place, kinds[row], number].join('/'));
    return {
      step,
      place,
      reason,
      happening:
        number === null
          ? null
          : {
              service: service![row] ?? null,
              method: method![row] ?? null,
              route: routes![row] ?? null,
              status: status![row] ?? null,
              error_type: type![row] ?? null,
              error_group: group![row] ?? null,
              error_owner: owner![row] ?? null,
              slowMs: slow![row] ?? null,
            },
      units: units[row]!,
      control: same?.control ?? null,
      exposed: same?.exposed ?? null,
    };
  });
}
