import { ApitrailError } from '@apitrail/contract';

/** What the system says when a folder cannot be written, and what of it an engine's message keeps. */
const CODES: ReadonlySet<string> = new Set([
  ...['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'EIO'],
]);
const TEXTS = /No space left on device|Permission denied|Read-only file system|Disk quota exceeded/i;

/** Whether the system is what failed. What is coded already says what it is; of the engine's errors the words are looked at. */
function isOfSystem(error: unknown): boolean {
  const { code, message = '' } = error as NodeJS.ErrnoException;
  if (
    error instanceof ApitrailError &&
    error.code !== 'APITRAIL_INTERNAL' &&
    error.code !== 'APITRAIL_LAKE_UNREADABLE'
  ) {
    return false;
  }
  return CODES.has(code ?? '') || TEXTS.test(message);
}

/** The coded error of maintenance that the system stopped, for want of room or of a right; anything else as it is. */
export function stoppedBySystem(error: unknown, lake: string): unknown {
  const { code, message = '' } = error as NodeJS.ErrnoException;
  return isOfSystem(error)
    ? new ApitrailError(
        'APITRAIL_LAKE_UNWRITABLE',
        `The system stopped the work on the lake in ${lake}: ${message || code}. What was committed is whole and stays. Make room, or give the right to read and write there, and give the command again.`,
        { where: lake, cause: error }
      )
    : error;
}

/** The coded error of a lake that cannot be written, for what Node or the engine threw; anything else as it is. */
export function unwritable(error: unknown, lake: string): unknown {
  const { code, message = '' } = error as NodeJS.ErrnoException;
  if (!isOfSystem(error)) {
    return error;
  }
  return new ApitrailError(
    'APITRAIL_LAKE_UNWRITABLE',
    `Nothing was written to the lake in ${lake}: ${message || code}. Make room or give the right to write there, then send it again.`,
    { where: lake, cause: error }
  );
}
