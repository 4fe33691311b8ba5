import {
  BIGINT,
  DOUBLE,
  DuckDBDataChunk,
  INTEGER,
  LIST,
  VARCHAR,
  listValue,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';

import { engineError } from './duckdb-errors';
import type { KeptColumn } from './engine';
import { identifier, join, raw, sql, type Sql } from './sql';

const TYPES: Record<KeptColumn['type'], DuckDBType> = {
  VARCHAR,
  INTEGER,
  BIGINT,
  DOUBLE,
  'BIGINT[]': LIST(BIGINT),
};

/** Rows in a chunk of DuckDB. */
const CHUNK_ROWS = 2048;

let tables = 0;

/** The name of a table that is not there yet, and what drops it. */
export function newTable(): { name: string; relation: Sql; drop: Sql } {
  const name = `apitrail_kept_${++tables}`;
  const relation = identifier(name);
  return { name, relation, drop: sql`DROP TABLE IF EXISTS ${relation}` };
}

/** Writes rows into a table of the instance, which DuckDB spills as it spills everything. A fault leaves no table behind. */
export async function keepRows(
  connection: DuckDBConnection,
  columns: readonly KeptColumn[],
  parts: AsyncIterable<unknown[][]>
): Promise<{ relation: Sql; drop: Sql }> {
  const { name, relation, drop } = newTable();
  const definition = join(columns.map((column) => sql`${identifier(column.name)} ${raw(column.type)}`));
  try {
    await connection.run(sql`CREATE TABLE ${relation} (${definition})`.compile().text);
    const appender = await connection.createAppender(name);
    try {
      for await (const part of parts) {
        for (let from = 0; from < (part[0]?.length ?? 0); from += CHUNK_ROWS) {
          appender.appendDataChunk(chunkOf(columns, part, from));
        }
      }
      appender.flushSync();
    } finally {
      appender.closeSync();
    }
    return { relation, drop };
  } catch (error) {
    await connection.run(drop.compile().text).catch(() => undefined);
    throw engineError(error);
  }
}

function chunkOf(columns: readonly KeptColumn[], part: unknown[][], from: number): DuckDBDataChunk {
  const chunk = DuckDBDataChunk.create(columns.map(({ type }) => TYPES[type]));
  chunk.setColumns(
    columns.map(({ type }, index) => part[index]!.slice(from, from + CHUNK_ROWS).map((value) => storable(type, value)))
  );
  return chunk;
}

function storable(type: KeptColumn['type'], value: unknown): DuckDBValue {
  if (value === null || value === undefined) {
    return null;
  }
  if (type === 'BIGINT') {
    return BigInt(value as number);
  }
  return type === 'BIGINT[]'
    ? listValue((value as Array<number | null>).map((item) => (item === null ? null : BigInt(item))))
    : (value as DuckDBValue);
}
