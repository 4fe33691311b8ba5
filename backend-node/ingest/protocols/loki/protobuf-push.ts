import type { BodyBounds } from '../shared/body-bounds';
import { parseLabels } from './labels';
import { MessageReader } from './message-reader';
import { LABEL_BYTES, type LokiEntry, type LokiStream } from './push-request';

const VARINT = 0;
const BYTES = 2;

/** Reads a `logproto.PushRequest`. Throws APITRAIL_BAD_BODY for what is none. */
export function readProtobufPush(body: Buffer, bounds: BodyBounds): LokiStream[] {
  const streams: LokiStream[] = [];
  eachField(new MessageReader(body), {
    1: (reader) => {
      bounds.group();
      streams.push(readStream(reader.message(), bounds));
    },
  });
  return streams;
}

function readStream(message: MessageReader, bounds: BodyBounds): LokiStream {
  const stream: LokiStream = { labels: undefined, entries: [] };
  eachField(message, {
    1: (reader) => {
      const text = reader.text();
      stream.labels = parseLabels(text);
      bounds.take((stream.labels?.size ?? 0) * LABEL_BYTES);
      stream.unreadLabels = stream.labels ? undefined : text;
    },
    2: (reader) => {
      bounds.entries(1);
      stream.entries.push(readEntry(reader.message(), bounds));
    },
  });
  return stream;
}

function readEntry(message: MessageReader, bounds: BodyBounds): LokiEntry {
  const entry: LokiEntry = { time: NaN, line: '' };
  const metadata: Record<string, unknown> = {};
  const readPair = (reader: MessageReader): void => {
    const [name, value] = readLabelPair(reader.message());
    bounds.take(LABEL_BYTES);
    metadata[name] = value;
  };
  eachField(message, {
    1: (reader) => {
      entry.time = readTimestamp(reader.message());
    },
    2: (reader) => {
      entry.line = reader.text();
    },
    3: readPair,
    4: readPair,
  });
  return Object.keys(metadata).length > 0 ? { ...entry, metadata } : entry;
}

function readTimestamp(message: MessageReader): number {
  let seconds = 0;
  let nanos = 0;
  eachField(
    message,
    {
      1: (reader) => {
        seconds = reader.varint();
      },
      2: (reader) => {
        nanos = reader.varint();
      },
    },
    VARINT
  );
  const micros = seconds * 1e6 + Math.floor(nanos / 1000);
  return Number.isSafeInteger(micros) ? micros : NaN;
}

function readLabelPair(message: MessageReader): [string, string] {
  const pair: [string, string] = ['', ''];
  eachField(message, {
    1: (reader) => {
      pair[0] = reader.text();
    },
    2: (reader) => {
      pair[1] = reader.text();
    },
  });
  return pair;
}

/** Reads the fields of a message that are known and of the expected kind, and skips the others. */
function eachField(
  reader: MessageReader,
  known: Record<number, (reader: MessageReader) => unknown>,
  expected: number = BYTES
): void {
  for (let next = reader.next(); next; next = reader.next()) {
    const read = known[next.field];
    if (read && next.wire === expected) {
      read(reader);
    } else {
      reader.skip(next.wire);
    }
  }
}
