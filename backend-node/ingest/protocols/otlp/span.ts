import type { Resource } from './resource';
import { setIds, type Id } from './ids';
import type { Items } from './items';
import { weightOfTraceState } from './sampling';
import type { Nanos } from './wire-reader';
import { weightField } from '../../normalise/fields';
import { LONGEST_DURATION_MS } from '../../normalise/values';

/** SpanKind of OTLP: who served and who asked. Others (internal, producer, consumer) are no requests. */
export const SERVER = 2;
export const CLIENT = 3;
/** StatusCode of OTLP. */
const ERROR = 2;

/** What OTLP says of a span outside its attributes. */
export class SpanFacts {
  kind = 0;
  traceId: Id = undefined;
  spanId: Id = undefined;
  traceState = '';
  readonly start: Nanos = { micros: NaN, rest: 0 };
  readonly end: Nanos = { micros: NaN, rest: 0 };
  statusCode = 0;
  statusMessage = '';

  reset(): void {
    this.kind = 0;
    this.traceId = undefined;
    this.spanId = undefined;
    this.traceState = '';
    this.start.micros = NaN;
    this.end.micros = NaN;
    this.statusCode = 0;
    this.statusMessage = '';
  }
}

/** Ends a span: an HTTP request that was served or made becomes a record, others are passed over. */
export function takeSpan(items: Items, facts: SpanFacts, resource: Resource): void {
  const { kind, start, end } = facts;
  const { record, contested } = items;
  if (kind !== SERVER && kind !== CLIENT) {
    items.ignore();
    return;
  }
  record.direction = kind === SERVER ? 'server' : 'client';
  contested.settle(record);
  const called = record.method !== undefined || record.status !== undefined;
  // What is called through a system of its own, such as a database over HTTP, has a span beneath it for the HTTP call.
  if (kind === CLIENT ? !called || contested.hasSystem : !record.seen || (!called && contested.hasSystem)) {
    items.ignore();
    return;
  }
  record.time = start.micros;
  if (!Number.isNaN(end.micros) && !Number.isNaN(start.micros)) {
    const duration = ((end.micros - start.micros) * 1000 + (end.rest - start.rest)) / 1e6;
    if (duration >= 0 && duration <= LONGEST_DURATION_MS) {
      record.duration_ms = duration;
    } else {
      record.duration_ms = undefined;
      record.dropValue('duration_ms');
    }
  }
  setIds(record, facts);
  if (facts.statusCode === ERROR || (record.status ?? 0) >= 500) {
    contested.settleException(record);
    if (facts.statusCode === ERROR && facts.statusMessage !== '') {
      record.error_message ??= facts.statusMessage;
    }
  }
  if (facts.traceState !== '') {
    const weight = weightOfTraceState(facts.traceState);
    if (weight !== undefined) {
      record.weight = undefined;
      weightField(record, weight);
    }
  }
  resource.fillIn(record);
  items.take(record, idOf(facts), resource);
}

/**
 * A span that a sender sends again, because it got no answer, is the same span. Zipkin’s libraries give both sides of a call
 * the same id, so the side is part of it.
 */
function idOf({ kind, traceId, spanId }: SpanFacts): string | undefined {
  return !traceId || !spanId ? undefined : kind === CLIENT ? `${traceId}:${spanId}:client` : `${traceId}:${spanId}`;
}
