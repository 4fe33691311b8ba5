import type { Dialect } from '../../engine/dialect';
import { identifier, join, raw, sql, type Sql } from '../../engine/sql';
import { WEIGHT, measureOfRows, quantilesOf, type Measure } from './metrics';

/** Rows to aggregate: a relation with the columns of the record, and the condition they must meet. */
export interface RowSource {
  relation: Sql;
  where: Sql;
  /** Whether few of the relation's rows meet the condition: better picked once and kept than picked twice. */
  few?: boolean;
}

export interface NamedSql {
  name: string;
  sql: Sql;
  /** Of an aggregate that says how often each value occurs: of what. */
  countOf?: Sql;
}

export interface Selection {
  rows: RowSource;
  /** What is grouped by; names differ from each other. */
  by: readonly NamedSql[];
  measures: readonly Measure[];
  /** Further aggregates over the rows of a group. */
  extras?: readonly NamedSql[];
  weighted: boolean;
  dialect: Dialect;
}

/** A SELECT with the columns `by`, one per measure, one per extra, in that order; one row per group. */
export function selectMeasures(selection: Selection): Sql {
  const { rows, by, measures, extras = [], weighted, dialect } = selection;
  const apart = weighted ? measures.filter(({ kind }) => kind === 'quantile') : [];
  const direct = measures.filter((measure) => !apart.includes(measure));
  const totals = grouped(rows, by, [
    ...direct.map((measure) => ({ name: measure.name, sql: measureOfRows(measure, measures, weighted, dialect) })),
    ...extras,
  ]);
  if (apart.length === 0) {
    return totals;
  }
  const bys = by.map((_, index) => `by_${index}`);
  const columns = [
    ...bys,
    ...measures.map((measure) =>
      apart.includes(measure)
        ? `quantiles.q_${quantilesOf(measures).indexOf((measure as { q: number }).q)}`
        : `m_${direct.indexOf(measure)}`
    ),
    ...extras.map((_, index) => `x_${index}`),
  ];
  const names = [...by, ...measures, ...extras].map(({ name }) => identifier(name));
  const aliases = [...bys, ...direct.map((_, index) => `m_${index}`), ...extras.map((_, index) => `x_${index}`)];
  const on =
    bys.length === 0
      ? sql`TRUE`
      : join(
          bys.map((name) => raw(`totals.${name} IS NOT DISTINCT FROM quantiles.${name}`)),
          ' AND '
        );
  return sql`SELECT ${join(columns.map((column, index) => sql`${raw(column.startsWith('quantiles') ? column : `totals.${column}`)} AS ${names[index]!}`))}
FROM (${totals}) AS totals(${raw(aliases.join(', '))})
LEFT JOIN (${weightedQuantiles(rows, by, quantilesOf(apart))}) AS quantiles ON ${on}`;
}

function grouped(rows: RowSource, by: readonly NamedSql[], aggregates: readonly NamedSql[]): Sql {
  const columns = [...by, ...aggregates].map(({ name, sql: value }) => sql`${value} AS ${identifier(name)}`);
  return sql`SELECT
  ${join(columns.length > 0 ? columns : [sql`1 AS one`], ',\n  ')}
FROM ${rows.relation}
WHERE ${rows.where}${groupBy(by.length)}`;
}

function groupBy(count: number): Sql {
  return raw(count === 0 ? '' : `\nGROUP BY ${Array.from({ length: count }, (_, index) => index + 1).join(', ')}`);
}

/**
 * Quantiles of weighted durations, one row per group: columns `by_0` … and `q_0` …, in the order given.
 *
 * A row of weight w counts as w rows of weight 1, so that whole weights give exactly what `quantile_cont` gives of the
 * repeated rows: the value at rank h = q (W - 1), W the sum of weights, interpolated between ranks floor(h) and
 * floor(h) + 1, where rank r holds the first value whose running sum of weights exceeds r.
 */
export function weightedQuantiles(rows: RowSource, by: readonly NamedSql[], qs: readonly number[]): Sql {
  const bys = by.map((_, index) => raw(`by_${index}`));
  const partition = bys.length === 0 ? sql`` : sql`PARTITION BY ${join(bys)} `;
  const values = sql`SELECT ${join([...by.map(({ sql: value }, index) => sql`${value} AS ${bys[index]!}`), sql`duration_ms AS value`])}, sum(${WEIGHT}) AS held
FROM ${rows.relation}
WHERE (${rows.where}) AND duration_ms IS NOT NULL${groupBy(by.length + 1)}`;
  const running = sql`SELECT ${join([...bys, raw('value')])}, sum(held) OVER (${partition}ORDER BY value) AS reached, sum(held) OVER (${partition}) AS total
FROM (${values}) AS weights`;
  return sql`SELECT ${join([...bys, ...qs.map((q, index) => sql`${quantileOfRunning(q)} AS ${raw(`q_${index}`)}`)])}
FROM (${running}) AS running${groupBy(by.length)}`;
}

function quantileOfRunning(q: number): Sql {
  const rank = raw(`greatest(${q} * (total - 1), 0)`);
  const atRank = sql`min(value) FILTER (WHERE reached > floor(${rank}))`;
  const next = sql`coalesce(min(value) FILTER (WHERE reached > floor(${rank}) + 1), max(value))`;
  const highest = raw(`greatest(${q} * (max(total) - 1), 0)`);
  return sql`${atRank} + (${highest} - floor(${highest})) * (${next} - ${atRank})`;
}
