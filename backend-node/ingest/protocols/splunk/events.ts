import type { DecodeContext, Decoder } from '../../intake/decoder';
import { Reject } from '../../formats';
import { fieldSink, parseJson, recordOfParsed } from '../../formats/json';
import type { RequestRecord } from '../../normalise';
import { Collector } from '../shared/collector';
import { boundJson } from '../shared/json-bounds';
import { Beside } from '../shared/fill-in';
import { messageToRecord } from '../shared/message';
import type { HecOutcome } from './hec-reply';
import { DEEPEST, jsonValues, type JsonText } from '../shared/json-values';
import { besideOf, formatOf, hecTime, METADATA_TEXTS, type EventMetadata } from './metadata';

/** What is wrong with a request, and from which event on, counted from 0. */
export interface EventFault {
  outcome: HecOutcome;
  event: number;
}

const NAMED = fieldSink(undefined);

/** Source of rows whose sender names none. */
export const SPLUNK_SOURCE = 'splunk';

/**
 * Reads events, JSON objects one behind the other or in lists. Metadata of an event hold for those behind it that have none
 * of their own. As in Splunk, a bad event ends the reading: what stands before it counts, what stands behind does not.
 */
export function readEvents(body: Buffer, context: DecodeContext): Collector & { fault?: EventFault } {
  const collector: Collector & { fault?: EventFault } = new Collector(SPLUNK_SOURCE, context);
  const reader = new EventReader(collector, context.params, context.receivedAt);
  boundJson(body, DEEPEST);
  for (const value of jsonValues(body.toString('utf8'))) {
    const outcome = reader.read(value);
    if (outcome) {
      collector.fault = { outcome, event: collector.items - 1 };
      break;
    }
  }
  return collector;
}

/** Decoder of the `event` endpoint. */
export const splunkEvents: Decoder = {
  name: 'splunk-event',
  decode: (body, context) => readEvents(body, context).decoded,
};

class EventReader {
  private readonly metadata: EventMetadata;
  private beside: Beside;

  constructor(
    private readonly collector: Collector,
    params: Readonly<Record<string, string>>,
    private readonly receivedAt: number
  ) {
    this.metadata = metadataOf(params);
    this.beside = besideOf(this.metadata);
  }

  /** Takes the events of a JSON value in; says what is wrong when one is bad. */
  read({ text, whole }: JsonText): HecOutcome | undefined {
    const value = whole ? parsed(text) : undefined;
    for (const event of Array.isArray(value) ? (value as unknown[]) : [value]) {
      const outcome = this.readEvent(event);
      if (outcome) {
        this.collector.reject(REASONS[outcome] ?? 'is no event', value === undefined ? text : this.wholeEvent(event));
        return outcome;
      }
    }
    return undefined;
  }

  private readEvent(value: unknown): HecOutcome | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return 'invalidFormat';
    }
    const envelope = value as Record<string, unknown>;
    const { event, fields } = envelope;
    const fault = eventFault(event) ?? fieldsFault(fields) ?? this.takeMetadata(envelope);
    if (fault) {
      return fault;
    }
    // An event of that name has a measurement in its fields.
    if (event === 'metric') {
      this.collector.ignore();
      return undefined;
    }
    this.collector.add(this.recordOf(event, fields), () => this.wholeEvent({ event, fields }));
    return undefined;
  }

  private recordOf(event: unknown, fields: unknown): RequestRecord | Reject {
    const { time, sourcetype } = this.metadata;
    const format = formatOf(sourcetype);
    const record = messageToRecord(event, { writtenAt: time ?? this.receivedAt, ...(format ? { format } : {}) });
    if (record instanceof Reject) {
      return record;
    }
    const indexed = fields ? recordOfParsed(fields, NAMED) : undefined;
    if (indexed && !(indexed instanceof Reject)) {
      new Beside(indexed).fillIn(record);
    }
    this.beside.fillIn(record);
    return record;
  }

  /** An event with all that holds for it, so that it can stand alone. */
  private wholeEvent(envelope: unknown): string {
    if (typeof envelope !== 'object' || envelope === null || Array.isArray(envelope)) {
      return JSON.stringify(envelope);
    }
    const { time, ...texts } = this.metadata;
    return JSON.stringify({ ...(time === undefined ? {} : { time: time / 1e6 }), ...texts, ...envelope });
  }

  private takeMetadata(envelope: Record<string, unknown>): HecOutcome | undefined {
    const { time } = envelope;
    if (time !== undefined && time !== null) {
      const micros = hecTime(time);
      if (Number.isNaN(micros)) {
        return 'invalidFormat';
      }
      this.metadata.time = micros;
    }
    let changed = false;
    for (const name of METADATA_TEXTS) {
      const text = envelope[name];
      if (typeof text === 'string' && text !== this.metadata[name]) {
        this.metadata[name] = text;
        changed = true;
      }
    }
    if (changed) {
      this.beside = besideOf(this.metadata);
    }
    return undefined;
  }
}

const REASONS: Partial<Record<HecOutcome, string>> = {
  invalidFormat: 'is not an event in JSON, or its time cannot be read',
  eventRequired: 'has no event',
  eventBlank: 'has a blank event',
  invalidFields: 'its fields are not a flat object',
};

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function eventFault(event: unknown): HecOutcome | undefined {
  if (event === undefined || event === null) {
    return 'eventRequired';
  }
  const blank = typeof event === 'string' ? event.trim() === '' : typeof event === 'object' && isEmpty(event);
  return blank ? 'eventBlank' : undefined;
}

function isEmpty(value: object): boolean {
  return !Array.isArray(value) && Object.keys(value).length === 0;
}

function fieldsFault(fields: unknown): HecOutcome | undefined {
  if (fields === undefined || fields === null) {
    return undefined;
  }
  const isFlat =
    typeof fields === 'object' &&
    !Array.isArray(fields) &&
    Object.values(fields).every((value) => typeof value !== 'object' || value === null || isFlatList(value));
  return isFlat ? undefined : 'invalidFields';
}

function isFlatList(value: object): boolean {
  return Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null);
}

/** Metadata in the parameters of the address. */
export function metadataOf(params: Readonly<Record<string, string>>): EventMetadata {
  const time = params.time === undefined ? NaN : hecTime(params.time);
  const texts = METADATA_TEXTS.flatMap((name) => (params[name] ? [[name, params[name]]] : []));
  return { ...(Object.fromEntries(texts) as EventMetadata), ...(Number.isNaN(time) ? {} : { time }) };
}
