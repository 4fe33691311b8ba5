import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { stateDirectory } from './layout';

/** A folder of this process for what need not outlive it: staged rows, what DuckDB spills. */
export interface WorkDirectory {
  readonly path: string;
  /** Removes it with all that is in it. */
  close(): Promise<void>;
}

/** A folder whose owner cannot be asked, on another machine or in another container, is left alone this long. */
const ABANDONED_MS = 86_400_000;
const OWNER_FILE = 'owner.json';

/** Who a folder belongs to: one process of one boot of one machine. */
interface Owner {
  machine: string;
  pid: number;
  /** Tells the process from a later one with the same number; empty where the system does not say. */
  started: string;
}

/** Makes a work directory in `DIR/.apitrail/tmp`, readable by its owner only, and removes those that dead processes left. */
export async function openWorkDirectory(lake: string): Promise<WorkDirectory> {
  // The lake itself is for every reader; only what is Apitrail's own is closed.
  await mkdir(lake, { recursive: true });
  const parent = join(stateDirectory(lake), 'tmp');
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const self: Owner = { machine: await machine(), pid: process.pid, started: await startOf(process.pid) };
  await removeAbandoned(parent, self);
  const path = join(parent, `${process.pid}-${randomUUID()}`);
  await mkdir(path, { mode: 0o700 });
  await writeFile(join(path, OWNER_FILE), JSON.stringify(self));
  return { path, close: () => rm(path, { recursive: true, force: true }) };
}

async function removeAbandoned(parent: string, self: Owner): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    if (await isAbandoned(path, self)) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

async function isAbandoned(path: string, self: Owner): Promise<boolean> {
  const owner = await readFile(join(path, OWNER_FILE), 'utf8')
    .then((text) => JSON.parse(text) as Owner)
    .catch(() => undefined);
  if (owner?.machine === self.machine) {
    return !isAlive(owner.pid) || (await startOf(owner.pid)) !== owner.started;
  }
  const modified = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now()
  );
  return modified < Date.now() - ABANDONED_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The machine, its boot and the container, as far as process numbers are unique in it. */
async function machine(): Promise<string> {
  const [boot, container] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  return [hostname(), boot.trim(), container].join(' ');
}

/** Start of a process in clock ticks since boot (field 22 of /proc/PID/stat, the 20th after the name in parentheses). */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
