import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { hasCode, makeDirectory, removeIfThere } from '../../lake/durable';
import { currentHotDirectory } from '../../lake/hot/hot-files';
import type { LeftOutCount } from './noise-policy';

/** Counts that go into one commit of `left_out` and are in none yet. */
export interface UncommittedCounts {
  /**
   * The last batch before those they are of. They count as long as the table has counts of no later one: whoever reads them
   * first and the log of the table then finds each in one of both, and in none twice.
   */
  after: number;
  counts: readonly LeftOutCount[];
}

const NAME = 'left-out.json';

/** Puts them beside the hot files, in place by a rename and not flushed: after a boot they are made again as these are. */
export async function writeUncommittedCounts(lake: string, counts: readonly UncommittedCounts[]): Promise<void> {
  const directory = await currentHotDirectory(lake);
  await makeDirectory(directory);
  const temporary = join(directory, `.tmp-${NAME}`);
  await writeFile(temporary, JSON.stringify(counts));
  await rename(temporary, join(directory, NAME));
}

/** None are there any more. */
export async function removeUncommittedCounts(lake: string): Promise<void> {
  await removeIfThere(join(await currentHotDirectory(lake), NAME));
}

/** What the process that takes in last wrote; nothing where it wrote nothing since the machine was booted. */
export async function readUncommittedCounts(lake: string): Promise<UncommittedCounts[]> {
  try {
    return JSON.parse(await readFile(join(await currentHotDirectory(lake), NAME), 'utf8')) as UncommittedCounts[];
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      return [];
    }
    throw error;
  }
}
