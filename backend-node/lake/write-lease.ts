import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { removeIfThere } from './durable';
import { stateDirectory } from './layout';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity';

/** A writer that cannot be asked, on another machine or in another container, is believed to live this long. */
const SILENT_MS = 7 * 86_400_000;

const leaseDirectory = (lake: string) => join(stateDirectory(lake), 'writers');

/**
 * Does work that writes data files of a lake before they are in a commit, and lets vacuum know: what is younger than the
 * oldest lease of a living process is not taken for a file that nobody will commit.
 */
export async function withWriteLease<T>(lake: string, work: () => Promise<T>): Promise<T> {
  const directory = leaseDirectory(lake);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${process.pid}-${randomUUID()}.json`);
  await writeFile(path, JSON.stringify(await ownIdentity()), { flag: 'wx', mode: 0o600 });
  try {
    return await work();
  } finally {
    await removeIfThere(path).catch(() => undefined);
  }
}

/** Leases of a lake: whose writers live, and whose are dead. */
export interface WriteLeases {
  /** When the longest work under way began, epoch milliseconds by the clock of the file system; undefined when there is none. */
  oldest: number | undefined;
  living: number;
  /** Paths of the leases of the dead. */
  abandoned: string[];
}

/** Looks who is writing. */
export async function readWriteLeases(lake: string): Promise<WriteLeases> {
  const directory = leaseDirectory(lake);
  const self = await ownIdentity();
  const found: WriteLeases = { oldest: undefined, living: 0, abandoned: [] };
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    const began = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined
    );
    if (began === undefined) {
      continue;
    }
    const owner = await readOwner(path);
    const alive = owner && (await isAlive(owner, self));
    if (alive ?? began > Date.now() - SILENT_MS) {
      found.living++;
      found.oldest = Math.min(found.oldest ?? Infinity, began);
    } else {
      found.abandoned.push(path);
    }
  }
  return found;
}

async function readOwner(path: string): Promise<ProcessIdentity | undefined> {
  return readFile(path, 'utf8')
    .then(
      (text) => JSON.parse(text) as ProcessIdentity,
      () => undefined
    )
    .catch(() => undefined);
}
