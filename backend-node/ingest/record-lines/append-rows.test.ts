import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDuckDb, type DuckDb } from '../../engine/duckdb';
import { sql } from '../../engine/sql';
import { ColumnarRows, type ColumnarRow } from '../../lake/hot/columnar-rows';
import { parquetRelation } from '../../lake/parquet-relation';
import { formatNamed } from '../formats';
import { normaliseRecord, type RequestRecord } from '../normalise';
import { privacyConfigSchema, Pseudonymiser, recordProtector, type PrivacyConfigInput } from '../privacy';
import { RouteAssigner } from '../routes';
import { RowPreparation } from '../rows/row-preparation';
import { appendRows } from './append-rows';
import { BodyWords } from './body-words';
import { RecordLineReader } from './record-line-reader';
import { RecordRows } from './record-rows';
import { RepeatedColumns } from './repeated-values';
import { RouteRows } from './route-rows';

jest.setTimeout(60_000);

const NOW = Date.UTC(2026, 10, 23) * 1000;
let engine: DuckDb;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-record-lines-'));
  engine = await openDuckDb({});
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

/** Lines of services with ids in their paths, of which some have no route, customer, session or address. */
const LINES = Array.from({ length: 6000 }, (_, i) =>
  JSON.stringify({
    time: new Date(Date.UTC(2026, 10, 22) + i * 1500).toISOString(),
    duration_ms: ((i * 7919) % 3000) / 8,
    service: ['shop', 'search', undefined][i % 3],
    environment: i % 5 === 0 ? 'staging' : undefined,
    method: ['GET', 'post', 'PUT'][i % 3],
    path: ['/orders', `/orders/${i * 31}`, `/users/${i % 97}/carts/${i}`, '/health'][i % 4],
    route: i % 11 === 0 ? '/orders/:id' : undefined,
    host: 'API.example.com:8443',
    protocol: 'HTTP/1.1',
    status: [200, 201, 404, 500, undefined][i % 5],
    response_bytes: i % 2 === 0 ? i : undefined,
    customer: i % 3 === 0 ? `u${i % 50}` : undefined,
    session: i % 4 === 0 ? undefined : `s${i % 500}`,
    client_ip: i % 7 === 0 ? undefined : `192.0.2.${i % 250}`,
    user_agent: `agent/${i % 20}`,
    trace_id: i.toString(16).padStart(32, '0'),
  })
);

async function rowsOf(name: string, rows: ColumnarRows): Promise<unknown[][]> {
  const path = join(folder, name);
  await writeFile(path, Buffer.concat(rows.toParquet()));
  const columns = await engine.run(sql`SELECT * FROM ${parquetRelation([path])} ORDER BY time`);
  return columns.values;
}

it.each<[string, PrivacyConfigInput]>([
  ['by default', {}],
  ['when everything is kept', { customer: 'keep', session: 'keep', client_ip: 'keep' }],
  ['when what can be dropped is', { customer: 'drop', client_ip: 'drop', user_agent: 'drop', account: 'drop' }],
])('makes the same rows as record by record, %s', async (_, config) => {
  const privacy = privacyConfigSchema.parse(config);
  const pseudonymiser = new Pseudonymiser(Buffer.alloc(32, 7));
  const defaults = { source: 'http', service: 'gateway', environment: 'production' };

  const options = {
    ...{ privacy, pseudonymiser, sessionGapUs: 1_800_000_000, rules: [], documents: [], sessions: null, routes: null },
  };
  const preparation = new RowPreparation(options);
  const deriving = new RowPreparation(options);
  const framing = formatNamed('json').parser({ sample: LINES });
  const slow = new ColumnarRows();
  const short = new ColumnarRows();
  const assigner = RouteAssigner.create();
  const reader = new RecordLineReader();
  const columns = new RepeatedColumns();

  for (let at = 0; at < LINES.length; at += 1000) {
    const lines = LINES.slice(at, at + 1000);
    const records = lines.map((line) => {
      const record = (framing.kind === 'lines' ? framing.parse(line) : undefined) as RequestRecord;
      expect(normaliseRecord(record, defaults, NOW)).toBeUndefined();
      return { record, row: preparation.prepare(record, 5)! };
    });
    preparation.learn(records.map(({ row }) => row));
    for (const { record, row } of records) {
      const { route, route_source: source } = preparation.route(row);
      slow.push({ ...record, route: route ?? undefined, route_source: source ?? undefined } as unknown as ColumnarRow);
    }

    const body = Buffer.from(`${lines.join('\n')}\n`);
    const rows = new RecordRows(body, [...columns.columns], lines.length);
    for (let start = 0; start < body.length; start = body.indexOf(10, start) + 1) {
      expect(reader.read(new BodyWords(body), start, rows, NOW)).toBe(true);
    }
    deriving.deriveSessions(rows);
    const routed = new RouteRows(rows, defaults.service);
    assigner.observeCodes(routed);
    if (at === 3000) {
      // Codes become void between teaching and asking.
      assigner.keys.renew();
    }
    appendRows(rows, routed, short, {
      ...{ protect: recordProtector(privacy, pseudonymiser), defaults, ingestedAtUs: 5 },
      routes: assigner,
    });
  }

  expect(short).toMatchObject({ rows: slow.rows, oldest: slow.oldest, newest: slow.newest });
  expect(await rowsOf('short.parquet', short)).toEqual(await rowsOf('slow.parquet', slow));
});
