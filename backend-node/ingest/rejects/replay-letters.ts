import { createHash } from 'node:crypto';

import type { ApitrailError } from '@apitrail/contract';

import { letterFiles, settleIfReadable, type LetterFilter, type NamedLetter } from './letters';

/** Takes entries in: through a companion, or in this process. */
export interface ReplayTarget {
  /**
   * Takes in a body of entries of the decoder `replay` and says what became of each. Tries again until it can be said;
   * throws when it never will.
   */
  replay(body: Buffer, idempotencyKey: string): Promise<{ outcomes: Outcome[]; records: number; known: number }>;
}

interface Outcome {
  id: string;
  records: number;
  reason?: string;
}

export interface ReplayOptions {
  lake: string;
  key: Buffer;
  filter: LetterFilter;
  target: ReplayTarget;
  /** Reads them as something else: another decoder, other parameters. */
  readAs?: (letter: NamedLetter) => Pick<NamedLetter, 'decoder' | 'params'>;
  /** Told of each file of letters that cannot be read; the others are tried. */
  onProblem?: (error: ApitrailError) => void;
  /** Called after each body that was sent. */
  onProgress?: (summary: ReplaySummary) => void;
  /** Stops between two bodies; what went in is taken away. */
  signal?: AbortSignal;
}

/** What became of the letters that were meant. */
export interface ReplaySummary {
  /** Letters that were tried. */
  tried: number;
  /** Letters that went in and are taken away. */
  replayed: number;
  /** Requests that were read from them, and how many of these had gone in before. */
  rows: number;
  known: number;
  /** Letters that cannot be read still, and stay. */
  still_rejected: number;
  /** Letters of which only the beginning was kept: they cannot be tried. */
  cut: number;
  /** Files of letters that cannot be read: they are damaged, or of another key. They stay. */
  unreadable: number;
  /** Why letters stay: the commonest reasons. */
  reasons: Array<{ reason: string; letters: number }>;
  interrupted: boolean;
}

const BODY_BYTES = 4 * 1024 * 1024;
const BODY_LETTERS = 500;
const REASONS = 10;

/** Tries letters again: what goes in is taken away, what still cannot be read stays. Only with the lock of `lockRejects`. */
export async function replayLetters(options: ReplayOptions): Promise<ReplaySummary> {
  const { lake, key, filter, signal } = options;
  const summary: ReplaySummary = {
    ...{ tried: 0, replayed: 0, rows: 0, known: 0, still_rejected: 0, cut: 0, unreadable: 0 },
    ...{ reasons: [], interrupted: false },
  };
  const reasons = new Map<string, number>();
  for (const file of await letterFiles(lake)) {
    if (signal?.aborted) {
      break;
    }
    let fault: unknown;
    const unread = await settleIfReadable(file, key, filter, async (letters) => {
      const gone = new Set<string>();
      try {
        await replayAll(letters, options, summary, reasons, gone);
      } catch (error) {
        fault = signal?.aborted ? undefined : error;
      }
      // What went in before something failed is taken away all the same.
      return gone;
    });
    if (unread) {
      summary.unreadable++;
      options.onProblem?.(unread);
    }
    if (fault !== undefined) {
      throw fault;
    }
  }
  summary.interrupted = signal?.aborted ?? false;
  summary.reasons = [...reasons]
    .map(([reason, count]) => ({ reason, letters: count }))
    .sort((a, b) => b.letters - a.letters)
    .slice(0, REASONS);
  return summary;
}

async function replayAll(
  letters: readonly NamedLetter[],
  { target, readAs, onProgress, signal }: ReplayOptions,
  summary: ReplaySummary,
  reasons: Map<string, number>,
  gone: Set<string>
): Promise<void> {
  const whole = letters.filter(({ cut }) => !cut);
  summary.cut += letters.length - whole.length;
  for (const group of bodiesOf(whole)) {
    if (signal?.aborted) {
      return;
    }
    const lines = group.map((letter) => entryOf(letter, readAs));
    const name = createHash('sha256').update(lines.join('\n')).digest('base64url').slice(0, 32);
    const { outcomes, records, known } = await target.replay(Buffer.from(lines.join('\n')), `replay-${name}`);
    summary.tried += group.length;
    summary.rows += records - known;
    summary.known += known;
    for (const { id, reason } of outcomes) {
      if (reason === undefined) {
        gone.add(id);
        summary.replayed++;
      } else {
        summary.still_rejected++;
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    }
    onProgress?.(summary);
  }
}

/** Letters that go together: many items, or one whole body, whose items that still fail become letters of their own. */
function* bodiesOf(letters: readonly NamedLetter[]): Generator<NamedLetter[]> {
  let group: NamedLetter[] = [];
  let size = 0;
  for (const letter of letters) {
    if (letter.body) {
      yield [letter];
      continue;
    }
    const bytes = letter.text?.length ?? 0;
    if (group.length === BODY_LETTERS || (group.length > 0 && size + bytes > BODY_BYTES)) {
      yield group;
      group = [];
      size = 0;
    }
    group.push(letter);
    size += bytes;
  }
  if (group.length > 0) {
    yield group;
  }
}

function entryOf(letter: NamedLetter, readAs: ReplayOptions['readAs']): string {
  const { id, receivedAt, text, body } = letter;
  const { decoder, params } = readAs?.(letter) ?? letter;
  return JSON.stringify({ id, decoder, params, receivedAt, ...(body ? { body: body.toString('base64') } : { text }) });
}
