import { ApitrailError } from '@apitrail/contract';

import { hasCode, removeIfThere } from '../../lake/durable';
import { letterId, WHOLE_BODY, type DeadLetter } from './dead-letter';
import { readRejectFile, writeRejectFile } from './reject-file';
import { isWithinOther, listRejectFiles, type StoredRejects } from './stored-rejects';

/** Which dead letters are meant. */
export interface LetterFilter {
  /** Not older and not younger than, ms since the epoch. */
  since?: number;
  before?: number;
  decoder?: string;
  /** Part of the reason, upper and lower case alike. */
  reason?: string;
}

/** A letter with its name. One that was tried again as part of a whole body appears as what it is. */
export interface NamedLetter extends DeadLetter {
  id: string;
}

/** Files of dead letters that count, oldest first: what was put together and not yet taken away is left out. */
export async function letterFiles(lake: string): Promise<StoredRejects[]> {
  const files = await listRejectFiles(lake);
  return files.filter((file) => !isWithinOther(file, files));
}

/** All letters that are meant. What cannot be read is told to `onProblem`, and the other files are read. */
export async function* lettersOf(
  lake: string,
  key: Buffer,
  filter: LetterFilter,
  onProblem: (error: ApitrailError) => void
): AsyncGenerator<NamedLetter> {
  for (const { path } of await letterFiles(lake)) {
    try {
      for await (const letter of readRejectFile(path, key)) {
        if (matches(letter, filter)) {
          yield named(letter);
        }
      }
    } catch (error) {
      // Replayed, cleared or put together with others meanwhile.
      if (hasCode(error, 'ENOENT')) {
        continue;
      }
      if (!(error instanceof ApitrailError)) {
        throw error;
      }
      onProblem(error);
    }
  }
}

/**
 * Goes through the letters of a file that are meant and takes away those that `settle` names by their id; the rest stays.
 * Only with the lock of `lockRejects`.
 */
export async function settleLetters(
  { path }: StoredRejects,
  key: Buffer,
  filter: LetterFilter,
  settle: (letters: readonly NamedLetter[]) => Promise<ReadonlySet<string>>
): Promise<void> {
  const all: NamedLetter[] = [];
  for await (const letter of readRejectFile(path, key)) {
    all.push({ ...letter, id: letterId(letter) });
  }
  const gone = await settle(all.filter((letter) => matches(letter, filter)).map((letter) => named(letter)));
  const left = all.filter(({ id }) => !gone.has(id));
  if (left.length === 0) {
    await removeIfThere(path);
  } else if (left.length < all.length) {
    await writeRejectFile(
      path,
      key,
      left.map(({ id: _, ...letter }) => letter)
    );
  }
}

/**
 * The same, but gives the reason when the file cannot be read: it is damaged, or of another key. Then nothing is settled and it
 * stays as it is. One that is gone meanwhile has nothing to settle.
 */
export async function settleIfReadable(
  file: StoredRejects,
  key: Buffer,
  filter: LetterFilter,
  settle: (letters: readonly NamedLetter[]) => Promise<ReadonlySet<string>>
): Promise<ApitrailError | undefined> {
  let isRead = false;
  try {
    await settleLetters(file, key, filter, (letters) => {
      isRead = true;
      return settle(letters);
    });
    return undefined;
  } catch (error) {
    if (!isRead && hasCode(error, 'ENOENT')) {
      return undefined;
    }
    if (!isRead && error instanceof ApitrailError) {
      return error;
    }
    throw error;
  }
}

function matches(letter: DeadLetter, { since, before, decoder, reason }: LetterFilter): boolean {
  const atMs = letter.receivedAt / 1000;
  return (
    !(since !== undefined && atMs < since) &&
    !(before !== undefined && atMs >= before) &&
    !(decoder !== undefined && unwrapped(letter).decoder !== decoder) &&
    !(reason !== undefined && !letter.reason.toLowerCase().includes(reason.toLowerCase()))
  );
}

function named(letter: DeadLetter): NamedLetter {
  return { ...unwrapped(letter), id: letterId(letter) };
}

/** An item of a body that was tried again lies in the letter of that attempt: this is the item itself. */
function unwrapped(letter: DeadLetter): DeadLetter {
  if (letter.decoder !== 'replay' || letter.text === undefined || letter.cut || letter.index === WHOLE_BODY) {
    return letter;
  }
  const inner = JSON.parse(letter.text) as Pick<DeadLetter, 'decoder' | 'params' | 'text'>;
  return { ...letter, decoder: inner.decoder, params: inner.params, text: inner.text ?? '' };
}
