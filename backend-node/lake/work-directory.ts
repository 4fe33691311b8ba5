import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { stateDirectory } from './layout';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity';

/** A folder of this process for what need not outlive it: staged rows, what DuckDB spills. */
export interface WorkDirectory {
  readonly path: string;
  /** Removes it with all that is in it. */
  close(): Promise<void>;
}

/** A folder whose owner cannot be asked, on another machine or in another container, is left alone this long. */
const ABANDONED_MS = 86_400_000;
const OWNED = /^(\d{1,10})\.(\d*)\.([0-9a-f]{12})\.([0-9a-f]{12})\.([0-9a-f]{12})\.[0-9a-f-]{36}$/;

/** Makes a work directory in `DIR/.apitrail/tmp`, readable by its owner only, and removes those that dead processes left. */
export async function openWorkDirectory(lake: string): Promise<WorkDirectory> {
  // The lake itself is for every reader; only what is Apitrail's own is closed.
  await mkdir(lake, { recursive: true });
  const parent = join(stateDirectory(lake), 'tmp');
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const self = await ownIdentity();
  for (const abandoned of await abandonedIn(parent, self)) {
    await rm(abandoned, { recursive: true, force: true });
  }
  const path = join(parent, workDirectoryName(self));
  await mkdir(path, { mode: 0o700 });
  return { path, close: () => rm(path, { recursive: true, force: true }) };
}

/** Gives work a folder for its time. */
export async function withWorkDirectory<T>(lake: string, work: (path: string) => Promise<T>): Promise<T> {
  const directory = await openWorkDirectory(lake);
  try {
    return await work(directory.path);
  } finally {
    await directory.close();
  }
}

/** Work directories of a lake whose owners are dead. The next process that opens one removes them. */
export async function abandonedWorkDirectories(lake: string): Promise<string[]> {
  return abandonedIn(join(stateDirectory(lake), 'tmp'), await ownIdentity()).catch(() => []);
}

/**
 * A new name that says whose the folder is: process, its start, and hashes of host, boot and process namespace. A file in the
 * folder would not be there yet, or no more, after a kill while the folder is made or removed.
 */
export function workDirectoryName(owner: ProcessIdentity): string {
  const { pid, started, machine } = withHashes(owner);
  return [pid, started, ...machine.split(' '), randomUUID()].join('.');
}

/** Whose a folder is, its machine as hashes; undefined when the name does not say. */
function ownerOf(name: string): ProcessIdentity | undefined {
  const [, pid, started, host, boot, namespace] = OWNED.exec(name) ?? [];
  return pid === undefined
    ? undefined
    : { pid: Number(pid), started: started!, machine: `${host} ${boot} ${namespace}` };
}

function withHashes({ machine, ...process }: ProcessIdentity): ProcessIdentity {
  const hash = (part: string) => createHash('sha256').update(part).digest('hex').slice(0, 12);
  return { ...process, machine: machine.split(' ').map(hash).join(' ') };
}

async function abandonedIn(parent: string, self: ProcessIdentity): Promise<string[]> {
  const names = await readdir(parent);
  const found = await Promise.all(
    names.map(async (name) => ((await isAbandoned(parent, name, self)) ? [join(parent, name)] : []))
  );
  return found.flat();
}

async function isAbandoned(parent: string, name: string, self: ProcessIdentity): Promise<boolean> {
  const owner = ownerOf(name);
  const alive = owner && (await isAlive(owner, withHashes(self)));
  if (alive !== undefined) {
    return !alive;
  }
  const modified = await stat(join(parent, name)).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now()
  );
  return modified < Date.now() - ABANDONED_MS;
}
