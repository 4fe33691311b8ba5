import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openWorkDirectory, type WorkDirectory } from '../lake/work-directory';

/**
 * Where the engine spills to: the lake's state folder, or the system's temporary folder where the lake can only be read
 * or is not there yet. `onFallback` is told of the first of these.
 */
export async function openSpillDirectory(
  lake: string,
  onFallback: (error: unknown, path: string) => void
): Promise<WorkDirectory> {
  if (!existsSync(lake)) {
    return temporary();
  }
  try {
    return await openWorkDirectory(lake);
  } catch (error) {
    const directory = await temporary();
    onFallback(error, directory.path);
    return directory;
  }
}

async function temporary(): Promise<WorkDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'apitrail-'));
  return { path, close: () => rm(path, { recursive: true, force: true }) };
}
