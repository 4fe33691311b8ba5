import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { DEFAULT_TOMBSTONE_RETENTION_MS, intervalMs } from '../checkpoint';
import { hasCode } from '../durable';
import { dataFilePath } from '../layout';
import type { TableState } from '../table-state';
import { leaseOfName, type WriteLeases } from '../write-lease';

/** A file in the folder of a table, outside its log. */
export interface FoundFile {
  /** Absolute. */
  path: string;
  bytes: number;
  /** Epoch milliseconds. */
  modified: number;
  /** Permission bits. */
  mode: number;
}

/**
 * A file that no version knows may be one that is being written. It is left alone this long, which is more than a query
 * or an append takes; writers that take longer hold a lease.
 */
export const ORPHAN_GRACE_MS = 86_400_000;

/** Clocks of file systems are coarse. */
const CLOCK_MS = 2_000;

/** All files of a table's folder but its log and what is hidden. Links are not followed. */
export async function listTableFiles(table: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const folders = [table];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (/^[._]/.test(entry.name)) {
        continue;
      }
      if (entry.isDirectory()) {
        folders.push(path);
      } else if (entry.isFile()) {
        const stats = await statIfThere(path);
        if (stats) {
          found.push({ path, bytes: stats.size, modified: stats.mtimeMs, mode: stats.mode & 0o7777 });
        }
      }
    }
  }
  return found;
}

/** What is known of a file; undefined when it is not there. */
export async function statIfThere(path: string) {
  return stat(path).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) {
      return undefined;
    }
    throw error;
  });
}

/** What the files of a folder are to a table. */
export interface SortedFiles {
  live: FoundFile[];
  /** Removed in a version, with the time of that, epoch milliseconds. */
  removed: Array<FoundFile & { removedAt: number }>;
  /** Data files of writers that were killed before they committed: their leases are still there. */
  orphans: FoundFile[];
  /**
   * Data files that no version knows, and no writer that was killed: their rows may be data whose commit the log has
   * lost. `proven` where the file is one of Apitrail's, written under a lease that ended, and younger than what the log
   * may forget: a writer that ends has committed its files or deleted them.
   */
  unexplained: Array<FoundFile & { proven: boolean }>;
  /** Data files that no version knows but that may be on their way into one. */
  young: FoundFile[];
  /** Files that are no data files. */
  foreign: FoundFile[];
}

/**
 * Says of each file what it is to the table. The folder must have been listed before the state and the leases were read,
 * so that what was committed or begun meanwhile is not taken for an orphan.
 */
export function sortFiles(
  table: string,
  found: readonly FoundFile[],
  state: TableState,
  leases: WriteLeases,
  now: number
): SortedFiles {
  const live = new Set([...state.files.keys()].flatMap((path) => pathWithin(table, path)));
  const removed = new Map(
    [...state.tombstones.values()].flatMap(({ path, deletionTimestamp }) =>
      pathWithin(table, path).map((absolute) => [absolute, deletionTimestamp] as const)
    )
  );
  const youngest = Math.min(now - ORPHAN_GRACE_MS, (leases.oldest ?? Infinity) - CLOCK_MS);
  const abandoned = new Set(leases.abandoned.map(({ id }) => id));
  const retention = intervalMs(state.metadata.configuration['delta.deletedFileRetentionDuration']);
  // Before it, a file may have been removed by a commit that checkpoints of other writers have forgotten.
  const remembered = now - (retention ?? DEFAULT_TOMBSTONE_RETENTION_MS);
  const sorted: SortedFiles = { live: [], removed: [], orphans: [], unexplained: [], young: [], foreign: [] };
  for (const file of found) {
    const removedAt = removed.get(file.path);
    if (live.has(file.path)) {
      sorted.live.push(file);
    } else if (removedAt !== undefined) {
      sorted.removed.push({ ...file, removedAt });
    } else if (!file.path.endsWith('.parquet')) {
      sorted.foreign.push(file);
    } else {
      const lease = leaseOfName(basename(file.path));
      const killed = lease !== undefined && abandoned.has(lease);
      if (lease !== undefined && !killed && !leases.livingIds.has(lease)) {
        sorted.unexplained.push({ ...file, proven: file.modified > remembered });
      } else if (file.modified >= youngest) {
        sorted.young.push(file);
      } else if (killed) {
        sorted.orphans.push(file);
      } else {
        sorted.unexplained.push({ ...file, proven: false });
      }
    }
  }
  return sorted;
}

/** The absolute path of a file the log names; none for one outside the table, which is in no list of its folder. */
function pathWithin(table: string, path: string): string[] {
  try {
    return [dataFilePath(table, path)];
  } catch {
    return [];
  }
}
