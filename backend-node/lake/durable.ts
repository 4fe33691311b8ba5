import { randomUUID } from 'node:crypto';
import { chmod, open, mkdir, rename, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Writing that outlives a power cut: what a function here has returned from is on the disk. After an error of fsync
 * nothing is known about the file any more, so nothing here tries again.
 */

/** Flushes a file to the disk. */
export async function syncFile(path: string): Promise<void> {
  await withHandle(await open(path, 'r'), (handle) => handle.sync());
}

/** Flushes a directory: the names in it, not what they stand for. */
export const syncDirectory = syncFile;

/** Writes a new file and flushes it, not its name. Fails when the file exists. */
export async function writeNewFile(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  await withHandle(await open(path, 'wx', mode), async (handle) => {
    await handle.writeFile(content);
    await handle.sync();
  });
}

/** Flushes a finished file with its name. It never changes from then on: nobody, DuckDB’s COPY included, shall overwrite it by mistake. */
export async function sealFile(path: string): Promise<void> {
  await chmod(path, 0o444);
  await syncFile(path);
  await syncDirectory(dirname(path));
}

/** Puts a file in the place of another, or in an empty one: whoever looks sees the old content or the new, whole. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await writeNewFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await removeIfThere(temporary);
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Makes a directory and those above it that are missing, with these permissions. Each name is flushed. */
export async function makeDirectory(path: string, mode = 0o777): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode });
  if (first === undefined) {
    return;
  }
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    await syncDirectory(dirname(made));
  }
}

/** A name no reader of the log takes for an entry, in the folder of `path`. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.tmp-${randomUUID()}`);
}

/** Unlinks a file; one that is not there is fine. */
export async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) {
      throw error;
    }
  });
}

/** Whether an error is the operating system's of that code, such as `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

async function withHandle<T>(handle: FileHandle, work: (handle: FileHandle) => Promise<T>): Promise<T> {
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}
