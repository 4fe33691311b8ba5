import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import type { DuckDb } from '../engine/duckdb';
import { removeDataFiles, writeDataFiles, type WrittenFile } from './data-files';
import { totalsOf } from './rewrite';
import { countStaged, stagedPart, stageRows } from './staging';
import type { TableDefinition } from './table-definition';
import { withWorkDirectory } from './work-directory';

const DAY_MS = 86_400_000;

/**
 * Rows to be added. Keys are columns of the table, what is null is left out, times are integer microseconds since the
 * epoch, maps are objects; other keys are ignored. `ndjson` names files of JSON lines, which may be compressed (`.gz`,
 * `.zst`); `rows` are few, and held in memory.
 */
export type NewRows = { ndjson: readonly string[] } | { rows: ReadonlyArray<Readonly<Record<string, unknown>>> };

/** The table that rows go into. */
interface Target {
  definition: TableDefinition;
  path: string;
  lake: string;
}

/** Writes rows to data files, one for each partition, that are in no commit yet. When it fails, none of them is left. */
export async function writeNewRows(
  engine: DuckDb,
  table: Target,
  rows: NewRows,
  lease: string,
  signal?: AbortSignal
): Promise<WrittenFile[]> {
  if ('ndjson' in rows) {
    return rows.ndjson.length === 0 ? [] : writeStaged(engine, table, rows.ndjson, lease, signal);
  }
  if (rows.rows.length === 0) {
    return [];
  }
  return withWorkDirectory(table.lake, async (work) => {
    const path = join(work, `rows-${randomUUID()}.ndjson`);
    await writeFile(path, rows.rows.map((row) => `${JSON.stringify(row)}\n`).join(''), { mode: 0o600 });
    return writeStaged(engine, table, [path], lease, signal);
  });
}

async function writeStaged(
  engine: DuckDb,
  table: Target,
  paths: readonly string[],
  lease: string,
  signal: AbortSignal | undefined
): Promise<WrittenFile[]> {
  return engine.session(async (run) => {
    const parts = await stageRows(run, table.definition, paths, signal);
    const files = parts.map((part) => ({
      rows: stagedPart(table.definition, part),
      date: part.day === null ? null : new Date(part.day * DAY_MS).toISOString().slice(0, 10),
      dataChange: true,
    }));
    const written = await writeDataFiles(run, table, files, { lease, signal });
    const [found, staged] = [totalsOf(written).rows, await countStaged(run)];
    if (found !== staged) {
      await removeDataFiles(table.path, written);
      throw new ApitrailError('APITRAIL_INTERNAL', `Of ${staged} rows ${found} were written; none was added.`);
    }
    return written;
  });
}
