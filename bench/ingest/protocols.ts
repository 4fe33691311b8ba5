import { PbfWriter } from 'pbf';

import type { LoggedRequest } from './requests';

/** How requests are sent. */
export interface SentAs {
  name: string;
  path: string;
  type: string;
  /** Rows per CPU-second that are aimed at; undefined where nothing is. */
  aim: number | undefined;
  /** The body that has these requests. */
  body(lines: readonly string[]): Buffer;
  /** Whether an answer of success says to send the body again. */
  isRefused?(answer: string): boolean;
}

const requests = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as LoggedRequest);

/** The protocols that are measured. */
export const PROTOCOLS: readonly SentAs[] = [
  {
    ...{ name: 'NDJSON', path: '/ingest/ndjson', type: 'application/x-ndjson', aim: 150_000 },
    body: (lines) => Buffer.from(`${lines.join('\n')}\n`),
  },
  {
    ...{ name: 'OTLP protobuf', path: '/v1/traces', type: 'application/x-protobuf', aim: 100_000 },
    body: (lines) => traceExport(requests(lines)),
  },
  {
    ...{ name: '_bulk', path: '/requests/_bulk', type: 'application/x-ndjson', aim: undefined },
    // Item by item, and all of them or none.
    isRefused: (answer) => answer.includes('"status":429'),
    body: (lines) => Buffer.from(`${lines.map((line) => `{"create":{}}\n${line}`).join('\n')}\n`),
  },
];

/** Attributes that OpenTelemetry’s HTTP instrumentation sets, by the record’s columns. */
const ATTRIBUTES: Record<string, string> = {
  method: 'http.request.method',
  path: 'url.path',
  scheme: 'url.scheme',
  protocol: 'network.protocol.version',
  host: 'server.address',
  status: 'http.response.status_code',
  request_bytes: 'http.request.body.size',
  response_bytes: 'http.response.body.size',
  error_type: 'error.type',
  customer: 'user.id',
  session: 'session.id',
  client_ip: 'client.address',
  user_agent: 'user_agent.original',
};

/** An ExportTraceServiceRequest of server spans, grouped by service and instance as collectors send them. */
function traceExport(rows: readonly LoggedRequest[]): Buffer {
  const groups = new Map<string, LoggedRequest[]>();
  for (const row of rows) {
    const key = `${row.service}\n${row.instance}\n${row.service_version}\n${row.environment}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const pbf = new PbfWriter();
  for (const group of groups.values()) {
    pbf.writeMessage(1, writeResourceSpans, group);
  }
  return Buffer.from(pbf.finish());
}

function writeResourceSpans(group: LoggedRequest[], pbf: PbfWriter): void {
  const { service, instance, service_version: version, environment, region } = group[0]!;
  const resource = {
    ...{ 'service.name': service, 'service.version': version, 'service.instance.id': instance },
    ...{ 'deployment.environment.name': environment, 'cloud.region': region },
  };
  pbf.writeMessage(1, writeAttributes, { field: 1, attributes: resource });
  pbf.writeMessage(2, writeScopeSpans, group);
}

function writeScopeSpans(group: LoggedRequest[], pbf: PbfWriter): void {
  group.forEach((row) => pbf.writeMessage(2, writeSpan, row));
}

function writeSpan(row: LoggedRequest, pbf: PbfWriter): void {
  const start = Date.parse(String(row.time)) * 1e6;
  const trace = Buffer.from(String(row.trace_id), 'hex');
  pbf.writeBytesField(1, trace);
  pbf.writeBytesField(2, trace.subarray(0, 8));
  pbf.writeStringField(5, `${row.method}`);
  pbf.writeVarintField(6, 2);
  pbf.writeFixed64Field(7, start);
  pbf.writeFixed64Field(8, start + Math.round(Number(row.duration_ms) * 1e6));
  const attributes = Object.entries(ATTRIBUTES).map(([column, name]) => [name, row[column]] as const);
  writeAttributes({ field: 9, attributes: Object.fromEntries(attributes) }, pbf);
}

interface Attributes {
  field: number;
  attributes: Readonly<Record<string, string | number | undefined>>;
}

function writeAttributes({ field, attributes }: Attributes, pbf: PbfWriter): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) {
      pbf.writeMessage(field, writeAttribute, { key, value });
    }
  }
}

function writeAttribute({ key, value }: { key: string; value: string | number }, pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeMessage(2, writeValue, value);
}

function writeValue(value: string | number, pbf: PbfWriter): void {
  if (typeof value === 'string') {
    pbf.writeStringField(1, value);
  } else {
    pbf.writeVarintField(3, value);
  }
}
