import { existsSync } from 'node:fs';

import type { DuckDb } from '../engine/duckdb';
import { logDirectory, tableDirectory } from '../lake/layout';
import { presentTables } from '../lake/maintenance/open-tables';
import { stoppedBySystem } from '../lake/unwritable';
import { REQUESTS_TABLE } from '../lake/table-definition';
import type { Settings } from '../config/settings';
import { LAKE_TABLES } from './lake-tables';

/** Whether there is a lake in a folder. */
export function lakeExists(lake: string): boolean {
  return existsSync(logDirectory(tableDirectory(lake, REQUESTS_TABLE.name)));
}

/**
 * Gives work an engine that spills into the lake's state folder and keeps to the limits of the configuration. Throws
 * APITRAIL_NOT_FOUND when there is no lake.
 */
export async function withLakeEngine<T>({ lake, limits }: Settings, work: (engine: DuckDb) => Promise<T>): Promise<T> {
  // Making a work folder would make the lake's, too.
  presentTables(lake, LAKE_TABLES);
  const { openDuckDb } = await import('../engine/duckdb');
  const { openWorkDirectory } = await import('../lake/work-directory');
  return withSystemErrors(lake, async () => {
    const directory = await openWorkDirectory(lake);
    try {
      const engine = await openDuckDb({
        threads: limits.threads,
        memoryLimit: `${limits.memoryBytes}B`,
        tempDirectory: directory.path,
      });
      try {
        return await work(engine);
      } finally {
        await engine.close();
      }
    } finally {
      await directory.close();
    }
  });
}

/** Does work on a lake; a disk that is full and rights that are missing become coded errors that say what to do. */
export async function withSystemErrors<T>(lake: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw stoppedBySystem(error, lake);
  }
}

/** Gives work a signal that aborts at the first SIGINT or SIGTERM; the second ends the process at once. */
export async function withStopSignal<T>(notice: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) {
      process.exit(1);
    }
    process.stderr.write(`\n${notice}\n`);
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    return await work(stop.signal);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
