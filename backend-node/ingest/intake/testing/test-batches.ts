import { randomUUID } from 'node:crypto';

import { RequestRecord } from '../../normalise';
import type { Batch } from '../batch';
import type { Decoded, Decoder } from '../decoder';
import type { Intake } from '../intake';

export interface TestRow {
  id: string;
  path?: string;
  customer?: string;
  client_ip?: string;
  session?: string;
  time?: number;
}

/** Time of rows that name none, microseconds. */
export const TIME = Date.parse('2026-11-20T12:00:00Z') * 1000;

/** Lines of JSON: `id` becomes the request id and, with the parameter `ids`, the record’s own. `!` begins a reject. */
export const testDecoder: Decoder = {
  name: 'test-lines',
  decode(body, { params }) {
    const decoded: Decoded & { ids: string[] } = { records: [], rejects: [], ids: [] };
    const lines = body.toString().split('\n').filter(Boolean);
    lines.forEach((text, index) => {
      if (text.startsWith('!')) {
        decoded.rejects.push({ index, reason: `line ${index + 1} is none`, text });
        return;
      }
      const row = JSON.parse(text) as TestRow;
      const record = Object.assign(new RequestRecord(), { time: TIME, method: 'GET', status: 200, path: '/a' });
      record.request_id = row.id;
      record.path = row.path ?? '/a';
      record.customer = row.customer;
      record.client_ip = row.client_ip;
      record.session = row.session;
      record.time = row.time ?? TIME;
      decoded.records.push(record);
      decoded.ids.push(row.id);
    });
    const { ids, ...rest } = decoded;
    return params.ids === undefined ? rest : { ...rest, ids };
  },
};

/** What a test sends. */
export interface TestBatch {
  rows: readonly TestRow[];
  rejects?: readonly string[];
  key?: string;
  from?: string;
  ids?: boolean;
  receivedAt?: number;
}

export function batchOf({ rows, rejects = [], key, from = 'sender', ids, receivedAt }: TestBatch): Batch {
  const lines = [...rows.map((row) => JSON.stringify(row)), ...rejects.map((text) => `!${text}`)];
  return {
    decoder: testDecoder.name,
    params: ids ? { ids: 'yes' } : {},
    body: Buffer.from(lines.join('\n')),
    receivedAt: receivedAt ?? Date.now() * 1000,
    from,
    ...(key === undefined ? {} : { idempotencyKey: key }),
  };
}

/** Sends a batch as a protocol would. */
export function send(intake: Pick<Intake, 'submit'>, given: TestBatch): ReturnType<Intake['submit']> {
  const batch = batchOf(given);
  return intake.submit(batch, testDecoder.decode(batch.body, batch));
}

/** Rows of different ids. */
export function testRows(count: number, prefix = randomUUID()): TestRow[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${prefix}-${index}` }));
}
