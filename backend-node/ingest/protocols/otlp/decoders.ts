import { decodeJson } from './json-export';
import { readJsonLogRecord } from './json-log-record';
import { readJsonSpan } from './json-span';
import { decodeProtobuf } from './protobuf-export';
import { readLogRecord } from './protobuf-log-record';
import { readSpan } from './protobuf-span';
import type { Decoder } from '../../intake/decoder';

/** ExportTraceServiceRequest in protobuf. */
export const tracesProtobuf: Decoder = {
  name: 'otlp-traces-protobuf',
  decode: (body, { receivedAt }) => decodeProtobuf(body, receivedAt, readSpan),
};

/** ExportTraceServiceRequest in JSON. */
export const tracesJson: Decoder = {
  name: 'otlp-traces-json',
  decode: (body, { receivedAt }) =>
    decodeJson(body, receivedAt, { resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' }, readJsonSpan),
};

/** ExportLogsServiceRequest in protobuf. */
export const logsProtobuf: Decoder = {
  name: 'otlp-logs-protobuf',
  decode: (body, { receivedAt }) => decodeProtobuf(body, receivedAt, readLogRecord),
};

/** ExportLogsServiceRequest in JSON. */
export const logsJson: Decoder = {
  name: 'otlp-logs-json',
  decode: (body, { receivedAt }) =>
    decodeJson(
      body,
      receivedAt,
      { resources: 'resourceLogs', scopes: 'scopeLogs', items: 'logRecords' },
      readJsonLogRecord
    ),
};
