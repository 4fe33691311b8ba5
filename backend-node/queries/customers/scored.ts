import { sql, type Sql } from '../../engine/sql';
import { experienceTables, type ExperienceSql } from './experience-sql';
import { HEALTH, POPULATION, partColumns, populationOf } from './health-sql';

/**
 * Common table expressions to `scored`, a row per customer: the columns of `units`, the parts and `health`; and `population`, of
 * one row: what shares were shrunk towards.
 */
export function scoredTables(experience: ExperienceSql): Sql[] {
  return [
    ...experienceTables(experience),
    sql`population AS (${populationOf('units', experience.observedUs)})`,
    sql`scored AS (
  SELECT *, ${HEALTH} AS health FROM (
    SELECT units.*, ${partColumns(POPULATION, experience.horizonUs)} FROM units, population
  ) AS parted
)`,
  ];
}
