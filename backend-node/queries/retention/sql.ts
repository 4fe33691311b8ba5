import type { RetentionMode } from '@apitrail/contract';

import type { Dialect } from '../../engine/dialect';
import { join, raw, sql, type Sql } from '../../engine/sql';
import { WEIGHT } from '../shared/metrics';
import type { RowSource } from '../shared/select';

/** What retention is computed from. Times are microseconds since the epoch. */
export interface RetentionSql {
  /** Rows to the end of the last interval, or of all times after; of all times before, where a first start is looked for. */
  rows: RowSource;
  /** Common table expressions that the rows are made with. */
  tables?: Sql | undefined;
  unit: Sql;
  /** Which rows a unit starts with, and returns with; undefined where any will do. */
  start: Sql | undefined;
  return: Sql | undefined;
  /** A unit starts at a time in `from <= time < to`. */
  from: number;
  to: number;
  /** Only the first start of a unit counts, and only if it is in the range. */
  first: boolean;
  mode: RetentionMode;
  /** Intervals after the start's own, from 0; each column ends where the next begins. */
  columns: ReadonlyArray<{ from: number; to: number }>;
  /** Number of the calendar interval that a time is in, which is the cohort of a start. */
  cell: (epochUs: Sql) => Sql;
  /** How long intervals are that begin at the start itself; undefined when they are those of the calendar. */
  rolling: number | undefined;
  weighted: boolean;
  dialect: Dialect;
}

/**
 * One row per cohort and column: `cohort`, `col`, `units`. Column -1 is how many units the cohort has. In the mode
 * `on_or_after` a unit is counted in the last column that it returned in, or after which it did, only.
 */
export function retentionCounts(retention: RetentionSql): Sql {
  const { tables, mode, columns, rolling, weighted } = retention;
  const last = columns.at(-1)!.to;
  return sql`WITH ${tables ? sql`${tables}, ` : sql``}${weighted ? momentTables(retention) : spanTables(retention)}, hits AS (
  SELECT unit, cohort, weight, ${columnOf(columns)} AS col FROM (
    ${hits(retention)}
  ) AS away WHERE away >= ${number(columns[0]!.from)}${mode === 'on_or_after' ? sql`` : sql` AND away < ${number(last)}`}
)
SELECT CAST(cohort AS DOUBLE) AS cohort, CAST(-1 AS DOUBLE) AS col, CAST(sum(weight) AS DOUBLE) AS units FROM entries GROUP BY cohort
UNION ALL
SELECT CAST(cohort AS DOUBLE), CAST(col AS DOUBLE), CAST(sum(weight) AS DOUBLE) FROM (
  ${kept(mode, columns, rolling === undefined && columns.every(({ from, to }) => to === from + 1))}
) AS kept GROUP BY cohort, col`;
}

/** `entries` and `returned` of rows that all count alike, in one grouping: of a stretch of a unit the first start, and the first and last return. */
function spanTables(retention: RetentionSql): Sql {
  const { rows, unit, start, return: returning, from, to, first, cell, rolling, dialect } = retention;
  const columns = [
    ...[sql`${unit} AS unit`, sql`${dialect.epochUs(sql`time`)} AS at_us`],
    ...(start ? [sql`(${start}) AS starts`] : []),
    ...(returning ? [sql`(${returning}) AS returns`] : []),
  ];
  // Rows from before the range are there only where a first start is looked for.
  const returns = [...(returning ? [sql`returns`] : []), ...(first ? [sql`at_us >= ${number(from)}`] : [])];
  const where = (conditions: readonly Sql[]) =>
    conditions.length === 0 ? sql`` : sql` FILTER (WHERE ${join(conditions, ' AND ')})`;
  // Stretches of intervals that begin at the start are not those that cohorts begin with.
  const byCohort = !first && rolling !== undefined;
  return sql`spans AS (
  SELECT unit, ${chunk(retention)} AS chunk${byCohort ? sql`, ${cell(sql`at_us`)} AS cohort` : sql``},
    min(at_us)${where(start ? [sql`starts`] : [])} AS start_us, min(at_us)${where(returns)} AS first_us, max(at_us)${where(returns)} AS last_us
  FROM (SELECT ${join(columns)} FROM ${rows.relation} WHERE ${rows.where}) AS seen
  WHERE unit IS NOT NULL${start && returning ? sql` AND (starts OR returns)` : sql``} GROUP BY ${raw(byCohort ? '1, 2, 3' : '1, 2')}
), entries AS (
  ${
    first
      ? sql`SELECT unit, ${cell(sql`entry_us`)} AS cohort, entry_us, 1 AS weight FROM (SELECT unit, min(start_us) AS entry_us FROM spans GROUP BY unit) AS firsts
  WHERE entry_us >= ${number(from)} AND entry_us < ${number(to)}`
      : byCohort
        ? sql`SELECT unit, cohort, min(start_us) AS entry_us, 1 AS weight FROM spans WHERE start_us < ${number(to)} GROUP BY 1, 2`
        : sql`SELECT unit, chunk AS cohort, start_us AS entry_us, 1 AS weight FROM spans WHERE start_us < ${number(to)}`
  }
), returned AS (
  SELECT unit, chunk, first_us, last_us FROM spans WHERE first_us IS NOT NULL
)`;
}

/** The same of rows that stand for several: a unit counts as the heaviest of the requests it may have started with. */
function momentTables(retention: RetentionSql): Sql {
  return sql`seen AS (
  ${seen(retention)}
), entries AS (
  ${entries(retention)}
), returned AS (
  SELECT unit, ${chunk(retention)} AS chunk, min(at_us) AS first_us, max(at_us) AS last_us
  FROM seen WHERE returns AND at_us >= ${number(retention.from)} GROUP BY 1, 2
)`;
}

function seen({ rows, unit, start, return: returning, dialect }: RetentionSql): Sql {
  const is = (condition: Sql | undefined) => (condition ? sql`coalesce(${condition}, FALSE)` : sql`TRUE`);
  return sql`SELECT * FROM (
    SELECT ${unit} AS unit, ${dialect.epochUs(sql`time`)} AS at_us, ${is(start)} AS starts, ${is(returning)} AS returns, ${WEIGHT} AS weight
    FROM ${rows.relation}
    WHERE ${rows.where}
  ) AS stepped WHERE unit IS NOT NULL AND (starts OR returns)`;
}

/** One row per unit and cohort it is in: when it started, with the heaviest of the requests it may have started with. */
function entries({ cell, from, to, first }: RetentionSql): Sql {
  const by = first ? sql`` : sql`, ${cell(sql`at_us`)} AS cohort`;
  const within = first ? sql`` : sql`at_us >= ${number(from)} AND `;
  const positions = raw(first ? '1' : '1, 2');
  const cohort = first ? sql`` : sql`, cohort`;
  const found = sql`SELECT unit${cohort}, min(at_us) AS entry_us, min_by(weight, at_us) AS weight FROM (
    SELECT unit${by}, at_us, max(weight) AS weight FROM seen WHERE starts AND ${within}at_us < ${number(to)} GROUP BY ${positions}, at_us
  ) AS moments GROUP BY ${positions}`;
  return first
    ? sql`SELECT unit, ${cell(sql`entry_us`)} AS cohort, entry_us, weight FROM (${found}) AS firsts WHERE entry_us >= ${number(from)}`
    : found;
}

/**
 * Returns are looked at by stretches as long as an interval, of which the first and the last are enough: of a calendar
 * interval the last says whether one came after the start, and any stretch of that length touches at most two of the intervals
 * that begin at a start, one with its first return and one with its last.
 */
function chunk({ rolling, cell, from }: RetentionSql): Sql {
  return rolling === undefined ? cell(sql`at_us`) : sql`(at_us - ${number(from)}) // ${number(rolling)}`;
}

function hits({ rolling }: RetentionSql): Sql {
  const joined = sql`FROM entries JOIN returned ON entries.unit = returned.unit`;
  if (rolling === undefined) {
    return sql`SELECT entries.unit, cohort, weight, chunk - cohort AS away ${joined} WHERE last_us > entry_us`;
  }
  const of = (time: Sql) =>
    sql`SELECT entries.unit, cohort, weight, (${time} - entry_us) // ${number(rolling)} AS away ${joined} WHERE ${time} > entry_us`;
  return sql`${of(sql`last_us`)}
    UNION ALL
    ${of(sql`first_us`)}`;
}

/** Number of the column of an interval. */
function columnOf(columns: RetentionSql['columns']): Sql {
  if (columns.every(({ from, to }, index) => from === index && to === index + 1)) {
    return sql`least(away, ${number(columns.length - 1)})`;
  }
  const cases = columns.slice(0, -1).map(({ to }, index) => sql`WHEN away < ${number(to)} THEN ${number(index)}`);
  return cases.length === 0 ? sql`0` : sql`CASE ${join(cases, ' ')} ELSE ${number(columns.length - 1)} END`;
}

/** The columns a unit counts in, a row for each; `once` says that hits has each once. */
function kept(mode: RetentionMode, columns: RetentionSql['columns'], once: boolean): Sql {
  switch (mode) {
    case 'on':
      return sql`SELECT ${raw(once ? '' : 'DISTINCT ')}unit, cohort, weight, col FROM hits`;
    case 'on_or_after':
      return sql`SELECT unit, cohort, max(weight) AS weight, max(col) AS col FROM hits GROUP BY unit, cohort`;
    case 'streak': {
      // The start's own interval is none that a unit has to return in.
      const first = columns.findIndex(({ from }) => from > 0);
      const begin = number(first === -1 ? columns.length : first);
      return sql`SELECT cohort, weight, col FROM (
    SELECT cohort, weight, col, row_number() OVER (PARTITION BY unit, cohort, col >= ${begin} ORDER BY col) AS place
    FROM (SELECT DISTINCT unit, cohort, weight, col FROM hits) AS columns
  ) AS placed WHERE col < ${begin} OR col - ${begin} + 1 = place`;
    }
  }
}

function number(value: number): Sql {
  return raw(String(value));
}
