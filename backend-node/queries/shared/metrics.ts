import { metricOf, type MetricName } from '@apitrail/contract';

import type { Dialect } from '../../engine/dialect';
import { raw, sql, type Sql } from '../../engine/sql';

/** Requests that failed on the server's side: a status of 500 or above, or no status and an error type. */
export const SERVER_ERROR = sql`(status >= 500 OR (status IS NULL AND error_type IS NOT NULL))`;
/** Requests that failed on the client's side: a status of 400 to 499. */
export const CLIENT_ERROR = sql`(status BETWEEN 400 AND 499)`;
/** Requests that failed. */
export const ERROR = sql`(status >= 400 OR (status IS NULL AND error_type IS NOT NULL))`;

/** How many requests a row stands for. */
export const WEIGHT = sql`coalesce(weight, 1)`;

/** Apdex: satisfied up to T, tolerating up to 4 T (Apdex Alliance, technical specification 1.1). */
const APDEX_T_MS = 500;

/**
 * What metrics are made of: numbers per group of rows that can be merged over groups without looking at the rows again.
 */
const STATES = {
  requests: { merge: 'sum', of: (weight?: Sql) => count(weight) },
  server_errors: { merge: 'sum', of: (weight?: Sql) => count(weight, SERVER_ERROR) },
  client_errors: { merge: 'sum', of: (weight?: Sql) => count(weight, CLIENT_ERROR) },
  errors: { merge: 'sum', of: (weight?: Sql) => count(weight, ERROR) },
  timed: { merge: 'sum', of: (weight?: Sql) => count(weight, sql`duration_ms IS NOT NULL`) },
  satisfied: {
    merge: 'sum',
    of: (weight?: Sql) => count(weight, sql`duration_ms <= ${raw(String(APDEX_T_MS))} AND ${ERROR} IS NOT TRUE`),
  },
  tolerating: {
    merge: 'sum',
    of: (weight?: Sql) =>
      count(
        weight,
        sql`duration_ms > ${raw(String(APDEX_T_MS))} AND duration_ms <= ${raw(String(4 * APDEX_T_MS))} AND ${ERROR} IS NOT TRUE`
      ),
  },
  duration: { merge: 'sum', of: (weight?: Sql) => total(sql`duration_ms`, weight) },
  longest: { merge: 'max', of: () => sql`max(duration_ms)` },
  request_bytes: { merge: 'sum', of: (weight?: Sql) => total(sql`request_bytes`, weight) },
  response_bytes: { merge: 'sum', of: (weight?: Sql) => total(sql`response_bytes`, weight) },
} as const satisfies Record<string, { merge: 'sum' | 'max'; of: (weight?: Sql) => Sql }>;

export type StateName = keyof typeof STATES;

function count(weight: Sql | undefined, condition?: Sql): Sql {
  if (weight === undefined) {
    return condition === undefined ? sql`count(*)` : sql`count(*) FILTER (WHERE ${condition})`;
  }
  return condition === undefined
    ? sql`coalesce(sum(${weight}), 0)`
    : sql`coalesce(sum(${weight}) FILTER (WHERE ${condition}), 0)`;
}

function total(column: Sql, weight: Sql | undefined): Sql {
  return weight === undefined ? sql`sum(${column})` : sql`sum(${column} * ${weight})`;
}

/** The aggregate of a state over rows. */
export function stateOfRows(name: StateName, weighted: boolean): Sql {
  return STATES[name].of(weighted ? WEIGHT : undefined);
}

/** The aggregate of a state over states that were aggregated before, in the column of its name. */
export function stateOfStates(name: StateName): Sql {
  return sql`${raw(STATES[name].merge)}(${raw(`state_${name}`)})`;
}

type StateReader = (name: StateName) => Sql;

/**
 * A number per group of rows, DOUBLE. What is made of states can be merged; percentiles and distinct counts need the
 * rows. Rates are still totals: `finishMetric` divides them by the time covered.
 */
export type Measure =
  | { kind: 'states'; name: string; needs: readonly StateName[]; of: (state: StateReader) => Sql }
  | { kind: 'quantile'; name: string; q: number }
  | { kind: 'distinct'; name: string; column: Sql };

const sum = (name: MetricName, state: StateName): Measure => ({
  kind: 'states',
  name,
  needs: [state],
  of: (read) => sql`CAST(${read(state)} AS DOUBLE)`,
});

interface Ratio {
  needs: readonly StateName[];
  numerator: (read: StateReader) => Sql;
  denominator: (read: StateReader) => Sql;
}

const shareOfRequests = (of: StateName): Ratio => ({
  needs: [of, 'requests'],
  numerator: (read) => read(of),
  denominator: (read) => read('requests'),
});

const RATIOS: Partial<Record<MetricName, Ratio>> = {
  error_rate: shareOfRequests('errors'),
  server_error_rate: shareOfRequests('server_errors'),
  client_error_rate: shareOfRequests('client_errors'),
  apdex: {
    needs: ['satisfied', 'tolerating', 'timed'],
    numerator: (read) => sql`(${read('satisfied')} + ${read('tolerating')} / 2.0)`,
    denominator: (read) => read('timed'),
  },
  avg: {
    needs: ['duration', 'timed'],
    numerator: (read) => read('duration'),
    denominator: (read) => read('timed'),
  },
};

function quotient(name: MetricName): Measure {
  const { needs, numerator, denominator } = RATIOS[name]!;
  return {
    kind: 'states',
    name,
    needs,
    of: (read) => sql`CAST(${numerator(read)} AS DOUBLE) / nullif(${denominator(read)}, 0)`,
  };
}

const quantile = (name: MetricName, q: number): Measure => ({ kind: 'quantile', name, q });
const distinct = (name: MetricName, column: Sql): Measure => ({ kind: 'distinct', name, column });

const MEASURES: Record<MetricName, Measure> = {
  requests: sum('requests', 'requests'),
  requests_per_second: sum('requests_per_second', 'requests'),
  server_errors: sum('server_errors', 'server_errors'),
  client_errors: sum('client_errors', 'client_errors'),
  errors: sum('errors', 'errors'),
  error_rate: quotient('error_rate'),
  server_error_rate: quotient('server_error_rate'),
  client_error_rate: quotient('client_error_rate'),
  p50: quantile('p50', 0.5),
  p75: quantile('p75', 0.75),
  p90: quantile('p90', 0.9),
  p95: quantile('p95', 0.95),
  p99: quantile('p99', 0.99),
  avg: quotient('avg'),
  max: { kind: 'states', name: 'max', needs: ['longest'], of: (read) => sql`CAST(${read('longest')} AS DOUBLE)` },
  apdex: quotient('apdex'),
  request_bytes: sum('request_bytes', 'request_bytes'),
  response_bytes: sum('response_bytes', 'response_bytes'),
  customers: distinct('customers', sql`customer`),
  sessions: distinct('sessions', sql`session`),
  accounts: distinct('accounts', sql`account`),
  concurrency: sum('concurrency', 'duration'),
};

/** How a metric is computed. */
export function measureOf(metric: MetricName): Measure {
  return MEASURES[metric];
}

/** Numerator and denominator of a metric that is a ratio; undefined for others. */
export function ratioMeasures(metric: MetricName): { numerator: Measure; denominator: Measure } | undefined {
  const ratio = metricOf(metric).kind === 'ratio' ? RATIOS[metric] : undefined;
  const part = (name: string, of: Ratio['numerator']): Measure => ({
    kind: 'states',
    name,
    needs: ratio!.needs,
    of: (read) => sql`CAST(${of(read)} AS DOUBLE)`,
  });
  return (
    ratio && { numerator: part('numerator', ratio.numerator), denominator: part('denominator', ratio.denominator) }
  );
}

/** Whether every measure can be computed from states. */
export function areMergeable(measures: readonly Measure[]): boolean {
  return measures.every(({ kind }) => kind === 'states');
}

/** The states measures need, each once. */
export function statesOf(measures: readonly Measure[]): StateName[] {
  return [...new Set(measures.flatMap((measure) => (measure.kind === 'states' ? measure.needs : [])))];
}

/**
 * The aggregate of a measure over rows. Percentiles that are asked for together (`among`) share one pass over the
 * values; of weighted rows they need `weightedQuantiles` instead.
 */
export function measureOfRows(measure: Measure, among: readonly Measure[], weighted: boolean, dialect: Dialect): Sql {
  switch (measure.kind) {
    case 'states':
      return measure.of((state) => stateOfRows(state, weighted));
    case 'distinct':
      return sql`CAST(count(DISTINCT ${measure.column}) AS DOUBLE)`;
    case 'quantile': {
      const all = quantilesOf(among);
      if (all.length === 1) {
        return dialect.quantile(sql`duration_ms`, measure.q);
      }
      return dialect.listItem(dialect.quantiles(sql`duration_ms`, all), all.indexOf(measure.q));
    }
  }
}

/** The quantiles among measures, each once. */
export function quantilesOf(measures: readonly Measure[]): number[] {
  return [...new Set(measures.flatMap((measure) => (measure.kind === 'quantile' ? [measure.q] : [])))];
}

/**
 * The number a person sees, of what SQL gave: rates divided by the seconds the answer covers, and 0 in the place of
 * nothing for what counts.
 */
export function finishMetric(metric: MetricName, value: unknown, seconds: number): number | null {
  const number = value == null ? null : Number(value);
  const { kind } = metricOf(metric);
  if (kind === 'rate') {
    const perSecond = metric === 'concurrency' ? 1000 : 1;
    return seconds > 0 ? (number ?? 0) / perSecond / seconds : null;
  }
  return kind === 'ratio' || kind === 'distribution' ? number : (number ?? 0);
}

/** What an empty cell of the metric holds. */
export function emptyValue(metric: MetricName): 0 | null {
  const { kind } = metricOf(metric);
  return kind === 'ratio' || kind === 'distribution' ? null : 0;
}

/** Each measure once, by its name. */
export function distinctMeasures(measures: readonly Measure[]): Measure[] {
  return measures.filter(({ name }, index) => measures.findIndex((other) => other.name === name) === index);
}
