import { readFile } from 'node:fs/promises';

import { ApitrailError } from '@apitrail/contract';

import { hasCode, replaceFile } from '../../lake/durable';
import type { KnownSource } from '../import/known-sources';

/** A piece of a source that was or is about to be sent: what is sent again after a crash is the same piece. */
export interface PendingExtent {
  /** Where it ends; it begins at the source’s position. */
  to: number;
  /** Its `Idempotency-Key`. */
  key: string;
}

/** What is known of a log that is followed. `position` is how far it was acknowledged. */
export interface TailSource extends KnownSource {
  /** Where it was last seen. */
  path: string;
  /** The file it was then: found again at once when it was renamed. Content has the last word. */
  device: number;
  inode: number;
  /** Format it is sent as; undefined until its lines have told. */
  format?: string;
  /** First line of delimited text, which every piece is sent with. */
  header?: string;
  pending?: PendingExtent;
  /** Of a log of which nothing is acknowledged yet: length and hash of the beginning of what was sent, to know it by. */
  begins?: { bytes: number; digest: string };
  /** The position is inside a line that is too long: what follows belongs to it, up to its end. */
  inLongLine?: boolean;
  /** Nothing more comes: it was rotated away and read to its end. */
  done?: boolean;
  /** When it was last read from, ms since the epoch. */
  seen: number;
}

const FORMAT = 1;
/** Logs that are done are known this long, so that their rotated and compressed copies are known, too. */
const REMEMBERED_MS = 60 * 24 * 3_600_000;

/** Reads the state of a tail; without a file nothing is known. Throws APITRAIL_BAD_FILE when it is damaged. */
export async function loadTailState(file: string, now: number): Promise<TailSource[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      return [];
    }
    throw error;
  }
  let state: { format?: number; sources?: TailSource[] } | null;
  try {
    state = JSON.parse(text) as typeof state;
  } catch (cause) {
    throw new ApitrailError(
      'APITRAIL_BAD_FILE',
      `${file} is damaged. It says how far logs were sent; without it, --from-end goes on behind what is there now.`,
      { where: file, cause }
    );
  }
  if (state?.format !== FORMAT || !Array.isArray(state.sources)) {
    throw new ApitrailError('APITRAIL_BAD_FILE', `${file} is no state of apitrail tail, or that of another version.`, {
      where: file,
    });
  }
  return state.sources.filter(({ done, seen }) => !done || seen > now - REMEMBERED_MS);
}

/** Puts the state on the disk, durably. */
export async function saveTailState(file: string, sources: Iterable<TailSource>): Promise<void> {
  await replaceFile(file, JSON.stringify({ format: FORMAT, sources: [...sources] }));
}
