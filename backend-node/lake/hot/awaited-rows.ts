import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { hasCode } from '../durable';
import { walDirectory } from '../layout';

/** What a segment of the write-ahead log has before its first entry, bytes. */
const SEGMENT_HEADER_BYTES = 76;

/** What is said to whoever asks while rows are awaited. */
export const ROWS_AWAITED =
  'Requests that were acknowledged are missing here: they are in the write-ahead log and cannot be queried yet. The ' +
  'ingest process makes their rows again when it starts; if this stays, start `apitrail serve`, or see its health for what keeps it.';

/** The same while the process that takes in has ended, and the next one is not ready yet. */
export const ROWS_INTERRUPTED =
  'The ingest process has ended and begins again: requests that were acknowledged in the second before its end are missing ' +
  'here until it has read them again from the write-ahead log. If this stays, see the health of the companion for what keeps it.';

/**
 * Whether the write-ahead log of a lake has entries. Some of them may be in a commit already: that is known to the process
 * that takes in alone, which has the key.
 */
export async function hasLoggedRows(lake: string): Promise<boolean> {
  const directory = walDirectory(lake);
  const names = await readdir(directory).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) {
      return [];
    }
    throw error;
  });
  for (const name of names.filter((each) => each.endsWith('.wal')).reverse()) {
    const size = await stat(join(directory, name)).then(
      (found) => found.size,
      () => 0
    );
    if (size > SEGMENT_HEADER_BYTES) {
      return true;
    }
  }
  return false;
}
