import { Beside } from '../shared/fill-in';
import type { TextFormat } from '../shared/message';
import { RequestRecord } from '../../normalise';
import { epochMicros, guessEpochUnit } from '../../normalise/time';
import { storableText } from '../../normalise/values';

/** What Splunk knows of an event beside it. */
export interface EventMetadata {
  /** µs since the epoch. */
  time?: number;
  host?: string;
  source?: string;
  sourcetype?: string;
  index?: string;
}

/** Metadata that are text. */
export const METADATA_TEXTS = ['host', 'source', 'sourcetype', 'index'] as const;

const COMBINED = /^(?:access_(?:combined|common)|apache:access|nginx:(?:plus:)?access)/;
const JSON_TYPE = /(?:^_?json|[:_]json)(?:$|[:_])/;

/** Microseconds of a time as Splunk takes it: seconds as a number or text, with a fraction; larger ones are ms, µs, ns. */
export function hecTime(value: unknown): number {
  const count = typeof value === 'string' || typeof value === 'number' ? Number(value) : NaN;
  const micros = count >= 0 ? epochMicros(value as string | number, guessEpochUnit(count)) : NaN;
  return Number.isSafeInteger(micros) ? micros : NaN;
}

/** The format a source type speaks of. */
export function formatOf(sourcetype: string | undefined): TextFormat | undefined {
  if (sourcetype === undefined) {
    return undefined;
  }
  return JSON_TYPE.test(sourcetype) ? 'json' : COMBINED.test(sourcetype) ? 'combined' : undefined;
}

/** Metadata as columns: the host an event comes from is the instance, its source the source. */
export function besideOf({ host, source, sourcetype, index }: EventMetadata): Beside {
  const record = new RequestRecord();
  record.instance = textOf(host);
  record.source = textOf(source);
  record.setAttribute('sourcetype', textOf(sourcetype) ?? '');
  record.setAttribute('index', textOf(index) ?? '');
  return new Beside(record);
}

function textOf(text: string | undefined): string | undefined {
  return text ? storableText(text) : undefined;
}
