import { readdir } from 'node:fs/promises';

import { IMPORT_APP_ID, importStateDirectory, importStateName } from '../layout';
import { REQUESTS_TABLE } from '../table-definition';
import type { TableState } from '../table-state';

/** Versions of the import whose states are in the state folder of a lake. */
export async function importStateVersions(lake: string): Promise<number[]> {
  const names = await readdir(importStateDirectory(lake)).catch(() => []);
  return names.flatMap((name) => {
    const version = Number(/^state-(\d+)\.json$/.exec(name)?.[1] ?? NaN);
    return Number.isNaN(version) ? [] : [version];
  });
}

/**
 * What proves that commits of imports are missing from the log of a table: a state of an import belongs to a commit that
 * the log does not have. The state of the next commit is written before it, beside that of the last one, so that one
 * alone that is ahead, or one by more than a commit, is of a commit that was there. The states must have been listed
 * before the table was read.
 */
export function missingImports(
  table: string,
  { transactions }: TableState,
  states: readonly number[]
): { where: string; message: string } | undefined {
  if (table !== REQUESTS_TABLE.name) {
    return undefined;
  }
  const committed = transactions.get(IMPORT_APP_ID)?.version ?? 0;
  const newest = Math.max(-1, ...states);
  const isNext = newest === committed + 1 && (committed === 0 || states.includes(committed));
  return newest <= committed || isNext
    ? undefined
    : {
        where: importStateName(newest),
        message: `is of commit ${newest} of imports, and the log ends with commit ${committed}: commits are missing from it`,
      };
}
