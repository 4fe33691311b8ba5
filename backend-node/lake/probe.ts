import { randomUUID } from 'node:crypto';
import { link } from 'node:fs/promises';
import { join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import { hasCode, removeIfThere, syncDirectory, writeNewFile } from './durable';

/**
 * Tries in a folder what safe commits stand on: a hard link puts a whole file in place, never over another, and a
 * folder can be flushed. Throws APITRAIL_LAKE_UNSUPPORTED when the file system lacks one, as exFAT, SMB and some FUSE do.
 */
export async function probeFileSystem(directory: string): Promise<void> {
  const source = join(directory, `.probe-${randomUUID()}`);
  const target = `${source}.linked`;
  try {
    await attempt(directory, 'files cannot be made and flushed', () => writeNewFile(source, 'probe'));
    await attempt(directory, 'hard links cannot be made', () => link(source, target));
    await attempt(directory, 'folders cannot be flushed', () => syncDirectory(directory));
    const refused = await link(source, target).then(
      () => false,
      (error: unknown) => hasCode(error, 'EEXIST')
    );
    if (!refused) {
      throw unsupported(directory, 'a hard link does not refuse a name that exists');
    }
  } finally {
    await removeIfThere(target).catch(() => undefined);
    await removeIfThere(source).catch(() => undefined);
  }
}

async function attempt(directory: string, failure: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw unsupported(directory, `${failure} (${(error as Error).message})`, error);
  }
}

function unsupported(directory: string, why: string, cause?: unknown): ApitrailError {
  return new ApitrailError(
    'APITRAIL_LAKE_UNSUPPORTED',
    `The folder ${directory} cannot hold a lake: ${why}. Check its permissions, or use a local file system such as ext4, XFS, btrfs or APFS.`,
    { where: directory, cause }
  );
}
