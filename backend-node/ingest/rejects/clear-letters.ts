import type { ApitrailError } from '@apitrail/contract';

import { removeIfThere } from '../../lake/durable';
import { letterFiles, settleIfReadable, type LetterFilter } from './letters';
import type { StoredRejects } from './stored-rejects';

/** What was deleted. */
export interface ClearSummary {
  /** Letters that are gone, those of files that could not be read included. */
  cleared: number;
  /** Files that cannot be read and stay, since nobody can say whether they are meant. */
  unreadable: number;
}

/**
 * Deletes the letters that are meant. A file that cannot be read is told to `onProblem`; it goes where all letters are meant
 * whatever they are, or all before a time that is after its newest. Only with the lock of `lockRejects`.
 */
export async function clearLetters(
  lake: string,
  key: Buffer,
  filter: LetterFilter,
  onProblem: (error: ApitrailError) => void
): Promise<ClearSummary> {
  const summary: ClearSummary = { cleared: 0, unreadable: 0 };
  for (const file of await letterFiles(lake)) {
    const unread = await settleIfReadable(file, key, filter, (letters) => {
      summary.cleared += letters.length;
      return Promise.resolve(new Set(letters.map(({ id }) => id)));
    });
    if (unread && isMeantWhole(file, filter)) {
      await removeIfThere(file.path);
      summary.cleared += file.letters;
    } else if (unread) {
      summary.unreadable++;
      onProblem(unread);
    }
  }
  return summary;
}

function isMeantWhole({ newest }: StoredRejects, { since, decoder, reason, before }: LetterFilter): boolean {
  const isAny = since === undefined && decoder === undefined && reason === undefined;
  return isAny && (before === undefined || newest / 1000 < before);
}
