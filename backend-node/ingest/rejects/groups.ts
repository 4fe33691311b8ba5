import { shownText } from '../import/rejects';
import type { NamedLetter } from './letters';

/** Letters that have the same wrong with them. */
export interface LetterGroup {
  decoder: string;
  /** Id of the key they came with; empty without keys. */
  from: string;
  reason: string;
  letters: number;
  /** Of how many the text is not whole, so that they cannot be tried again. */
  cut: number;
  /** Times at which the oldest and the newest came in, microseconds since the epoch. */
  oldest: number;
  newest: number;
  /** The newest, shortened, with addresses, query strings and what looks like a secret left out. */
  sample: string;
}

/** What is wrong, and how often; what is newest comes first. */
export async function groupLetters(letters: AsyncIterable<NamedLetter>): Promise<LetterGroup[]> {
  const groups = new Map<string, LetterGroup>();
  for await (const letter of letters) {
    const { decoder, from, reason, receivedAt, cut } = letter;
    const name = groupName(letter);
    let group = groups.get(name);
    if (!group) {
      groups.set(
        name,
        (group = { decoder, from, reason, letters: 0, cut: 0, oldest: Infinity, newest: 0, sample: '' })
      );
    }
    group.letters++;
    group.cut += cut ? 1 : 0;
    group.oldest = Math.min(group.oldest, receivedAt);
    if (receivedAt >= group.newest) {
      group.newest = receivedAt;
      group.sample = sampleOf(letter);
    }
  }
  return [...groups.values()].sort((a, b) => b.newest - a.newest || (groupName(a) < groupName(b) ? -1 : 1));
}

/** What letters of one group have in common. */
export const groupName = ({ decoder, from, reason }: Pick<LetterGroup, 'decoder' | 'from' | 'reason'>): string =>
  JSON.stringify([decoder, from, reason]);

function sampleOf({ text, body }: NamedLetter): string {
  if (text === undefined) {
    return `a body of ${body?.length ?? 0} bytes`;
  }
  // Of delimited text and documents with an action, the last line is what is meant.
  return shownText(text.trimEnd().split('\n').at(-1)!);
}
