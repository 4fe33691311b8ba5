import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { ApitrailError } from '@apitrail/contract';

/** Writes a stream to a file, or to standard output where that is `-`. Throws an ApitrailError that names the file. */
export async function writeOut(content: Readable, file: string): Promise<void> {
  if (file === '-') {
    await pipeline(content, process.stdout, { end: false });
    return;
  }
  try {
    await pipeline(content, createWriteStream(file));
  } catch (error) {
    if (error instanceof ApitrailError) {
      throw error;
    }
    throw new ApitrailError('APITRAIL_USAGE', `${file} cannot be written: ${(error as Error).message}.`, {
      where: file,
      cause: error,
    });
  }
}
