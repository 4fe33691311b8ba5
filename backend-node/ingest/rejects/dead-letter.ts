import { createHash } from 'node:crypto';

/** The longest text of an item that is kept, in characters. */
export const LONGEST_TEXT = 1024 * 1024;

/** `index` of a letter that is a whole body: its decoder could not read any of it. */
export const WHOLE_BODY = -1;

/** Something that was acknowledged and could not be understood, with all it takes to try again. */
export interface DeadLetter {
  /** Number in the write-ahead log of the batch it came with. */
  seq: number;
  /** Its place in the body, as in `DecodedReject`; WHOLE_BODY for all of it. */
  index: number;
  /** The decoder that rejected it, and what that knew beside the body. */
  decoder: string;
  params: Readonly<Record<string, string>>;
  /** When it came in, microseconds since the epoch. */
  receivedAt: number;
  /** Id of the key it came with; empty without keys. */
  from: string;
  reason: string;
  /** The item as the decoder gave it; of a whole body undefined. */
  text?: string;
  /** The whole body, where `index` is WHOLE_BODY. */
  body?: Buffer;
  /** `text` is only the beginning of the item: it cannot be tried again. */
  cut?: boolean;
}

/** What names a letter: the same in every run and on every machine, another for every item that was ever sent. */
export function letterId(letter: DeadLetter): string {
  const { seq, index, decoder, receivedAt, from } = letter;
  return createHash('sha256')
    .update(JSON.stringify([seq, index, decoder, receivedAt, from]))
    .update(letter.body ?? letter.text ?? '')
    .digest('base64url')
    .slice(0, 22);
}

/** A letter as a line of JSON. */
export function serialiseLetter(letter: DeadLetter): string {
  const { body, text, ...rest } = letter;
  const long = text !== undefined && text.length > LONGEST_TEXT;
  return JSON.stringify({
    ...rest,
    ...(text === undefined ? {} : { text: long ? text.slice(0, LONGEST_TEXT) : text }),
    ...(long ? { cut: true } : {}),
    ...(body === undefined ? {} : { body: body.toString('base64') }),
  });
}

/** The letter of a line. */
export function parseLetter(line: string): DeadLetter {
  const { body, ...rest } = JSON.parse(line) as Omit<DeadLetter, 'body'> & { body?: string };
  return body === undefined ? rest : { ...rest, body: Buffer.from(body, 'base64') };
}
