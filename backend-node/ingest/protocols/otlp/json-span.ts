import { readAttributes, type JsonItemReader } from './json-export';
import { enumAt, idAt, listAt, nanosAt, objectAt, textAt } from './json-values';
import { EXCEPTION_FIELDS, SPAN_FIELDS } from './signals';
import { CLIENT, SERVER, SpanFacts, takeSpan } from './span';

const KINDS = [
  'SPAN_KIND_UNSPECIFIED',
  'SPAN_KIND_INTERNAL',
  'SPAN_KIND_SERVER',
  'SPAN_KIND_CLIENT',
  'SPAN_KIND_PRODUCER',
  'SPAN_KIND_CONSUMER',
];
const STATUSES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

const facts = new SpanFacts();

/** A Span in JSON. */
export const readJsonSpan: JsonItemReader = (span, items, resource, where) => {
  facts.reset();
  facts.kind = enumAt(span.kind, KINDS, `${where}.kind`);
  if (facts.kind === SERVER || facts.kind === CLIENT) {
    readAttributes(span, items, SPAN_FIELDS, where);
    listAt(span.events, `${where}.events`).forEach((one, index) => {
      const place = `${where}.events[${index}]`;
      const event = objectAt(one, place);
      if (event.name === 'exception') {
        items.contested.forgetException();
        readAttributes(event, items, EXCEPTION_FIELDS, place);
      }
    });
    facts.traceId = idAt(span.traceId, 32, `${where}.traceId`);
    facts.spanId = idAt(span.spanId, 16, `${where}.spanId`);
    facts.traceState = textAt(span.traceState, `${where}.traceState`);
    nanosAt(span.startTimeUnixNano, facts.start, `${where}.startTimeUnixNano`);
    nanosAt(span.endTimeUnixNano, facts.end, `${where}.endTimeUnixNano`);
    const status = objectAt(span.status, `${where}.status`);
    facts.statusCode = enumAt(status.code, STATUSES, `${where}.status.code`);
    facts.statusMessage = textAt(status.message, `${where}.status.message`);
  }
  takeSpan(items, facts, resource);
};
