import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { hasCode } from '../durable';
import { hotDirectory } from '../layout';
import { ownIdentity } from '../process-identity';
import type { FileBounds } from '../stats';

/**
 * A file of rows that were taken in and are in no commit yet: the batches `from` to `to` of the write-ahead log, in the
 * columns of the table. Its name says all that is known of it, so that listing the folder is enough to plan a query.
 */
export interface HotFile extends FileBounds {
  /** Absolute path. */
  path: string;
  /** First and last number of the batches in it, both inclusive. */
  from: number;
  to: number;
  rows: number;
  bytes?: number;
}

const NAME = /^(\d{1,16})-(\d{1,16})-(\d{1,12})-(-?\d{1,16}|n)-(-?\d{1,16}|n)-([wu])\.parquet$/;

/** What the name of a hot file says. */
export type HotFileFacts = Omit<HotFile, 'path' | 'bytes'>;

/** Name of a hot file: `<from>-<to>-<rows>-<oldest ms>-<newest ms>-<u when no row has a weight, else w>.parquet`. */
export function hotFileName({ from, to, rows, oldest, newest, unweighted }: HotFileFacts): string {
  return `${from}-${to}-${rows}-${oldest ?? 'n'}-${newest ?? 'n'}-${unweighted ? 'u' : 'w'}.parquet`;
}

/** What a name says; undefined for any other file, such as one that is being written. */
export function parseHotFileName(name: string): HotFileFacts | undefined {
  const match = NAME.exec(name);
  if (!match) {
    return undefined;
  }
  const [, from, to, rows, oldest, newest, weight] = match as unknown as string[];
  const ms = (text: string) => (text === 'n' ? null : Number(text));
  return {
    from: Number(from),
    to: Number(to),
    rows: Number(rows),
    oldest: ms(oldest!),
    newest: ms(newest!),
    unweighted: weight === 'u',
  };
}

/** Name of the folder where the system does not tell boots apart. */
export const UNKNOWN_BOOT = 'unknown-boot';

/**
 * The folder of hot files of this boot. They are not flushed to the disk, since they can be made again from the write-ahead
 * log: after a power cut their content is unknown, and a new boot has a folder of its own.
 */
export async function currentHotDirectory(lake: string): Promise<string> {
  const [, boot] = (await ownIdentity()).machine.split(' ');
  return hotDirectory(lake, boot === undefined || boot === '-' ? UNKNOWN_BOOT : boot);
}

/** Name of the file in the folder of a boot that says: every row that was acknowledged before is here, or in a commit. */
export const COMPLETE = 'complete';

/** What is in the folder of hot files of this boot. */
export interface HotFolder {
  /** Oldest batches first. */
  files: HotFile[];
  /** Whether all that was acknowledged before the process that takes in began is here, or in a commit. */
  complete: boolean;
}

/** The hot files of a lake, oldest batches first. None when nothing was ever taken in over the network. */
export async function listHotFiles(lake: string): Promise<HotFile[]> {
  return (await readHotFolder(lake)).files;
}

/** What is in the folder of hot files of this boot, at one moment. */
export async function readHotFolder(lake: string): Promise<HotFolder> {
  const directory = await currentHotDirectory(lake);
  const names: string[] = await readdir(directory).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) {
      return [];
    }
    throw error;
  });
  const files = names
    .flatMap((name) => {
      const facts = parseHotFileName(name);
      return facts ? [{ ...facts, path: join(directory, name) }] : [];
    })
    .sort((a, b) => a.from - b.from);
  return { files, complete: names.includes(COMPLETE) };
}
