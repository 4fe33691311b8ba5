import { ApitrailError } from '@apitrail/contract';

import { listRejectFiles, WHOLE_BODY } from '../rejects';
import { readRejectFile } from '../rejects/reject-file';

/** How often it is looked, ms. */
const EVERY_MS = 15_000;

export interface SetAside {
  lake: string;
  /** The key of the dead letters. */
  key: Buffer;
  /** Numbers of the batches. */
  seqs: readonly number[];
}

/**
 * Whether any batch that was set aside still lies among the dead letters, of which `apitrail rejects` takes what went in. A
 * file that cannot be read may have it.
 */
export async function isSetAside({ lake, key, seqs }: SetAside): Promise<boolean> {
  const files = await listRejectFiles(lake);
  for (const { path } of files.filter(({ from, to }) => seqs.some((seq) => seq >= from && seq <= to))) {
    try {
      for await (const { seq, index } of readRejectFile(path, key)) {
        if (index === WHOLE_BODY && seqs.includes(seq)) {
          return true;
        }
      }
    } catch (error) {
      if (!(error instanceof ApitrailError)) {
        throw error;
      }
      return true;
    }
  }
  return false;
}

/** Tells once that none of the batches lies among the dead letters any more. Gives what ends looking. */
export function watchSetAside(batches: SetAside, onSettled: () => void, everyMs = EVERY_MS): () => void {
  let looking = false;
  const timer = setInterval(() => {
    if (looking) {
      return;
    }
    looking = true;
    isSetAside(batches)
      .then(
        (is) => {
          if (!is) {
            clearInterval(timer);
            onSettled();
          }
        },
        // Put together or taken away meanwhile: it is looked again.
        () => undefined
      )
      .finally(() => (looking = false));
  }, everyMs).unref();
  return () => clearInterval(timer);
}
