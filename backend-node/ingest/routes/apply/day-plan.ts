import { randomUUID } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { DuckDb, Runner } from '../../../engine/duckdb';
import { dataFilePath } from '../../../lake/layout';
import { totalsOf } from '../../../lake/rewrite';
import type { DataFile } from '../../../lake/table-state';
import type { RouteAssigner } from '../assigner';
import { EffectTally, isChanged } from './effect';
import { reassign } from './reassign';
import { changedFiles, gatherPaths, routeColumns, storedPages, writeMapping, type RowScope } from './stored-paths';

export interface PlanOptions {
  engine: DuckDb;
  /** Folder of the table. */
  table: string;
  /** Folder for what need not outlive the work. */
  workFolder: string;
  known: RouteAssigner;
  taught: RouteAssigner;
  scope: RowScope;
  signal?: AbortSignal | undefined;
}

/** What is to be done to some files. */
export interface DayPlan {
  /** Parquet file that says which rows get which route; there is none when no file changes. */
  mapping: string;
  /** The files with rows that change. */
  changed: DataFile[];
  tally: EffectTally;
  /** Removes the mapping. */
  close(): Promise<void>;
}

/**
 * Decides what becomes of the rows of some files. Rows with the same service, method, path, kind of status and route are
 * one here, so the work in JavaScript goes with the number of different paths; the rows themselves stay in the engine.
 */
export async function planFiles(files: readonly DataFile[], options: PlanOptions): Promise<DayPlan> {
  const { engine, table, workFolder, scope, signal } = options;
  // Never the same name twice: the engine keeps the footers of Parquet files.
  const name = join(workFolder, `routes-${randomUUID()}`);
  const [mapping, changesFile] = [`${name}.parquet`, `${name}.ndjson`];
  const tally = new EffectTally();
  const close = async (): Promise<void> => {
    await Promise.all([mapping, changesFile].map((path) => unlink(path).catch(() => undefined)));
  };
  try {
    const changed = await engine.session(async (run) => {
      const rows = relationOf(files, table);
      const count = await gatherPaths(run, rows, scope, { signal });
      if ((await writeChanges(run, count, changesFile, tally, options)) === 0) {
        return [];
      }
      await writeMapping(run, changesFile, mapping, signal);
      const names = await changedFiles(run, rows, mapping, scope, signal);
      return files.filter(({ add }) => names.has(dataFilePath(table, add.path)));
    });
    return { mapping, changed, tally, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The columns of files that routes depend on. */
export function relationOf(files: readonly DataFile[], table: string) {
  const paths = files.map(({ add }) => dataFilePath(table, add.path));
  return routeColumns(paths, totalsOf(files).rows || undefined);
}

/** Writes a line for each path that gets another route; gives how many there are. */
async function writeChanges(
  run: Runner,
  count: number,
  path: string,
  tally: EffectTally,
  { known, taught, signal }: PlanOptions
): Promise<number> {
  let changes = 0;
  const file = await open(path, 'w', 0o600);
  try {
    for await (const page of storedPages(run, count, signal)) {
      let text = '';
      for (const { id, stored, rows } of page) {
        const given = reassign(stored, known, taught);
        tally.add(stored, given, rows);
        if (isChanged(stored, given)) {
          changes++;
          text += `${JSON.stringify({ id, ...given })}\n`;
        }
      }
      await file.writeFile(text);
    }
  } finally {
    await file.close();
  }
  return changes;
}
