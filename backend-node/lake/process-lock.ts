import { randomUUID } from 'node:crypto';
import { link, readFile, rename, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import { hasCode, writeNewFile } from './durable';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity';

/** Who has a lock. */
interface Holder extends ProcessIdentity {
  id: string;
  since: string;
}

/** A holder on another machine or in another container shows that it lives by touching the file. */
const HEARTBEAT_MS = 5_000;
const SILENT_MS = 60_000;

export interface ProcessLock {
  release(): Promise<void>;
}

/** What is locked. */
export interface LockPurpose {
  /** Name of the lock; its file is `<name>.lock`. */
  name: string;
  /** What the holder does, as in "Another import writes to this lake". */
  holder: string;
  /** How whoever finds it locked is to go on. */
  advice: string;
}

/**
 * Lets one process at a time do something in a folder. A lock whose holder is dead (its process is gone, or its machine
 * has booted since) is taken over. Throws APITRAIL_LAKE_BUSY, which says who has it.
 */
export async function acquireLock(folder: string, purpose: LockPurpose): Promise<ProcessLock> {
  const path = join(folder, `${purpose.name}.lock`);
  const self: Holder = { ...(await ownIdentity()), id: randomUUID(), since: new Date().toISOString() };
  const own = join(folder, `.${purpose.name}.lock-${self.id}`);
  try {
    // Flushed, since the name may outlive a power cut, and then what it says must have, too.
    await writeNewFile(own, JSON.stringify(self), 0o600);
    while (!(await linked(own, path))) {
      await removeIfDead(path, self, purpose);
    }
  } finally {
    await unlink(own).catch(() => undefined);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      const holder = await readHolder(path);
      if (typeof holder === 'object' && holder.id === self.id) {
        await unlink(path).catch(() => undefined);
      }
    },
  };
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) {
      return false;
    }
    throw error;
  }
}

async function removeIfDead(path: string, self: Holder, purpose: LockPurpose): Promise<void> {
  const holder = await readHolder(path);
  if (holder === undefined) {
    return;
  }
  // What a power cut left of a lock has no holder: whoever makes one writes it before it gets its name.
  if (holder !== 'unreadable' && (await lives(holder, path, self))) {
    throw new ApitrailError(
      'APITRAIL_LAKE_BUSY',
      `${purpose.holder}: process ${holder.pid} on ${holder.machine.split(' ')[0]}, since ${holder.since}. ${purpose.advice}`,
      { where: path }
    );
  }
  // Renamed first: of two that find it dead, only one gets it away, and neither removes the lock of the other.
  const grave = `${path}-${self.id}`;
  await rename(path, grave).catch(() => undefined);
  const buried = await readHolder(grave);
  if (typeof buried === 'object' && (holder === 'unreadable' || buried.id !== holder.id)) {
    await linked(grave, path);
  }
  await unlink(grave).catch(() => undefined);
}

async function lives(holder: Holder, path: string, self: Holder): Promise<boolean> {
  const alive = await isAlive(holder, self);
  if (alive !== undefined) {
    return alive;
  }
  const touched = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0
  );
  return touched > Date.now() - SILENT_MS;
}

/** Who has a lock: undefined when there is none, `unreadable` when the file says nothing. */
async function readHolder(path: string): Promise<Holder | 'unreadable' | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return 'unreadable';
    }
    return undefined;
  }
}
