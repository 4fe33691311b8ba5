import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join as joinPath } from 'node:path';

import type { DuckDb } from '../../engine/duckdb';
import { literal, sql } from '../../engine/sql';
import { currentHotDirectory, hotFileName, type HotFile } from '../hot/hot-files';
import { stagedPart, stageRows } from '../staging';
import { REQUESTS_TABLE } from '../table-definition';
import { stage } from './temporary-lake';

/** A row with its time in microseconds. */
export type HotRow = Readonly<Record<string, unknown>> & { time: number };

/** Writes rows into a hot file of a lake, by DuckDB and a rename, with the facts of the rows in its name. */
export async function writeHotFile(
  engine: DuckDb,
  lake: string,
  { from, to = from }: { from: number; to?: number },
  rows: readonly HotRow[]
): Promise<HotFile> {
  const directory = await currentHotDirectory(lake);
  await mkdir(directory, { recursive: true });
  const times = rows.map(({ time }) => time);
  const facts = {
    ...{ from, to, rows: rows.length },
    oldest: Math.floor(Math.min(...times) / 1000),
    newest: Math.ceil(Math.max(...times) / 1000),
    unweighted: rows.every(({ weight }) => weight === undefined || weight === 1),
  };
  const path = joinPath(directory, hotFileName(facts));
  const staged = await stage(directory, rows);
  await engine.session(async (run) => {
    await stageRows(run, { ...REQUESTS_TABLE, partitioned: false }, [staged]);
    const all = stagedPart(REQUESTS_TABLE, { day: null });
    await run(sql`COPY (${all}) TO ${literal(`${path}.part`)} (FORMAT parquet)`);
  });
  await rename(`${path}.part`, path);
  await rm(staged);
  return { ...facts, path, bytes: (await stat(path)).size };
}
