import { PARTITION_COLUMN, RECORD_COLUMNS } from '@apitrail/contract';

import { identifier, join, labelled, literal, raw, sql, type Sql } from '../engine/sql';
import { duckDbType } from './schema';
import { escapeGlob, listOfLiterals } from './sql-literals';

/** The date of the partition, computed from the time: it is not in the data files. Costs nothing unless it is used. */
const DATE_OF_TIME = sql`(DATE '1970-01-01' + CAST(floor(epoch_us("time") / 86400000000) AS INTEGER)) AS ${identifier(PARTITION_COLUMN.name)}`;

const COLUMNS = join(RECORD_COLUMNS.map(({ name }) => identifier(name)));

/** What `read_parquet` is told of the columns: one that a file lacks is null, one that the record lacks is not read. */
const SCHEMA = sql`MAP {${join(
  RECORD_COLUMNS.map(
    ({ name, type }) =>
      sql`${literal(name)}: {'name': ${literal(name)}, 'type': ${literal(duckDbType(type))}, 'default_value': NULL}`
  )
)}}`;

/** What is assumed of files whose rows nobody has counted. */
const MANY_ROWS = 1_000_000;

/**
 * A parenthesised relation with the record's columns, and `date`, over files that Apitrail wrote. `about`, roughly how many rows
 * they hold, is for the planner: with `schema` it takes them for empty, and builds hash tables of the wrong side of joins.
 */
export function parquetRelation(paths: readonly string[], about = MANY_ROWS): Sql {
  if (paths.length === 0) {
    return emptyRelation();
  }
  const files = listOfLiterals(paths.map(escapeGlob));
  const rows = sql`SELECT ${COLUMNS}, ${DATE_OF_TIME} FROM read_parquet(${files}, schema = ${SCHEMA}, hive_partitioning = false, explicit_cardinality = ${raw(String(about))})`;
  return labelled(sql`(${rows})`, `requests /* ${paths.length} ${paths.length === 1 ? 'file' : 'files'} */`);
}

/** A parenthesised relation with the record's columns, and `date`, and no rows. */
export function emptyRelation(): Sql {
  const columns = [...RECORD_COLUMNS, PARTITION_COLUMN].map(
    ({ name, type }) => sql`CAST(NULL AS ${raw(duckDbType(type))}) AS ${identifier(name)}`
  );
  return labelled(sql`(SELECT ${join(columns)} WHERE false)`, 'requests /* no files */');
}
