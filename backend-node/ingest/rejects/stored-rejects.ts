import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import { hasCode } from '../../lake/durable';
import { rejectsDirectory, stateDirectory } from '../../lake/layout';
import { acquireLock, type ProcessLock } from '../../lake/process-lock';
import { parseRejectFileName, readRejectHeader, type RejectFileHeader, type RejectRange } from './reject-file';

/** A file of dead letters on the disk. */
export interface StoredRejects extends RejectRange, RejectFileHeader {
  path: string;
  bytes: number;
}

/** Only one at a time takes letters away or puts them together. Throws APITRAIL_LAKE_BUSY. */
export function lockRejects(lake: string): Promise<ProcessLock> {
  return acquireLock(stateDirectory(lake), {
    name: 'rejects',
    holder: 'Another process works on the dead letters of this lake',
    advice: 'Wait until it is done.',
  });
}

/** Whether the range of a file lies within that of another. */
export function isWithinOther(file: StoredRejects, files: readonly StoredRejects[]): boolean {
  return files.some((other) => other.path !== file.path && other.from <= file.from && other.to >= file.to);
}

/** The files of dead letters of a lake, oldest first. Without any the list is empty. */
export async function listRejectFiles(lake: string): Promise<StoredRejects[]> {
  const folder = rejectsDirectory(lake);
  const names = await readdir(folder).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) {
      return [];
    }
    throw error;
  });
  return headersOf(names.sort().map((name) => join(folder, name)));
}

async function headersOf(paths: readonly string[]): Promise<StoredRejects[]> {
  const files: StoredRejects[] = [];
  for (const path of paths) {
    const range = parseRejectFileName(basename(path));
    if (!range) {
      continue;
    }
    try {
      const { size, mtimeMs } = await stat(path);
      files.push({ path, ...range, bytes: size, ...(await headerOrEmpty(path, mtimeMs * 1000)) });
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) {
        throw error;
      }
    }
  }
  return files;
}

/** A damaged file must not keep anything from starting: it counts as one without letters, and goes when it is too old. */
async function headerOrEmpty(path: string, modifiedUs: number): Promise<RejectFileHeader> {
  try {
    return await readRejectHeader(path);
  } catch (error) {
    if (!(error instanceof ApitrailError)) {
      throw error;
    }
    return { letters: 0, oldest: modifiedUs, newest: modifiedUs };
  }
}
