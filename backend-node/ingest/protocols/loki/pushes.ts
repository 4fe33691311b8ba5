import type { DecodeContext, Decoded, Decoder } from '../../intake/decoder';
import { Reject } from '../../formats';
import { fieldSink, recordOfParsed } from '../../formats/json';
import { IMPOSSIBLE_TIME, RequestRecord } from '../../normalise';
import { isSaneTime } from '../../normalise/time';
import { BodyBounds } from '../shared/body-bounds';
import { Collector } from '../shared/collector';
import { Beside } from '../shared/fill-in';
import { messageToRecord } from '../shared/message';
import { readJsonPush } from './json-push';
import { besideOf, writeLabels } from './labels';
import { readProtobufPush } from './protobuf-push';
import type { LokiEntry, LokiStream } from './push-request';

const SOURCE = 'loki';
const NAMED = fieldSink(undefined);
const NANOS_PER_MICRO = '000';

/** What Loki itself would not take, by stream: the sender is told, what else was sent is kept. */
export interface PushFault {
  stream: number;
  /** How many of its entries. */
  entries: number;
  reason: string;
}

/** Decodes a push, and says what of it was not as Loki has it. */
export function readPush(
  body: Buffer,
  context: DecodeContext
): { decoded: Decoded; entries: number; faults: PushFault[] } {
  const { params, receivedAt, judgedAt = receivedAt } = context;
  const bounds = new BodyBounds();
  const streams = params.form === 'json' ? readJsonPush(body, bounds) : readProtobufPush(body, bounds);
  const collector = new Collector(SOURCE, context, bounds);
  const faults = streams.flatMap((stream, index) => {
    const found = takeStream(stream, collector, judgedAt);
    return [...found].map(([reason, entries]) => ({ stream: index, entries, reason }));
  });
  return { decoded: collector.decoded, entries: collector.items, faults };
}

/** Decoder of Loki’s pushes; `form` of the parameters is `json` or `protobuf`, which is no longer compressed. */
export const lokiPushes: Decoder = {
  name: 'loki-push',
  decode: (body, context) => readPush(body, context).decoded,
  decodeItem: (text, context) =>
    readPush(Buffer.from(text), { ...context, params: { ...context.params, form: 'json' } }).decoded,
};

function takeStream(stream: LokiStream, collector: Collector, judgedAt: number): Map<string, number> {
  const { labels, entries } = stream;
  const faults = new Map<string, number>();
  const beside = labels && labels.size > 0 ? besideOf(labels) : undefined;
  for (const entry of entries) {
    const fault = entry.fault ?? streamFault(labels) ?? timeFault(entry.time, judgedAt);
    if (fault !== undefined) {
      faults.set(fault, (faults.get(fault) ?? 0) + 1);
      collector.reject(fault, pushOf(stream, entry), entry.cut);
      continue;
    }
    const record = recordOf(entry);
    if (record instanceof RequestRecord) {
      beside?.fillIn(record);
    }
    collector.add(record, () => pushOf(stream, entry), beside?.shared);
  }
  return faults;
}

/** A line says more of a request than its metadata, which may tell of one all the same. */
function recordOf({ line, metadata, time }: LokiEntry): RequestRecord | Reject {
  const record = messageToRecord(line, { writtenAt: time });
  if (!metadata) {
    return record;
  }
  if (record instanceof Reject || !record.seen) {
    return messageToRecord({ ...metadata, message: line }, { writtenAt: time });
  }
  const fields = recordOfParsed(metadata, NAMED);
  if (fields instanceof RequestRecord) {
    new Beside(fields).fillIn(record);
  }
  return record;
}

function streamFault(labels: LokiStream['labels']): string | undefined {
  if (!labels) {
    return 'is of a stream whose labels cannot be read';
  }
  return labels.size === 0 ? 'is of a stream without labels' : undefined;
}

function timeFault(time: number, judgedAt: number): string | undefined {
  if (Number.isNaN(time)) {
    return 'has a time that is no number of nanoseconds';
  }
  return isSaneTime(time, judgedAt) ? undefined : IMPOSSIBLE_TIME;
}

/** A push of one entry, as JSON; what of it could not be read stands in it as it came. */
function pushOf({ labels, unreadLabels = '' }: LokiStream, { time, line, metadata, unread }: LokiEntry): string {
  const nanos = Number.isNaN(time) ? '' : `${time}${NANOS_PER_MICRO}`;
  const stream = labels ? { labels: writeLabels(labels) } : labelsAsSent(unreadLabels);
  if (unread !== undefined && !Array.isArray(unread)) {
    return JSON.stringify({ streams: [{ ...stream, entries: [unread] }] });
  }
  return JSON.stringify({
    streams: [{ ...stream, values: [unread ?? [nanos, line, ...(metadata ? [metadata] : [])]] }],
  });
}

function labelsAsSent(labels: unknown): { labels: string } | { stream: unknown } {
  return typeof labels === 'string' ? { labels } : { stream: labels };
}
