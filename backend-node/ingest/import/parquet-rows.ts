import { join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import type { DuckDb } from '../../engine/duckdb';
import { identifier, join as joinSql, literal, raw, sql, type Sql } from '../../engine/sql';
import { escapeGlob } from '../../lake/sql-literals';
import { fileSource, type ByteSource } from './byte-source';
import type { Input } from './inputs';

/** Whether content is a Parquet file, by its first bytes. */
export function isParquet(head: Buffer): boolean {
  return head.subarray(0, 4).toString('latin1') === 'PAR1';
}

/**
 * The rows of a Parquet file as JSON lines, in their order, so that they go the way of every other log: line n is row n.
 * They are written to a folder that only the owner can read and that is removed after the import. Times become ISO 8601,
 * numbers that JSON cannot hold become text.
 */
export async function parquetRows(
  input: Input & { path: string },
  engine: DuckDb,
  folder: string
): Promise<ByteSource> {
  const target = join(folder, `parquet-${Date.now()}.ndjson`);
  const table = sql`read_parquet([${literal(escapeGlob(input.path))}])`;
  try {
    const described = await engine.run(sql`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${table})`);
    const [names, types] = described.values as [string[], string[]];
    const columns = names.map(
      (name, index) => sql`${jsonValue(identifier(name), types[index]!)} AS ${identifier(name)}`
    );
    await engine.run(sql`COPY (SELECT ${joinSql(columns)} FROM ${table}) TO ${literal(target)} (FORMAT json)`);
  } catch (cause) {
    throw new ApitrailError(
      'APITRAIL_BAD_FILE',
      `${input.label} cannot be read as Parquet: ${(cause as Error).message}`,
      {
        where: input.label,
        cause,
      }
    );
  }
  return fileSource({ ...input, path: target }, true);
}

function jsonValue(column: Sql, type: string): Sql {
  if (/^TIMESTAMP/.test(type)) {
    return sql`strftime(CAST(${column} AS TIMESTAMP), ${literal('%Y-%m-%dT%H:%M:%S.%fZ')})`;
  }
  if (type === 'DOUBLE' || type === 'FLOAT') {
    return sql`CASE WHEN isfinite(${column}) THEN ${column} END`;
  }
  return /^(U?BIGINT|U?HUGEINT|DECIMAL|UUID|BLOB|TIME|INTERVAL|DATE)/.test(type)
    ? sql`CAST(${column} AS ${raw('VARCHAR')})`
    : column;
}
