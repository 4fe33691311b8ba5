import { ApitrailError } from '@apitrail/contract';

import { isDeeperThan, parseJson } from '../../formats/json';
import { isoTimeReader } from '../../normalise/time';
import type { BodyBounds } from '../shared/body-bounds';
import { boundJson } from '../shared/json-bounds';
import { parseLabels } from './labels';
import { LABEL_BYTES, type LokiEntry, type LokiStream } from './push-request';

const LABEL = /^[A-Za-z_][A-Za-z0-9_]*$/;
const NANOSECONDS = /^\d{1,19}$/;
/** What is nested deeper is not kept: putting it together again would end the process. */
const DEEPEST = 100;
const readIso = isoTimeReader();

/**
 * Reads the JSON of a push: `{"streams":[{"stream":{…labels},"values":[["<ns>","line",{…metadata}]]}]}`, and the older form
 * with `labels` as text and `entries` of `ts` and `line`. Throws APITRAIL_BAD_BODY for what is no push.
 */
export function readJsonPush(body: Buffer, bounds: BodyBounds): LokiStream[] {
  boundJson(body);
  let push: unknown;
  try {
    push = parseJson(body.toString('utf8'));
  } catch (cause) {
    throw new ApitrailError('APITRAIL_BAD_BODY', 'The body is not JSON.', { cause });
  }
  const streams = isObject(push) ? push.streams : undefined;
  if (!Array.isArray(streams)) {
    throw new ApitrailError('APITRAIL_BAD_BODY', 'The body has no list of streams.');
  }
  bounds.group(streams.length);
  return streams.map((stream) => readStream(stream, bounds));
}

function readStream(stream: unknown, bounds: BodyBounds): LokiStream {
  if (!isObject(stream)) {
    return { labels: undefined, entries: [noEntry(stream)] };
  }
  const { stream: sent, values, labels: text, entries } = stream;
  const labels = isObject(sent) ? labelsOf(sent) : typeof text === 'string' ? parseLabels(text) : undefined;
  const listed = Array.isArray(values) ? values : Array.isArray(entries) ? entries : [];
  bounds.entries(listed.length);
  bounds.take((labels?.size ?? 0) * LABEL_BYTES);
  return {
    ...{ labels, ...(labels || isDeep(sent ?? text) ? {} : { unreadLabels: sent ?? text }) },
    entries: listed.map(Array.isArray(values) ? readValue : readEntry),
  };
}

function labelsOf(object: Record<string, unknown>): Map<string, string> | undefined {
  const labels = new Map<string, string>();
  for (const [name, value] of Object.entries(object)) {
    if (!LABEL.test(name) || typeof value === 'object') {
      return undefined;
    }
    labels.set(name, String(value));
  }
  return labels;
}

function readValue(value: unknown): LokiEntry {
  const [time, line, metadata] = Array.isArray(value) ? (value as unknown[]) : [];
  return entryOf(value, time, line, metadata);
}

function readEntry(entry: unknown): LokiEntry {
  return isObject(entry)
    ? entryOf(entry, entry.ts ?? entry.timestamp, entry.line, entry.structuredMetadata)
    : noEntry(entry);
}

function entryOf(sent: unknown, time: unknown, line: unknown, metadata: unknown): LokiEntry {
  if (typeof line !== 'string' || (typeof time !== 'string' && typeof time !== 'number')) {
    return noEntry(sent);
  }
  if (metadata !== undefined && metadata !== null && !isFlat(metadata)) {
    return { ...noEntry(sent), fault: 'has structured metadata that are no object of texts' };
  }
  const micros = timeOf(String(time));
  return { time: micros, line, ...(metadata ? { metadata } : {}), ...(Number.isNaN(micros) ? { unread: sent } : {}) };
}

function noEntry(unread: unknown): LokiEntry {
  const kept = isDeep(unread) ? { cut: true } : { unread };
  return { time: NaN, line: '', fault: 'is no pair of time and line', ...kept };
}

/** Microseconds of nanoseconds, or of a time as text. */
function timeOf(text: string): number {
  return NANOSECONDS.test(text) ? Number(text.slice(0, -3)) : readIso(text);
}

function isDeep(value: unknown): boolean {
  return typeof value === 'object' && value !== null && isDeeperThan(value, DEEPEST);
}

function isFlat(value: unknown): value is Record<string, unknown> {
  return isObject(value) && Object.values(value).every((item) => typeof item !== 'object');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
