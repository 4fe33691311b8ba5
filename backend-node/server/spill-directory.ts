import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openWorkDirectory, type WorkDirectory } from '../lake/work-directory';

/**
 * Where the engine spills to: the lake's state folder, or the system's temporary folder where the lake can only be read.
 * `onFallback` is told of the second.
 */
export async function openSpillDirectory(
  lake: string,
  onFallback: (error: unknown, path: string) => void
): Promise<WorkDirectory> {
  try {
    return await openWorkDirectory(lake);
  } catch (error) {
    const path = await mkdtemp(join(tmpdir(), 'apitrail-'));
    onFallback(error, path);
    return { path, close: () => rm(path, { recursive: true, force: true }) };
  }
}
