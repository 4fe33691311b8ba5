import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { hasCode, removeIfThere, syncDirectory } from './durable';
import { checkpointName, parseLogName } from './layout';
import { listLog } from './log';

/** After this long a temporary file belongs to a writer that was killed. */
const ABANDONED_MS = 86_400_000;

/**
 * Removes log entries and checkpoints that no version younger than `retentionMs` needs: those before the newest
 * checkpoint that is itself older. That checkpoint's own entry stays, as the protocol asks. Also removes what killed
 * writers left. Only to be called once `_last_checkpoint` is on the disk. Gives the number of files removed.
 */
export async function cleanUpLog(directory: string, retentionMs: number, now = Date.now()): Promise<number> {
  const { checkpoints } = await listLog(directory);
  const obsolete: string[] = [];
  const names = await readdir(directory);
  const keep = await newestOlderThan(directory, checkpoints, now - retentionMs);
  for (const name of names) {
    const parsed = parseLogName(name);
    const before = parsed !== undefined && keep !== undefined && parsed.version < keep;
    if (before || (await isLeftOver(directory, name, now))) {
      obsolete.push(name);
    }
  }
  for (const name of obsolete.sort()) {
    await removeIfThere(join(directory, name));
  }
  if (obsolete.length > 0) {
    await syncDirectory(directory);
  }
  return obsolete.length;
}

/** Names of the temporary files that writers which were killed have left in a log. */
export async function abandonedLogFiles(directory: string, now = Date.now()): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(directory)) {
    if (await isLeftOver(directory, name, now)) {
      found.push(name);
    }
  }
  return found;
}

async function isLeftOver(directory: string, name: string, now: number): Promise<boolean> {
  const temporary = name.startsWith('.tmp-') || name.startsWith('.probe-');
  return temporary && ((await modifiedAt(join(directory, name))) ?? now) < now - ABANDONED_MS;
}

async function newestOlderThan(directory: string, checkpoints: readonly number[], limit: number) {
  for (const version of [...checkpoints].reverse()) {
    const modified = await modifiedAt(join(directory, checkpointName(version)));
    if (modified !== undefined && modified <= limit) {
      return version;
    }
  }
  return undefined;
}

async function modifiedAt(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    (error: unknown) => {
      if (hasCode(error, 'ENOENT')) {
        return undefined;
      }
      throw error;
    }
  );
}
