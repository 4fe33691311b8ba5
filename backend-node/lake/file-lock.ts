import { open, stat, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { ApitrailError } from '@apitrail/contract';

import { hasCode } from './durable';

const STALE_MS = 10_000;
const TRIES = 100;

/**
 * Does a short piece of work, such as reading a small file and putting another in its place, while nobody else does. `what` is what
 * the lock is for, as in "Another command changes the keys". A lock that a killed command left is taken over.
 */
export async function withFileLock<T>(lock: string, what: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      await (await open(lock, 'wx', 0o600)).close();
      break;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) {
        throw error;
      }
      const age = Date.now() - (await stat(lock).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
      if (age > STALE_MS) {
        await unlink(lock).catch(() => undefined);
      } else if (attempt >= TRIES) {
        throw new ApitrailError(
          'APITRAIL_LAKE_BUSY',
          `Another command changes ${what}. Try again, or remove ${lock} if none does.`,
          { where: lock }
        );
      }
      await sleep(50);
    }
  }
  try {
    return await work();
  } finally {
    await unlink(lock).catch(() => undefined);
  }
}
