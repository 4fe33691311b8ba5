import type { Resource } from './resource';
import type { AttributeValue } from './attribute-value';
import { setIds, type Id } from './ids';
import type { Items } from './items';
import type { Nanos } from './wire-reader';
import { RequestRecord } from '../../normalise';
import { recordBytes } from '../shared/body-bounds';
import { Beside } from '../shared/fill-in';
import { messageToRecord } from '../shared/message';

/** A longer text is not looked at: what a line of an import may have. */
const LONGEST_BODY = 1024 * 1024;

/** What OTLP says of a log record outside its attributes. */
export class LogFacts {
  readonly time: Nanos = { micros: NaN, rest: 0 };
  readonly observed: Nanos = { micros: NaN, rest: 0 };
  traceId: Id = undefined;
  spanId: Id = undefined;
  severity = '';
  eventName = '';
  body: AttributeValue | undefined = undefined;

  reset(): void {
    this.time.micros = NaN;
    this.observed.micros = NaN;
    this.traceId = undefined;
    this.spanId = undefined;
    this.severity = '';
    this.eventName = '';
    this.body = undefined;
  }
}

/**
 * Ends a log record. One whose attributes say what was asked for and how it ended is a request, and so is one whose body
 * does: a line of an access log, a JSON text or a map. Others, which services write by the way, are passed over.
 */
export function takeLogRecord(items: Items, facts: LogFacts, resource: Resource): void {
  const attributes = items.record;
  items.contested.settle(attributes);
  const record = describesRequest(attributes) ? withBody(attributes, facts) : requestOfBody(attributes, facts);
  if (!record) {
    if (items.tooMuch() !== undefined && attributes.seen) {
      items.take(attributes, undefined, resource);
    } else {
      items.ignore();
    }
    return;
  }
  if (Number.isNaN(record.time)) {
    // It was written when the request had ended.
    const written = Number.isNaN(facts.time.micros) ? facts.observed.micros : facts.time.micros;
    record.time = written - Math.round((record.duration_ms ?? 0) * 1000);
  }
  items.contested.settleException(record);
  setIds(record, facts);
  record.setAttribute('severity_text', facts.severity);
  record.setAttribute('event.name', facts.eventName);
  record.direction ??= 'server';
  resource.fillIn(record);
  // A body may have more than the attributes beside it.
  items.take(record, undefined, resource, recordBytes(record, resource.record.attributes));
}

/** What was asked for, and how it ended: a path alone may be that of a file. */
function describesRequest(record: RequestRecord): boolean {
  return (
    (record.method !== undefined || record.path !== undefined || record.route !== undefined) &&
    (record.status !== undefined || record.duration_ms !== undefined)
  );
}

function withBody(record: RequestRecord, { body }: LogFacts): RequestRecord {
  if (typeof body === 'string' && body.length <= LONGEST_BODY) {
    record.setAttribute('body', body);
  }
  return record;
}

function requestOfBody(attributes: RequestRecord, { body }: LogFacts): RequestRecord | undefined {
  if ((typeof body !== 'string' || body.length > LONGEST_BODY) && (typeof body !== 'object' || Array.isArray(body))) {
    return undefined;
  }
  const record = messageToRecord(body, { beside: new Beside(attributes) });
  if (!(record instanceof RequestRecord) || !record.seen) {
    return undefined;
  }
  const line = typeof body === 'string' && !body.trimStart().startsWith('{');
  return line || describesRequest(record) ? record : undefined;
}
