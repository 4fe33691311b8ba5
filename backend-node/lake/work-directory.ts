import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
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
const OWNER_FILE = 'owner.json';

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
  const path = join(parent, `${process.pid}-${randomUUID()}`);
  await mkdir(path, { mode: 0o700 });
  await writeFile(join(path, OWNER_FILE), JSON.stringify(self));
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

async function abandonedIn(parent: string, self: ProcessIdentity): Promise<string[]> {
  const paths = (await readdir(parent)).map((name) => join(parent, name));
  const found = await Promise.all(paths.map(async (path) => ((await isAbandoned(path, self)) ? [path] : [])));
  return found.flat();
}

async function isAbandoned(path: string, self: ProcessIdentity): Promise<boolean> {
  const owner = await readFile(join(path, OWNER_FILE), 'utf8')
    .then((text) => JSON.parse(text) as ProcessIdentity)
    .catch(() => undefined);
  const alive = owner && (await isAlive(owner, self));
  if (alive !== undefined) {
    return !alive;
  }
  const modified = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now()
  );
  return modified < Date.now() - ABANDONED_MS;
}
