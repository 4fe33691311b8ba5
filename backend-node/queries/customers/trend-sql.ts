import { join, raw, sql, type Sql } from '../../engine/sql';
import { experienceTables, isOver, known, sumsOfRows, type ExperienceSql } from './experience-sql';
import { HEALTH, partColumns, type PopulationSql } from './health-sql';
import { besideUsual } from './usual';

/**
 * Common table expressions to `cells`, a row per customer and bucket it has requests in: `unit`, `cell`, the columns of an
 * experience without visits. A journey counts in the bucket it ended in; one of a funnel where it began.
 */
export function cellTables(of: ExperienceSql, cellOf: (us: Sql) => Sql): Sql[] {
  const { rows, unit, weighted, dialect, only, journeys, horizonUs } = of;
  const { relation, where } = besideUsual(rows);
  const among = only === undefined ? sql`${unit} IS NOT NULL` : dialect.oneOf(unit, only.length > 0 ? only : ['']);
  const ended = journeys
    ? sql`SELECT unit AS ended_unit, ${cellOf(raw('entry_us'))} AS ended_cell, count(*) AS journeys, sum(abandoned) AS abandoned FROM ${journeys} AS journeys GROUP BY 1, 2`
    : sql`SELECT unit AS ended_unit, ${cellOf(raw('last_us'))} AS ended_cell, count(*) AS journeys, count(*) FILTER (WHERE ends_failed) AS abandoned FROM visits WHERE ${isOver(horizonUs)} GROUP BY 1, 2`;
  return [
    // Of a funnel the visits are not needed.
    ...(journeys ? of.tables : experienceTables(of).slice(0, -2)),
    sql`lived_cells AS (
  SELECT ${unit} AS unit, ${cellOf(dialect.epochUs(sql`time`))} AS cell, ${sumsOfRows(weighted)}
  FROM ${relation} WHERE ${where} AND ${among} GROUP BY 1, 2
)`,
    sql`ended AS (
  ${ended}
)`,
    sql`cells AS (
  SELECT unit, cell, ${join(CELL_SUMS.map((name) => sql`CAST(${raw(name)} AS DOUBLE) AS ${raw(name)}`))}, ${known('requests', weighted)} AS known, ${known('timed', weighted)} AS timed_known,
    CAST(coalesce(journeys, 0) AS DOUBLE) AS journeys, CAST(coalesce(abandoned, 0) AS DOUBLE) AS abandoned
  FROM lived_cells LEFT JOIN ended ON unit = ended_unit AND cell = ended_cell
)`,
  ];
}

const CELL_SUMS = ['requests', 'errors', 'failures', 'timed', 'slow'];

/** `scored_cells`: the cells with their parts, of which recency takes nothing, and `health`. `from` has the population beside. */
export function scoredCells(population: PopulationSql, from: Sql): Sql {
  return sql`scored_cells AS (
  SELECT *, ${HEALTH} AS health FROM (
    SELECT *, ${partColumns(population, undefined)} FROM ${from}
  ) AS parted
)`;
}
