import type { ColumnType, RecordColumn } from '@apitrail/contract';

import type { Runner } from '../engine/duckdb';
import { identifier, join, literal, param, raw, sql, type Sql } from '../engine/sql';
import { duckDbType } from './schema';
import { escapeGlob, listOfLiterals, structOfLiterals } from './sql-literals';
import type { TableDefinition } from './table-definition';

const STAGED = identifier('staged');
const DAY = identifier('staged_day');

/** Integers up to here pass through JSON and DOUBLE unchanged; in microseconds it is the year 2255. */
const MAX_EXACT = Number.MAX_SAFE_INTEGER;

/**
 * Integers and times are read as DOUBLE and then checked, because DuckDB's JSON reader rounds `3.7` to 4 in an integer
 * column. Everything else it cannot convert, a torn line included, it refuses by itself.
 */
const STAGED_TYPES: Record<ColumnType, string> = {
  string: 'VARCHAR',
  integer: 'DOUBLE',
  long: 'DOUBLE',
  double: 'DOUBLE',
  timestamp: 'DOUBLE',
  date: 'VARCHAR',
  'map<string,string>': duckDbType('map<string,string>'),
};

/** Staged rows that become one file of their own: those of a day, or all where the table is not partitioned. */
export interface StagedPart {
  /** Days since the epoch, UTC; null where the table is not partitioned. */
  day: number | null;
}

/**
 * Reads staged JSON lines into the temporary table of a session and gives the parts they fall into, days ascending.
 * Fails on the first value that is not of its column's type, and on a row without a time.
 */
export async function stageRows(
  run: Runner,
  { columns, partitioned }: TableDefinition,
  paths: readonly string[],
  signal?: AbortSignal
): Promise<StagedPart[]> {
  const types = Object.fromEntries(columns.map(({ name, type }) => [name, STAGED_TYPES[type]]));
  const rows = sql`read_ndjson(${listOfLiterals(paths.map(escapeGlob))}, columns = ${structOfLiterals(types)}, records = 'true')`;
  const values = columns.map((column) => sql`${converted(column)} AS ${identifier(column.name)}`);
  const day = partitioned ? sql`CAST(floor("time" / 86400000000) AS INTEGER)` : sql`CAST(NULL AS INTEGER)`;
  await run(sql`CREATE TEMP TABLE ${STAGED} AS SELECT ${join(values)}, ${day} AS ${DAY} FROM ${rows}`, { signal });
  const days = await run(sql`SELECT DISTINCT ${DAY} FROM ${STAGED} ORDER BY 1`, { signal });
  return (days.values[0] as Array<number | null>).map((found) => ({ day: found }));
}

/** The staged rows of a part. */
export function stagedPart({ columns }: TableDefinition, { day }: StagedPart): Sql {
  const names = join(columns.map(({ name }) => identifier(name)));
  return sql`SELECT ${names} FROM ${STAGED} WHERE ${day === null ? sql`true` : sql`${DAY} = ${param('bigint', day)}`}`;
}

/** How many rows are staged. */
export async function countStaged(run: Runner): Promise<number> {
  return (await run(sql`SELECT count(*) FROM ${STAGED}`)).values[0]?.[0] as number;
}

function converted({ name, type }: RecordColumn): Sql {
  const value = identifier(name);
  switch (type) {
    case 'timestamp':
      return sql`make_timestamptz(${exactInteger(name, name === 'time')})`;
    case 'integer':
    case 'long':
      return sql`CAST(${exactInteger(name, false)} AS ${raw(duckDbType(type))})`;
    case 'double':
      return sql`CASE WHEN isfinite(${value}) OR ${value} IS NULL THEN ${value} ELSE ${complaint(name, 'is not a finite number')} END`;
    case 'map<string,string>':
      return sql`CASE WHEN cardinality(${value}) > 0 THEN ${value} END`;
    case 'string':
    case 'date':
      return sql`nullif(${value}, '')`;
  }
}

function exactInteger(name: string, required: boolean): Sql {
  const value = identifier(name);
  const absent = required ? sql`error(${literal(`${name}: is missing`)})` : sql`NULL`;
  return sql`CASE WHEN ${value} IS NULL THEN ${absent}
    WHEN ${value} = trunc(${value}) AND abs(${value}) <= ${raw(String(MAX_EXACT))} THEN CAST(${value} AS BIGINT)
    ELSE ${complaint(name, 'is not an integer')} END`;
}

function complaint(name: string, what: string): Sql {
  return sql`error(${literal(`${name}: `)} || ${identifier(name)} || ${literal(` ${what}`)})`;
}
