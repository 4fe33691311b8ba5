import { randomUUID } from 'node:crypto';
import { link, readFile, stat, unlink, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { ApitrailError } from '@apitrail/contract';

import { hasCode, writeNewFile } from './durable';
import { isListening, openLivenessSocket, type SocketPlace } from './liveness-socket';
import { isAlive, ownIdentity, ofOneBoot, type ProcessIdentity } from './process-identity';

/** Who has a lock. */
interface Holder extends ProcessIdentity {
  id: string;
  since: string;
  /** Where it listens while it lives, for those in other containers of its machine. */
  socket?: SocketPlace;
}

/** A holder that can be asked in no other way, as one on another machine, shows that it lives by touching the file. */
const HEARTBEAT_MS = 5_000;
const SILENT_MS = 60_000;
/** Pause before it is looked again whether another is done with a dead one. */
const BURIAL_MS = 5;

/** Who wants a lock, and the file that says so. */
interface Claim {
  self: Holder;
  own: string;
}

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
 * Lets one process at a time do something in a folder. A lock whose holder is dead (its process is gone, also one of another
 * container of this machine, or its machine has booted since) is taken over. Throws APITRAIL_LAKE_BUSY, which says who has it.
 */
export async function acquireLock(folder: string, purpose: LockPurpose): Promise<ProcessLock> {
  const path = join(folder, `${purpose.name}.lock`);
  const id = randomUUID();
  const socket = await openLivenessSocket(folder, `.${purpose.name}.lock-${id}.socket`);
  const self: Holder = {
    ...(await ownIdentity()),
    ...{ id, since: new Date().toISOString() },
    ...(socket ? { socket: socket.place } : {}),
  };
  const own = join(folder, `.${purpose.name}.lock-${id}`);
  try {
    // Flushed, since the name may outlive a power cut, and then what it says must have, too.
    await writeNewFile(own, JSON.stringify(self), 0o600);
    await take(path, { own, self }, async (other) => {
      throw new ApitrailError(
        'APITRAIL_LAKE_BUSY',
        `${purpose.holder}: process ${other.pid} on ${other.machine.split(' ')[0]}, since ${other.since}. ${purpose.advice}`,
        { where: path }
      );
    });
  } catch (error) {
    await socket?.close();
    throw error;
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
      await socket?.close();
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

/** Takes a place, away from a dead one who has it. `onBusy` is told of a living one; unless it throws, it is tried again. */
async function take(path: string, claim: Claim, onBusy: (holder: Holder) => Promise<void>): Promise<void> {
  while (!(await linked(claim.own, path))) {
    const holder = await readHolder(path);
    // What a power cut left of a lock has no holder: whoever makes one writes it before it gets its name.
    if (typeof holder === 'object' && (await lives(holder, path, claim.self))) {
      await onBusy(holder);
    } else if (holder !== undefined) {
      await bury(path, holder, claim);
    }
  }
}

/** Only one at a time takes away what a dead one had: another who found it dead could else take away what came after it. */
async function bury(path: string, dead: Holder | 'unreadable', claim: Claim): Promise<void> {
  const burial = `${path}-burial`;
  await take(burial, claim, () => setTimeout(BURIAL_MS));
  try {
    const holder = await readHolder(path);
    if (holder === undefined || idOf(holder) !== idOf(dead)) {
      return;
    }
    await unlink(path).catch(() => undefined);
    if (typeof holder === 'object' && holder.socket) {
      await unlink(join(dirname(path), basename(holder.socket.name))).catch(() => undefined);
    }
  } finally {
    await unlink(burial).catch(() => undefined);
  }
}

const idOf = (holder: Holder | 'unreadable'): string => (typeof holder === 'object' ? holder.id : holder);

async function lives(holder: Holder, path: string, self: Holder): Promise<boolean> {
  const alive =
    (await isAlive(holder, self)) ??
    (holder.socket && ofOneBoot(holder, self) ? await isListening(dirname(path), holder.socket) : undefined);
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
