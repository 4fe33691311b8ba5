import type { Readable } from 'node:stream';

import { ApitrailError } from '@apitrail/contract';

import type { DuckDb } from '../../engine/duckdb';
import { fileSource, streamSource, type ByteSource } from './byte-source';
import type { Input } from './inputs';
import { isParquet, parquetRows } from './parquet-rows';

export interface OpenInputOptions {
  format: string;
  engine: DuckDb;
  /** Folder for what is unpacked. */
  workFolder: string;
  stdin: Readable;
}

/**
 * The content of an input: of Parquet its rows as JSON lines. Throws APITRAIL_BAD_FILE for what cannot be read, or is not
 * Parquet when that is wanted.
 */
export async function openInput(
  input: Input,
  { format, engine, workFolder, stdin }: OpenInputOptions
): Promise<{ source: ByteSource; parquet: boolean }> {
  const source =
    input.path === undefined ? await streamSource(input, stdin) : await fileSource({ ...input, path: input.path });
  const parquet = isParquet(source.head);
  if (!parquet) {
    if (format === 'parquet' && source.head.length > 0) {
      throw new ApitrailError('APITRAIL_BAD_FILE', `${input.label} is not a Parquet file.`, { where: input.label });
    }
    return { source, parquet };
  }
  const file = input.path === undefined ? await source.reopenable(workFolder) : source;
  const path = input.path ?? (file.input as { path: string }).path;
  return { source: await parquetRows({ ...input, path }, engine, workFolder), parquet };
}
