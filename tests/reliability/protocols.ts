import { createHash } from 'node:crypto';

import { PbfReader, PbfWriter } from 'pbf';

import { logsJsonOf } from '../../backend-node/ingest/protocols/otlp/testing/encode-json';
import { tracesProtobufOf } from '../../backend-node/ingest/protocols/otlp/testing/encode-protobuf';
import type { ModelAttributes, ModelExport } from '../../backend-node/ingest/protocols/otlp/testing/export-model';
import { REJECTED, type Row } from './rows';

/** A request of a protocol, without what names it. */
export interface Message {
  path: string;
  headers: Record<string, string>;
  body: string | Buffer;
}

/** What an answer says. */
export interface Answer {
  /** Everything was taken in that can be, or nothing was, or it says what it never should. */
  outcome: 'ok' | 'refused' | 'fault';
  /** Rows that were rejected, where the protocol says so. */
  rejected?: number;
  /** Whether all that could be taken in had been before, where the protocol says so. */
  known?: boolean;
  /** Number to ask after, where there is one. */
  ackId?: number;
}

/** How a sender of a protocol sends rows and reads answers. */
export interface SenderProtocol {
  name: string;
  /** How what is sent again is known: by a key of the request, by all that is in it, or row by row, by ids. */
  known: 'key' | 'content' | 'ids';
  messageOf(rows: readonly Row[]): Message;
  answerOf(status: number, body: Buffer): Answer;
}

const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/x-protobuf';
/** Answers that say "send it again". */
const isLater = (status: number): boolean => status === 429 || status === 503;
const refusedOr = (status: number, answer: () => Answer): Answer =>
  isLater(status) ? { outcome: 'refused' } : answer();
const FAULT: Answer = { outcome: 'fault' };

/** A row by the names of JSON lines. */
const fieldsOf = ({ kind: _, time, ...row }: Row) => ({ time: new Date(time).toISOString(), method: 'GET', ...row });

const lines: SenderProtocol = {
  name: 'lines',
  known: 'key',
  messageOf: (rows) => ({
    path: '/ingest/ndjson',
    headers: { 'content-type': 'application/x-ndjson' },
    body: rows.map((row) => `${JSON.stringify(fieldsOf(row))}\n`).join(''),
  }),
  answerOf: (status, body) =>
    refusedOr(status, () => {
      if (status !== 200) {
        return FAULT;
      }
      const { rejected, repeated } = JSON.parse(body.toString()) as { rejected: number; repeated: boolean };
      return { outcome: 'ok', rejected, known: repeated };
    }),
};

const bulk: SenderProtocol = {
  name: 'bulk',
  known: 'ids',
  messageOf: (rows) => ({
    path: '/requests/_bulk',
    headers: { 'content-type': 'application/x-ndjson' },
    body: rows
      .map(({ time, service, path, status, duration_ms, customer, client_ip, user_agent, request_id }) => {
        const document = {
          ...{
            '@timestamp': new Date(time).toISOString(),
            'service.name': service,
            url: { path },
            customer,
            request_id,
          },
          http: { request: { method: 'GET' }, response: { status_code: status } },
          event: { duration: Math.round(duration_ms * 1e6) },
          ...(client_ip && { client: { ip: client_ip } }),
          ...(user_agent && { user_agent: { original: user_agent } }),
        };
        return `${JSON.stringify({ create: { _id: request_id } })}\n${JSON.stringify(document)}\n`;
      })
      .join(''),
  }),
  answerOf: (status, body) =>
    refusedOr(status, () => {
      if (status !== 200) {
        return FAULT;
      }
      const { items } = JSON.parse(body.toString()) as { items: Array<{ create: { status: number } }> };
      const statuses = items.map(({ create }) => create.status);
      if (statuses.every(isLater)) {
        return { outcome: 'refused' };
      }
      const rejected = statuses.filter((each) => each === 400).length;
      return statuses.every((each) => [201, 409, 400].includes(each))
        ? { outcome: 'ok', rejected, known: !statuses.includes(201) }
        : FAULT;
    }),
};

const spans: SenderProtocol = {
  name: 'spans',
  known: 'ids',
  messageOf: (rows) => ({
    path: '/v1/traces',
    headers: { 'content-type': PROTOBUF },
    body: tracesProtobufOf(
      exportOf(rows, (row) => {
        const trace = createHash('md5').update(row.request_id).digest('hex');
        return {
          ...{ traceId: trace, spanId: trace.slice(0, 16), name: 'GET', kind: 2, start: `${row.time}000000` },
          end: String(BigInt(row.time) * 1_000_000n + nanosOf(row)),
          attributes: attributesOf(row),
        };
      })
    ),
  }),
  answerOf: (status, body) =>
    refusedOr(status, () => (status === 200 ? { outcome: 'ok', rejected: partialOf(body) } : FAULT)),
};

const logs: SenderProtocol = {
  name: 'logs',
  known: 'key',
  messageOf: (rows) => ({
    path: '/v1/logs',
    headers: { 'content-type': JSON_TYPE },
    body: logsJsonOf(
      exportOf(rows, (row) => {
        const at = String(BigInt(row.time) * 1_000_000n + nanosOf(row));
        return {
          ...{ traceId: '', spanId: '', time: at, observed: at, severity: 'INFO' },
          attributes: [
            ...attributesOf(row),
            ['http.server.request.duration', { double: row.duration_ms / 1e3 }],
          ] satisfies ModelAttributes,
        };
      })
    ),
  }),
  answerOf: (status, body) =>
    refusedOr(status, () => {
      if (status !== 200) {
        return FAULT;
      }
      const { partialSuccess } = JSON.parse(body.toString()) as { partialSuccess?: { rejectedLogRecords?: string } };
      return { outcome: 'ok', rejected: Number(partialSuccess?.rejectedLogRecords ?? 0) };
    }),
};

const hec: SenderProtocol = {
  name: 'hec',
  known: 'key',
  messageOf: (rows) => ({
    path: '/services/collector/event',
    headers: { 'content-type': JSON_TYPE, ...HEC_CHANNEL },
    body: rows.map((row) => JSON.stringify({ event: fieldsOf(row) })).join('\n'),
  }),
  answerOf: (status, body) =>
    refusedOr(status, () => {
      const { code, ackId } = JSON.parse(body.toString()) as { code: number; ackId?: number };
      return status === 200 && code === 0 && ackId !== undefined ? { outcome: 'ok', ackId } : FAULT;
    }),
};

const datadog: SenderProtocol = {
  name: 'datadog',
  known: 'key',
  messageOf: (rows) => ({
    path: '/api/v2/logs',
    headers: { 'content-type': JSON_TYPE },
    body: JSON.stringify(
      rows.map((row) => ({ service: row.service, timestamp: Date.now(), message: JSON.stringify(fieldsOf(row)) }))
    ),
  }),
  answerOf: (status) => refusedOr(status, () => (status === 202 ? { outcome: 'ok' } : FAULT)),
};

const loki: SenderProtocol = {
  name: 'loki',
  known: 'content',
  messageOf: (rows) => ({
    path: '/loki/api/v1/push',
    headers: { 'content-type': PROTOBUF },
    body: snappyOf(pushOf(rows)),
  }),
  // What it keeps of a push with bad entries, it keeps before it says 400.
  answerOf: (status, body) =>
    refusedOr(status, () =>
      status === 204 || (status === 400 && /^stream \d+: .* not taken/.test(body.toString()))
        ? { outcome: 'ok' }
        : FAULT
    ),
};

/** Those there are; lines first, which is the way most rows come. */
export const PROTOCOLS: readonly SenderProtocol[] = [lines, lines, spans, bulk, hec, loki, datadog, logs];

/** The channel that acknowledgements of Splunk’s are asked for in. */
export const HEC_CHANNEL = { 'x-splunk-request-channel': 'c0ffee00-0000-4000-8000-000000000000' };

/** How many of these rows are rejected by whoever takes them in now. */
export const rejectedIn = (rows: readonly Row[]): number => rows.filter(({ kind }) => REJECTED.includes(kind)).length;

const nanosOf = ({ duration_ms }: Row): bigint => BigInt(Math.round(duration_ms * 1e6));

function byService(rows: readonly Row[]): Map<string, Row[]> {
  const services = new Map<string, Row[]>();
  for (const row of rows) {
    services.set(row.service, [...(services.get(row.service) ?? []), row]);
  }
  return services;
}

function exportOf<Item>(rows: readonly Row[], itemOf: (row: Row) => Item): ModelExport<Item> {
  return {
    resources: [...byService(rows)].map(([service, of]) => ({
      attributes: [['service.name', { string: service }]],
      scopes: [{ name: 'http', attributes: [], items: of.map(itemOf) }],
    })),
  };
}

function attributesOf({ path, status, customer, client_ip, user_agent, request_id }: Row): ModelAttributes {
  const texts = {
    'url.path': path,
    customer,
    'client.address': client_ip,
    'user_agent.original': user_agent,
    request_id,
  };
  return [
    ['http.request.method', { string: 'GET' }],
    ['http.response.status_code', { int: String(status) }],
    ...Object.entries(texts).flatMap(([name, value]): ModelAttributes =>
      value === undefined ? [] : [[name, { string: value }]]
    ),
  ];
}

/** `rejected_spans` of an ExportTraceServiceResponse. */
function partialOf(body: Buffer): number {
  const answer = { rejected: 0 };
  const readPartial = (tag: number, to: typeof answer, pbf: PbfReader) => {
    if (tag === 1) {
      to.rejected = pbf.readVarint();
    }
  };
  const readAnswer = (tag: number, to: typeof answer, pbf: PbfReader) => {
    if (tag === 1) {
      pbf.readMessage(readPartial, to);
    }
  };
  return new PbfReader(new Uint8Array(body)).readFields(readAnswer, answer).rejected;
}

/** A `logproto.PushRequest`, a stream for each service. */
function pushOf(rows: readonly Row[]): Buffer {
  const pbf = new PbfWriter();
  for (const [service, of] of byService(rows)) {
    pbf.writeMessage(
      1,
      () => {
        pbf.writeStringField(1, `{service_name="${service}"}`);
        for (const row of of) {
          // Written when it was over.
          const { time: _, ...line } = fieldsOf(row);
          const at = row.time + row.duration_ms;
          pbf.writeMessage(
            2,
            () => {
              pbf.writeMessage(
                1,
                () => {
                  pbf.writeVarintField(1, Math.floor(at / 1e3));
                  pbf.writeVarintField(2, Math.round((at % 1e3) * 1e6));
                },
                undefined
              );
              pbf.writeStringField(2, JSON.stringify(line));
            },
            undefined
          );
        }
      },
      undefined
    );
  }
  return Buffer.from(pbf.finish());
}

/** Snappy’s block format, of literals alone. */
function snappyOf(plain: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = plain.length; ; rest >>>= 7) {
    length.push(rest < 128 ? rest : (rest & 127) | 128);
    if (rest < 128) {
      break;
    }
  }
  const parts: Buffer[] = [Buffer.from(length)];
  for (let at = 0; at < plain.length; at += 65_536) {
    const literal = plain.subarray(at, at + 65_536);
    const size = Buffer.from([61 << 2, 0, 0]);
    size.writeUInt16LE(literal.length - 1, 1);
    parts.push(size, literal);
  }
  return Buffer.concat(parts);
}
