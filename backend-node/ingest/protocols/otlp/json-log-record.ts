import { readAttributes, type JsonItemReader } from './json-export';
import { idAt, nanosAt, textAt, valueAt } from './json-values';
import { LogFacts, takeLogRecord } from './log-record';
import { LOG_FIELDS } from './signals';

const facts = new LogFacts();

/** A LogRecord in JSON. */
export const readJsonLogRecord: JsonItemReader = (log, items, resource, where) => {
  facts.reset();
  readAttributes(log, items, LOG_FIELDS, where);
  nanosAt(log.timeUnixNano, facts.time, `${where}.timeUnixNano`);
  nanosAt(log.observedTimeUnixNano, facts.observed, `${where}.observedTimeUnixNano`);
  facts.severity = textAt(log.severityText, `${where}.severityText`);
  facts.body = valueAt(log.body, `${where}.body`);
  facts.traceId = idAt(log.traceId, 32, `${where}.traceId`);
  facts.spanId = idAt(log.spanId, 16, `${where}.spanId`);
  facts.eventName = textAt(log.eventName, `${where}.eventName`);
  takeLogRecord(items, facts, resource);
};
