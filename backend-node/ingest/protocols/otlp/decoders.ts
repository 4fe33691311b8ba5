import { LOGS, TRACES } from './item-text';
import { decodeJson } from './json-export';
import { readJsonLogRecord } from './json-log-record';
import { readJsonSpan } from './json-span';
import { decodeProtobuf } from './protobuf-export';
import { readLogRecord } from './protobuf-log-record';
import { LOG_RECORD, SPAN } from './protobuf-shapes';
import { readSpan } from './protobuf-span';
import { SpanRowReader } from './span-row-reader';
import type { DecodeContext, Decoded, Decoder } from '../../intake/decoder';

const readTraces = (body: Buffer, context: DecodeContext): Decoded => decodeJson(body, context, TRACES, readJsonSpan);
const readLogs = (body: Buffer, context: DecodeContext): Decoded => decodeJson(body, context, LOGS, readJsonLogRecord);

/** What it knows is only how to be quick; bodies share it. */
const spanRows = new SpanRowReader();

/** ExportTraceServiceRequest in protobuf. */
export const tracesProtobuf: Decoder = {
  name: 'otlp-traces-protobuf',
  decode: (body, context) =>
    decodeProtobuf(body, context, { names: TRACES, shape: SPAN, read: readSpan, short: spanRows }),
  decodeItem: (text, context) => readTraces(Buffer.from(text), context),
};

/** ExportTraceServiceRequest in JSON. */
export const tracesJson: Decoder = {
  name: 'otlp-traces-json',
  decode: readTraces,
};

/** ExportLogsServiceRequest in protobuf. */
export const logsProtobuf: Decoder = {
  name: 'otlp-logs-protobuf',
  decode: (body, context) => decodeProtobuf(body, context, { names: LOGS, shape: LOG_RECORD, read: readLogRecord }),
  decodeItem: (text, context) => readLogs(Buffer.from(text), context),
};

/** ExportLogsServiceRequest in JSON. */
export const logsJson: Decoder = {
  name: 'otlp-logs-json',
  decode: readLogs,
};
