import { readFile, rename, stat, writeFile } from 'node:fs/promises';

import { ApitrailError } from '@apitrail/contract';

import type { DuckDb } from '../../engine/duckdb';
import { sql } from '../../engine/sql';
import { hasCode } from '../../lake/durable';
import type { HotFile } from '../../lake/hot/hot-files';
import { DamagedContent, readHotFile } from '../../lake/hot/parquet/read-file';
import { parquetRelation } from '../../lake/parquet-relation';

/** What is behind the name of a hot file that was set aside. */
export const DAMAGED = '.damaged';

const MAGIC = Buffer.from('PAR1', 'latin1');
/** A Parquet file has its magic at both ends, and the length of its footer before the last. */
const LEAST_BYTES = 12;

/** A hot file that is not what was written, and in what way. */
export interface DamagedFile {
  file: HotFile;
  why: string;
}

/** What is wrong with the size of a hot file; undefined when nothing is. Costs a look at its name. */
export async function sizeProblem({ path, bytes }: HotFile): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    return bytes === undefined || size === bytes ? undefined : `has ${size} bytes, not ${bytes}`;
  } catch (error) {
    return hasCode(error, 'ENOENT') ? 'is gone' : undefined;
  }
}

/** What is wrong with the ends of a hot file of which nothing is known but its name: a torn one lacks its footer. */
export async function endsProblem(file: HotFile): Promise<string | undefined> {
  let content: Buffer;
  try {
    content = await readFile(file.path);
  } catch (error) {
    return unreadable(error);
  }
  const { length } = content;
  const footer = length < LEAST_BYTES ? Infinity : content.readUInt32LE(length - 8);
  const whole = content.subarray(0, 4).equals(MAGIC) && content.subarray(-4).equals(MAGIC);
  return whole && footer <= length - LEAST_BYTES ? undefined : `is torn: it has ${length} bytes and no Parquet footer`;
}

/** What is wrong with a hot file, all of which is read. What the engine cannot do now is not held against the file. */
export async function contentProblem(engine: DuckDb, file: HotFile): Promise<string | undefined> {
  const ends = (await sizeProblem(file)) ?? (await endsProblem(file));
  if (ends !== undefined) {
    return ends;
  }
  try {
    const content = await readFile(file.path);
    readHotFile(content, 0, content.length);
    // A hash of whole rows, so that every page of every column is read.
    const { values } = await engine.run(
      sql`SELECT count(*), bit_xor(hash(r)) FROM ${parquetRelation([file.path], file.rows)} AS r`
    );
    const rows = Number(values[0]![0]);
    return rows === file.rows ? undefined : `has ${rows} rows, not ${file.rows}`;
  } catch (error) {
    return error instanceof DamagedContent || isOfTheFile(error)
      ? `cannot be read: ${(error as Error).message}`
      : undefined;
  }
}

/** Keeps what is left of a damaged file beside its place, for whoever looks for the reason. */
export async function setAside({ file: { path } }: DamagedFile): Promise<void> {
  try {
    await rename(path, path + DAMAGED);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) {
      throw error;
    }
    await writeFile(path + DAMAGED, '');
  }
}

const NOT_OF_THE_FILE = new Set<string>(['APITRAIL_OUT_OF_MEMORY', 'APITRAIL_QUERY_CANCELLED']);

function isOfTheFile(error: unknown): boolean {
  return error instanceof ApitrailError && !NOT_OF_THE_FILE.has(error.code) && !('retryable' in error);
}

function unreadable(error: unknown): string | undefined {
  return hasCode(error, 'ENOENT') ? 'is gone' : hasCode(error, 'EIO') ? 'cannot be read from the disk' : undefined;
}
