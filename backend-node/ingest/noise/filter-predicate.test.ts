import { type Filter } from '@apitrail/contract';

import { duckDbDialect } from '../../engine/dialect';
import { openDuckDb, type DuckDb } from '../../engine/duckdb';
import { Lake } from '../../lake/lake';
import { LakeDataset } from '../../lake/lake-dataset';
import { temporaryFolder } from '../../lake/testing/temporary-lake';
import { sql } from '../../engine/sql';
import { conditionOf } from '../../queries/shared/filters';
import { RequestRecord } from '../normalise';
import { predicateOf } from './filter-predicate';

const rows: Array<Partial<RequestRecord>> = [
  { service: 'shop', status: 200, path: '/health', duration_ms: 1.5, attributes: { size: '10', tier: 'gold' } },
  { service: 'shop', status: 404, path: '/wp-login.php', duration_ms: 2, attributes: { size: '9' } },
  { service: 'Shop', status: 503, path: '/a/b', attributes: { size: 'large' } },
  { status: 99, path: '/é/ü', user_agent: 'kube-probe/1.29' },
  { customer: 'ann@example.com', method: 'GET', path: '/orders/17' },
  {},
].map((row) => Object.assign(new RequestRecord(), row, { time: 1_793_491_200_000_000 }));

const filters: Filter[] = [
  { key: 'service', operator: '=', value: 'shop' },
  { key: 'service', operator: '!=', value: 'shop' },
  { key: 'service', operator: '=|', values: ['shop', 'Shop'] },
  { key: 'service', operator: '!=|', values: ['shop'] },
  { key: 'service', operator: '>', value: 'T' },
  { key: 'path', operator: '=~', value: '^/(health|a)' },
  { key: 'path', operator: '=~', value: '(?i)LOGIN\\.PHP$' },
  { key: 'path', operator: '!~', value: '^/a' },
  { key: 'path', operator: '=~', value: '^/\\pL/' },
  { key: 'customer', operator: 'exists' },
  { key: 'customer', operator: '!exists' },
  { key: 'status', operator: '>=', value: '400' },
  { key: 'status', operator: '=', value: '200' },
  { key: 'status', operator: '!=', value: '200' },
  { key: 'status', operator: '=|', values: ['200', '404'] },
  { key: 'status', operator: '!=|', values: ['200', '404'] },
  { key: 'status', operator: '=~', value: '^5' },
  { key: 'duration_ms', operator: '<', value: '1.9' },
  { key: 'duration_ms', operator: '=~', value: '^2$' },
  { key: 'status_class', operator: '=', value: '5xx' },
  { key: 'status_class', operator: '!=|', values: ['4xx', '5xx'] },
  { key: 'status_class', operator: '!exists' },
  { key: 'attributes.size', operator: '<', value: '10' },
  { key: 'attributes.size', operator: '>=', value: '10' },
  { key: 'attributes.tier', operator: 'exists' },
  {
    any: [{ key: 'status', operator: '=', value: '404' }, { all: [{ key: 'service', operator: '=', value: 'Shop' }] }],
  },
  { any: [] },
  { all: [] },
];

let engine: DuckDb;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let lake: Lake;

beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
  folder = await temporaryFolder();
  lake = await Lake.open(folder.path, { engine, create: true });
  await lake.append({ rows: rows.map((row, index) => ({ ...row, request_id: String(index) })) });
});
afterAll(async () => {
  await engine.close();
  await folder.remove();
});

test.each(filters.map((filter) => [JSON.stringify(filter), filter] as const))(
  '%s means the same as in a query',
  async (_, filter) => {
    const { sql: relation } = (await new LakeDataset(lake).snapshot()).relation({});
    const condition = conditionOf([filter], { dialect: duckDbDialect });
    const found = await engine.run(
      sql`SELECT CAST(request_id AS INTEGER) AS id FROM ${relation} AS requests WHERE ${condition} ORDER BY id`
    );
    const holds = predicateOf(filter);
    const own = rows.flatMap((row, index) => (holds(row as RequestRecord) ? [index] : []));
    expect(own).toEqual((found.values[0] ?? []).map(Number));
  }
);

test.each([
  [{ key: 'route', operator: '=', value: '/a' }, 'APITRAIL_UNKNOWN_KEY'],
  [{ key: 'time', operator: '>', value: '1' }, 'APITRAIL_UNKNOWN_KEY'],
  [{ key: 'status', operator: '>', value: 'high' }, 'APITRAIL_BAD_VALUE'],
  [{ key: 'path', operator: '=~', value: '(?=a)' }, 'APITRAIL_BAD_REGEX'],
  [{ key: 'path', operator: '=~', value: '(' }, 'APITRAIL_BAD_REGEX'],
] as Array<[Filter, string]>)('%j is refused', (filter, code) => {
  expect(() => predicateOf(filter)).toThrow(expect.objectContaining({ code }));
});
