import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

import type { AddAction } from './actions';

/**
 * What Apitrail notes of a data file in `add.tags`, which Delta has for writers: readers take no heed of it, and
 * checkpoints keep it.
 */
export interface FileTags {
  /** SHA-256 of the file, hexadecimal. */
  sha256: string;
  /** Columns its rows are sorted by, ascending, nulls last. */
  sortedBy: readonly string[];
}

const SHA256 = 'apitrail.sha256';
const SORTED_BY = 'apitrail.sortedBy';

/** The tags as the log has them. */
export function tagsOf({ sha256, sortedBy }: FileTags): Record<string, string> {
  return { [SHA256]: sha256, ...(sortedBy.length > 0 ? { [SORTED_BY]: sortedBy.join(',') } : {}) };
}

/** What the log has of them: nothing for files of other writers, and of Apitrail before it noted them. */
export function readTags({ tags }: AddAction): Partial<FileTags> {
  const sha256 = tags?.[SHA256];
  const sortedBy = tags?.[SORTED_BY];
  return { ...(sha256 ? { sha256 } : {}), ...(sortedBy ? { sortedBy: sortedBy.split(',') } : {}) };
}

/** SHA-256 of a file, hexadecimal. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
