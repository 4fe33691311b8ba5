import { ApitrailError } from '@apitrail/contract';

/** What the system says when a folder cannot be written, and what of it an engine's message keeps. */
const CODES: ReadonlySet<string> = new Set([
  ...['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'EIO'],
]);
const TEXTS = /No space left on device|Permission denied|Read-only file system|Disk quota exceeded/i;

/** The coded error of a lake that cannot be written, for what Node or the engine threw; anything else as it is. */
export function unwritable(error: unknown, lake: string): unknown {
  const { code, message = '' } = error as NodeJS.ErrnoException;
  if (!(CODES.has(code ?? '') || TEXTS.test(message))) {
    return error;
  }
  return new ApitrailError(
    'APITRAIL_LAKE_UNWRITABLE',
    `Nothing was written to the lake in ${lake}: ${message || code}. Make room or give the right to write there, then send it again.`,
    { where: lake, cause: error }
  );
}
