import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import type { Engine, RunOptions } from '../engine/engine';
import { literal, sql, type Sql } from '../engine/sql';

/** A Parquet file that is there until it was read. */
export interface ParquetFile {
  bytes: number;
  /** Reads it; it is removed when the stream closes, read to its end or not. */
  stream: Readable;
}

/** Writes what a SELECT gives, which may have no parameters, to a Parquet file in a folder. */
export async function parquetOf(
  engine: Engine,
  select: Sql,
  folder: string,
  options: RunOptions = {}
): Promise<ParquetFile> {
  const path = join(folder, `export-${randomUUID()}.parquet`);
  const remove = () => unlink(path).catch(() => undefined);
  try {
    await engine.run(sql`COPY (${select}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`, options);
    const { size } = await stat(path);
    const stream = createReadStream(path);
    stream.once('close', () => void remove());
    return { bytes: size, stream };
  } catch (error) {
    await remove();
    throw error;
  }
}
