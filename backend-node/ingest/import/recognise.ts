import { randomUUID } from 'node:crypto';

import type { ByteSource } from './byte-source';
import { candidates, identify, type KnownSource } from './known-sources';

/** What is to be done with a source. */
export interface Recognised {
  /** The source in a form that can be opened from its beginning. */
  source: ByteSource;
  /** Where reading goes on; undefined when there is nothing to read. */
  entry?: KnownSource;
  /** The entry was made just now. */
  fresh: boolean;
  /** What to say of it. */
  message?: string;
}

/** Finds out whether a source is known. A new one is put among the known. */
export async function recognise(
  given: ByteSource,
  known: Map<string, KnownSource>,
  workFolder: string
): Promise<Recognised> {
  const among = candidates(given, known.values());
  // Telling costs a reading of its own, which a stream has only once.
  const source = among.length > 0 ? await given.reopenable(workFolder) : given;
  const identity = await identify(source, among);
  switch (identity.kind) {
    case 'taken':
      return { source, fresh: false, message: 'is in the lake already' };
    case 'grown':
      return { source, entry: identity.entry, fresh: false, message: `goes on at line ${identity.entry.lines + 1}` };
    case 'new': {
      const entry = newEntry();
      known.set(entry.id, entry);
      return { source, entry, fresh: true };
    }
  }
}

function newEntry(): KnownSource {
  return {
    id: randomUUID(),
    position: 0,
    digest: '',
    checkpoints: [],
    lines: 0,
    rows: 0,
    rejected: 0,
    blank: 0,
  };
}
