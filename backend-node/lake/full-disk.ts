import { statfs } from 'node:fs/promises';

const CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);
const TEXTS = /No space left on device|Disk quota exceeded/i;

/** Whether an error, or what caused it, says that there was no room: by its code, or in the engine’s words. */
export function isFullDisk(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (CODES.has((at as NodeJS.ErrnoException).code) || TEXTS.test(at.message)) {
      return true;
    }
  }
  return false;
}

/** How many bytes a process without special rights may still write on the file system of a folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
