import { ApitrailError } from '@apitrail/contract';

import type { Decoded, DecodeContext, Decoder, DecodedReject } from '../../intake/decoder';
import type { RequestRecord } from '../../normalise';
import { parseEntry, type ReplayEntry } from './entry';

/** What became of an entry that was tried again. */
export interface ReplayOutcome {
  id: string;
  /** Requests that were read from it. */
  records: number;
  /** Why it cannot be read still; it stays where it is. */
  reason?: string;
}

/** Finds a decoder by its name. */
export type DecoderNamed = (name: string) => Decoder | undefined;

/** Name of the decoder below. */
export const REPLAY_DECODER = 'replay';

/**
 * Dead letters that are tried again, one a line. What cannot be read still is no reject: it lies among the dead letters
 * already. Of a whole body that can be read now, items that cannot are. Each record has an id, so that it counts once.
 */
export const replayDecoder = (decoderNamed: DecoderNamed): Decoder => ({
  name: REPLAY_DECODER,
  decode: (body, { receivedAt }) => decodeEntries(body, decoderNamed, receivedAt).decoded,
});

/** What a body of entries that came in at `judgedAt` (µs) becomes, and what becomes of each of them. */
export function decodeEntries(
  body: Buffer,
  decoderNamed: DecoderNamed,
  judgedAt: number
): { decoded: Decoded; outcomes: ReplayOutcome[] } {
  const records: RequestRecord[] = [];
  const indexes: number[] = [];
  const ids: string[] = [];
  const rejects: DecodedReject[] = [];
  let ignored = 0;
  const outcomes = entriesOf(body).map((entry, index): ReplayOutcome => {
    const again = decodeAgain(entry, decoderNamed, judgedAt);
    if (typeof again === 'string') {
      return { id: entry.id, records: 0, reason: again };
    }
    const first = again.rejects[0];
    if (first && (entry.text !== undefined || again.records.length === 0)) {
      return { id: entry.id, records: 0, reason: first.reason };
    }
    again.records.forEach((record, number) => {
      records.push(record);
      indexes.push(index);
      ids.push(`${entry.id}.${number}`);
    });
    ignored += again.ignored ?? 0;
    again.rejects.forEach((reject) => {
      const { reason, cut = false } = reject;
      rejects.push({ index, reason, text: letterOf(entry, reject), ...(cut ? { cut } : {}) });
    });
    return { id: entry.id, records: again.records.length };
  });
  return { decoded: { records, indexes, ids, rejects, ignored }, outcomes };
}

/** Throws APITRAIL_BAD_BODY when a line is no entry. */
function entriesOf(body: Buffer): ReplayEntry[] {
  const lines = body.toString('utf8').split('\n');
  return lines.flatMap((line, index) => {
    const entry = parseEntry(line);
    if (!entry && line.trim() !== '') {
      throw new ApitrailError(
        'APITRAIL_BAD_BODY',
        `Line ${index + 1} is no dead letter. Send it with apitrail rejects replay.`,
        {
          where: `line ${index + 1}`,
        }
      );
    }
    return entry ?? [];
  });
}

/** What a decoder makes of an entry now, or why nothing. */
function decodeAgain(
  { decoder: name, params, receivedAt, text, body }: ReplayEntry,
  decoderNamed: DecoderNamed,
  judgedAt: number
): Decoded | string {
  const decoder = decoderNamed(name);
  if (!decoder) {
    return `this Apitrail has no decoder ${name}`;
  }
  const context: DecodeContext = { params, receivedAt, judgedAt: Math.max(receivedAt, judgedAt), recordsOnly: true };
  try {
    return text === undefined
      ? decoder.decode(Buffer.from(body!, 'base64'), context)
      : (decoder.decodeItem?.(text, context) ?? decoder.decode(Buffer.from(text), context));
  } catch (error) {
    return error instanceof ApitrailError ? error.message.replace(/\.$/, '') : 'its decoder fails on it';
  }
}

/** An item of a whole body as an entry of its own. */
function letterOf(entry: ReplayEntry, { index, text, params = entry.params }: DecodedReject): string {
  const { id, decoder, receivedAt } = entry;
  return JSON.stringify({ id: `${id}.r${index}`.slice(-64), decoder, params, receivedAt, text });
}
