import { ApitrailError } from '@apitrail/contract';

import type { DecodeContext, Decoded, Decoder } from '../../intake/decoder';
import { Reject } from '../../formats';
import { parseJson } from '../../formats/json';
import { eachLine } from '../../import/lines';
import type { RequestRecord } from '../../normalise';
import { anyTimeReader } from '../../normalise/time';
import { storableText } from '../../normalise/values';
import { boundLines } from '../shared/body-bounds';
import { Collector } from '../shared/collector';
import { Beside } from '../shared/fill-in';
import { boundJson } from '../shared/json-bounds';
import { messageToRecord } from '../shared/message';
import { DATADOG_SINK } from './attributes';
import { recordOfTags } from './tags';

const SOURCE = 'datadog';
/** What is nested deeper is no log: putting it together again would end the process. */
const DEEPEST = 1000;

/** Fields beside a message that may stand in the address, too. */
export const RESERVED = ['ddsource', 'ddtags', 'hostname', 'service'] as const;

/**
 * Decoder of Datadog’s logs: a list of objects, one object, or lines of text. `form` of the parameters is `text` for lines;
 * the others are the reserved attributes in the address.
 */
export const datadogLogs: Decoder = {
  name: 'datadog-logs',
  decode: (body, context) => (isText(context) ? readLines(body, context) : readItems(itemsOf(body), context)),
  // In a list, a log may be a text, or what is none.
  decodeItem: (text, context) =>
    isText(context) ? readLines(Buffer.from(text), context) : readItems([parsed(Buffer.from(text))], context),
};

function isText({ params }: DecodeContext): boolean {
  return params.form === 'text';
}

function readLines(body: Buffer, context: DecodeContext): Decoded {
  boundLines(body);
  const collector = new Collector(SOURCE, context);
  const reader = new LogReader(context);
  eachLine(body, (line) => {
    if (line.trim() !== '') {
      collector.add(reader.read(line), () => line);
    }
  });
  return collector.decoded;
}

function readItems(items: readonly unknown[], context: DecodeContext): Decoded {
  const collector = new Collector(SOURCE, context);
  const reader = new LogReader(context);
  for (const item of items) {
    if (isEmptyObject(item)) {
      // The agent asks with one whether it gets through.
      collector.ignore();
    } else {
      collector.add(reader.read(item), () => JSON.stringify(item));
    }
  }
  return collector.decoded;
}

function itemsOf(body: Buffer): unknown[] {
  const value = parsed(body);
  if (typeof value !== 'object' || value === null) {
    throw new ApitrailError('APITRAIL_BAD_BODY', 'The body is neither a log nor a list of logs.');
  }
  return Array.isArray(value) ? value : [value];
}

function parsed(json: Buffer): unknown {
  boundJson(json, DEEPEST, tooDeep);
  try {
    return parseJson(json.toString('utf8'));
  } catch (cause) {
    throw new ApitrailError('APITRAIL_BAD_BODY', 'The body is not JSON.', { cause });
  }
}

function tooDeep(): ApitrailError {
  return new ApitrailError('APITRAIL_BAD_BODY', `The body is nested deeper than ${DEEPEST} levels.`);
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

/** Makes records of logs. Tags and reserved attributes yield to what a log itself says. */
class LogReader {
  private readonly address: Beside;
  private readonly tags = new Map<string, Beside>();

  private readonly receivedAt: number;

  constructor({ params, receivedAt }: DecodeContext) {
    this.receivedAt = receivedAt;
    this.address = besideOf(params);
  }

  read(item: unknown): RequestRecord | Reject {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      return messageToRecord(item, { writtenAt: this.receivedAt, beside: this.address });
    }
    const { ddtags, timestamp, ...log } = item as Record<string, unknown>;
    const record = messageToRecord(log, { sink: DATADOG_SINK, writtenAt: writtenAt(timestamp) ?? this.receivedAt });
    if (record instanceof Reject) {
      return record;
    }
    if (typeof ddtags === 'string') {
      this.tagsOf(ddtags).fillIn(record);
    }
    this.address.fillIn(record);
    return record;
  }

  private tagsOf(ddtags: string): Beside {
    const known = this.tags.get(ddtags);
    if (known) {
      return known;
    }
    const tags = new Beside(recordOfTags(ddtags));
    this.tags.set(ddtags, tags);
    return tags;
  }
}

const readTime = anyTimeReader();

/** The time of a log, which is that of when it was written: milliseconds or a text, as the agent and loggers send it. */
function writtenAt(timestamp: unknown): number | undefined {
  const micros = typeof timestamp === 'number' || typeof timestamp === 'string' ? readTime(timestamp) : NaN;
  return Number.isSafeInteger(micros) ? micros : undefined;
}

function besideOf({ ddtags = '', ddsource = '', hostname, service }: Readonly<Record<string, string>>): Beside {
  const record = recordOfTags(ddtags);
  record.setAttribute('ddsource', storableText(ddsource));
  if (hostname) {
    record.instance = storableText(hostname);
  }
  if (service) {
    record.service = storableText(service);
  }
  return new Beside(record);
}
