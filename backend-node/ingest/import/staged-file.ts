import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of rows on their way into the lake, readable by its owner only. */
export interface StagedFile {
  path: string;
  remove(): Promise<void>;
}

/** Writes pieces to a new file in a folder; each is on its way to the disk before the next is asked for. */
export async function stageFile(folder: string, name: string, pieces: Iterable<Buffer>): Promise<StagedFile> {
  const path = join(folder, name);
  const remove = (): Promise<void> => unlink(path).catch(() => undefined);
  const handle = await open(path, 'wx', 0o600);
  try {
    for (const piece of pieces) {
      await handle.writeFile(piece);
    }
  } catch (error) {
    await remove();
    throw error;
  } finally {
    await handle.close();
  }
  return { path, remove };
}
