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
 * oldest lease of a living process is not taken for a file that nobody will commit. `work` is given the id of the lease,
 * which the names of its data files carry (`leasedName`): a file in no commit whose lease is gone was committed once.
 */
export async function withWriteLease<T>(
  { lake, table }: { lake: string; table: string },
  work: (lease: string) => Promise<T>
): Promise<T> {
  const directory = leaseDirectory(lake);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const id = randomUUID();
  const path = join(directory, `${process.pid}-${id}.json`);
  await writeFile(path, JSON.stringify({ ...(await ownIdentity()), table }), { flag: 'wx', mode: 0o600 });
  try {
    return await work(id);
  } finally {
    await removeIfThere(path).catch(() => undefined);
  }
}

/** Name of a data file that is written under a lease, and how it is compressed. */
export function leasedName(lease: string, compression: 'zstd' | 'gz' = 'zstd'): string {
  return `part-${lease}-${randomUUID().slice(0, 8)}.${compression}.parquet`;
}

/** Id of the lease that a data file was written under; undefined for files of other writers, and of Apitrail before it named them so. */
export function leaseOfName(name: string): string | undefined {
  return /^part-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-[0-9a-f]{8}\.(?:zstd|gz)\.parquet$/.exec(name)?.[1];
}

/** The lease of a dead process. */
export interface AbandonedLease {
  path: string;
  /** What its files are named after; undefined for a file of another name. */
  id: string | undefined;
  /** Name of the table it wrote to; undefined when it cannot be read. */
  table: string | undefined;
}

/** Leases of a lake: whose writers live, and whose are dead. */
export interface WriteLeases {
  /** When the longest work under way began, epoch milliseconds by the clock of the file system; undefined when there is none. */
  oldest: number | undefined;
  living: number;
  /** Ids of the leases of the living. */
  livingIds: Set<string>;
  abandoned: AbandonedLease[];
}

/** Looks who is writing. */
export async function readWriteLeases(lake: string): Promise<WriteLeases> {
  const directory = leaseDirectory(lake);
  const self = await ownIdentity();
  const found: WriteLeases = { oldest: undefined, living: 0, livingIds: new Set(), abandoned: [] };
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    const began = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined
    );
    if (began === undefined) {
      continue;
    }
    const id = /^\d+-([0-9a-f-]{36})\.json$/.exec(name)?.[1];
    const owner = await readOwner(path);
    const alive = owner && (await isAlive(owner, self));
    if (alive ?? began > Date.now() - SILENT_MS) {
      found.living++;
      if (id !== undefined) {
        found.livingIds.add(id);
      }
      found.oldest = Math.min(found.oldest ?? Infinity, began);
    } else {
      found.abandoned.push({ path, id, table: owner?.table });
    }
  }
  return found;
}

/** What a lease says. */
type Owner = ProcessIdentity & { table?: string };

async function readOwner(path: string): Promise<Owner | undefined> {
  return readFile(path, 'utf8')
    .then(
      (text) => JSON.parse(text) as Owner,
      () => undefined
    )
    .catch(() => undefined);
}
