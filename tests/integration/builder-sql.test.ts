import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Dataset } from '../../backend-node/lake/dataset';
import { Bench, epoch, type Row, type TestFrame } from '../../backend-node/queries/testing/dataset';
import { shopRows } from '../../backend-node/queries/testing/shop';
import { SqlSandbox } from '../../backend-node/sql/process/sandbox';
import { sqlConfigSchema } from '../../backend-node/sql/process/settings';
import { buildChildScript } from '../../backend-node/sql/testing/child-script';
import type { UserSqlRunner } from '../../backend-node/sql/user-sql';
import { toSql } from '../../src/datasource/query-editor/sql/to-sql';
import { inProcessSql } from './in-process-sql';

type Query = { queryType: string } & Record<string, unknown>;

jest.setTimeout(120_000);

const range = { from: '2026-11-02T00:10:00Z', to: '2026-11-03T07:20:00Z' };
const [from, to] = [epoch(range.from), epoch(range.to)];
const around = { rows: 2000, from: from - 7_200_000, to: to + 86_400_000 };
const strange: Row[] = [
  {
    time: from + 1000,
    route: "it's; --",
    service: '$service',
    status: 99,
    attributes: { 'a"b': "x'y" },
    duration_ms: 5,
  },
  { time: from + 2000, route: '/Patient/7/$everything', service: 'a b', error_owner: 'upstream', status: 500 },
  { time: from + 3000, route: '/a', attributes: { items: 'many' }, status: 777, duration_ms: 3 },
];

let bench: Bench;
let sandbox: SqlSandbox;
let plain: Dataset;
let weighted: Dataset;

beforeAll(async () => {
  bench = await Bench.open();
  const folder = join(bench.directory, 'sql');
  await mkdir(folder);
  sandbox = new SqlSandbox({ config: sqlConfigSchema.parse({}), threads: 2, script: buildChildScript(), folder });
  plain = await open('plain', [...shopRows({ ...around, seed: 11 }), ...strange]);
  weighted = await open('weighted', shopRows({ ...around, seed: 12, weighted: true }));
});
afterAll(async () => {
  await sandbox.close();
  await bench.close();
});

async function open(name: string, rows: Row[]): Promise<Dataset> {
  return bench.over(name, [await bench.write(name, rows)]);
}

/** Runs SQL as the companion does: checked, in a process of its own. */
const sandboxed: UserSqlRunner = (query, signal) => sandbox.run(query, signal);

/** What the builder answers, and what its SQL does. */
async function both(
  query: Query,
  data: Dataset,
  userSql = inProcessSql
): Promise<{ built: TestFrame[]; written: TestFrame[] }> {
  const { timezone = 'UTC', interval, dataset } = query;
  const { sql: text, format } = toSql(query, { variables: new Set(), timezone: String(timezone) });
  const common = { timezone, ...(interval ? { interval } : {}), ...(dataset ? { dataset } : {}) };
  const built = await bench.answer(data, range, query);
  const written = await bench.answer(data, range, { queryType: 'sql', sql: text, format, ...common }, { userSql });
  return { built, written };
}

const texts = (value: unknown) => String(value ?? '');
const close = (a: unknown, b: unknown) =>
  Object.is(a, b) ||
  (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b)));

/** The columns that SQL and builder both have, as lists in the order of the rows; numbers that are close are the same. */
function columns({ built: [built], written: [written] }: Awaited<ReturnType<typeof both>>) {
  const names = written!.fields.map(({ name }) => name);
  const expected = Object.fromEntries(names.map((name) => [name, built!.columns[name]?.map(asIs)]));
  const found = Object.fromEntries(
    names.map((name) => [
      name,
      written!.columns[name]!.map((value, row) => {
        const other = expected[name]?.[row];
        return close(value, other) || texts(value) === texts(other) ? other : asIs(value);
      }),
    ])
  );
  return { found, expected };
}

const asIs = (value: unknown) => value ?? null;

/** Every number of frames by what it is of: column, labels, and the other columns of its row. */
function facts(frames: readonly TestFrame[], keys: readonly string[]): Map<string, unknown> {
  const all = new Map<string, unknown>();
  for (const { fields, rows } of frames) {
    for (const field of fields.filter(({ name, type }) => type === 'number' && !keys.includes(name))) {
      for (const row of rows) {
        const of = keys.flatMap((key) => (key in row ? [[key, texts(row[key])]] : []));
        const labels = Object.entries(field.labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
        const key = JSON.stringify([field.name, ...of, ...labels]);
        expect(all.has(key)).toBe(false);
        all.set(key, row[field.name]);
      }
    }
  }
  return all;
}

/** What differs between what SQL and builder say; SQL may leave out what is nothing, and the builder say more. */
function differences({ built, written }: Awaited<ReturnType<typeof both>>, keys: readonly string[]): string[] {
  const [expected, found] = [facts(built, keys), facts(written, keys)];
  expect(found.size).toBeGreaterThan(0);
  const names = new Set([...found.keys()].map((key) => JSON.parse(key)[0]));
  const wrong = [...found].filter(
    ([key, value]) => !expected.has(key) || !close(value ?? null, expected.get(key) ?? null)
  );
  const missing = [...expected].filter(
    ([key, value]) => !found.has(key) && names.has(JSON.parse(key)[0]) && value !== 0 && value != null
  );
  return [
    ...wrong.map(([key, value]) => `${key} is ${texts(value)}, not ${texts(expected.get(key))}`),
    ...missing.map(([key, value]) => `${key} is missing, it is ${texts(value)}`),
  ];
}

const COUNTED = ['requests', 'errors', 'client_errors', 'server_errors', 'error_rate', 'server_error_rate'];
const ALL = [
  ...COUNTED,
  ...['client_error_rate', 'requests_per_second', 'concurrency', 'apdex', 'avg', 'max', 'request_bytes'],
  ...['response_bytes', 'customers', 'sessions', 'accounts'],
];
const PERCENTILES = ['p50', 'p75', 'p90', 'p95', 'p99'];

const SERIES: Query[] = [
  { queryType: 'traffic', metrics: ALL, interval: '1h' },
  { queryType: 'traffic', metrics: ['requests'], interval: '1d', timezone: 'Asia/Kathmandu' },
  { queryType: 'traffic', metrics: COUNTED, groupBy: ['service', 'attributes.plan'], limit: 3, interval: '6h' },
  {
    queryType: 'traffic',
    metrics: ['requests', 'avg'],
    groupBy: ['error_owner'],
    limit: 3,
    orderBy: 'errors',
    interval: '6h',
  },
  { queryType: 'traffic', format: 'table', metrics: ['requests'], groupBy: ['status'], limit: 4, interval: '6h' },
  { queryType: 'traffic', format: 'numeric', metrics: ['error_rate'], groupBy: ['status_class'], limit: 3 },
  { queryType: 'traffic', format: 'numeric', metrics: ['requests_per_second'] },
  { queryType: 'traffic', metrics: ['requests', 'avg'], search: 'CAR', interval: '6h' },
  { queryType: 'traffic', format: 'numeric', metrics: ['requests'], search: 'CAR' },
  { queryType: 'endpoints', format: 'numeric', metrics: ['apdex'], groupBy: ['route', 'status'], limit: 4 },
  { queryType: 'endpoints', format: 'time_series', metrics: ['errors'], limit: 4, interval: '3h' },
  { queryType: 'errors', format: 'time_series', interval: '6h', limit: 4 },
  { queryType: 'errors', format: 'numeric', groupBy: ['service', 'error_owner'], limit: 4 },
  { queryType: 'heatmap', interval: '6h', limit: 4 },
  { queryType: 'heatmap', x: 'hour_of_day', y: ['route'], metric: 'error_rate', timezone: 'Europe/Berlin', limit: 3 },
  { queryType: 'heatmap', x: 'day_of_week', y: ['service', 'method'], metric: 'avg', orderBy: 'errors', limit: 3 },
  { queryType: 'heatmap', x: 'status', y: ['service'], normalise: 'row', minSamples: 3 },
  { queryType: 'heatmap', x: 'method', y: ['route'], normalise: 'column', limit: 3 },
  { queryType: 'heatmap', x: 'request_id', y: ['route'], normalise: 'total', limit: 3 },
  { queryType: 'heatmap', x: 'time', y: ['route'], metric: 'requests_per_second', interval: '6h' },
  { queryType: 'heatmap', y: ['route'], format: 'time_series', interval: '6h', limit: 3 },
  { queryType: 'heatmap', y: ['route'], format: 'numeric', metric: 'client_error_rate', limit: 3 },
];

const keyed = [
  'time',
  'x',
  'y',
  'service',
  'attributes.plan',
  'status',
  'status_class',
  'route',
  'method',
  'error_owner',
  'error_group',
];

describe.each(['plain', 'weighted'])('the SQL of the builder over %s rows gives the numbers of', (name) => {
  const data = () => (name === 'plain' ? plain : weighted);

  it.each(SERIES)('%j', async (query) => {
    expect(differences(await both(query, data()), keyed)).toEqual([]);
  });

  it.each<Query>([
    { queryType: 'endpoints', metrics: ['requests', 'error_rate', 'avg'] },
    { queryType: 'endpoints', metrics: ALL, limit: 3, orderBy: 'requests_per_second' },
    { queryType: 'endpoints', metrics: ['requests'], groupBy: ['status', 'date'], limit: 6, orderBy: 'max' },
    { queryType: 'errors', limit: 6 },
    { queryType: 'errors', limit: 40, groupBy: ['status', 'route'] },
    { queryType: 'values', key: 'route' },
    { queryType: 'values', key: 'status_class', search: '4' },
    { queryType: 'values', key: 'attributes.plan' },
    { queryType: 'values', key: 'error_owner', limit: 3 },
  ])('%j, row by row', async (query) => {
    const { found, expected } = columns(await both(query, data()));
    expect(found).toEqual(expected);
  });
});

describe('in a process of its own the SQL of the builder gives the same', () => {
  const steps = ['/', '/search'].map((value) => ({ name: value, filters: [{ key: 'route', operator: '=', value }] }));

  it.each<Query>([
    { queryType: 'traffic', metrics: ['requests'], groupBy: ['service'], interval: '6h' },
    { queryType: 'endpoints', metrics: ['requests', 'error_rate'] },
    { queryType: 'errors', limit: 6 },
    { queryType: 'heatmap', x: 'time', y: ['route'], interval: '6h', limit: 3 },
    { queryType: 'requests', limit: 20, columns: ['time', 'trace_id', 'status'], orderBy: [{ key: 'time' }] },
    { queryType: 'values', key: 'route' },
    { queryType: 'funnel', steps, window: '6h' },
  ])('%j', async (query) => {
    const rows = (frames: TestFrame[]) => frames.map((frame) => frame.rows);
    const { written } = await both(query, weighted, sandboxed);
    expect(rows(written)).toEqual(rows((await both(query, weighted)).written));
    expect(written[0]!.rows.length).toBeGreaterThan(1);
  });
});

describe('the SQL of the builder gives', () => {
  it('percentiles', async () => {
    const query = {
      queryType: 'traffic',
      metrics: PERCENTILES,
      groupBy: ['route'],
      limit: 3,
      interval: '6h',
      orderBy: 'p95',
    };
    expect(differences(await both(query, plain), keyed)).toEqual([]);
  });

  it.each<Query>([
    { queryType: 'heatmap', x: 'day_of_week', y: 'latency', limit: 6 },
    { queryType: 'heatmap', x: 'time', y: 'latency', metric: 'error_rate', limit: 30, interval: '6h' },
    { queryType: 'heatmap', x: 'service', y: 'latency', metric: 'customers', limit: 500 },
    { queryType: 'heatmap', x: 'hour_of_day', y: 'latency', normalise: 'column', limit: 1 },
  ])('buckets of the latency: %j', async (query) => {
    const answers = await both(query, plain);
    const bounded = (frames: TestFrame[]) =>
      frames.map((frame) => ({
        ...frame,
        rows: frame.rows.map((row) => ({ ...row, y: Number(row['y_max']).toPrecision(9) })),
      }));
    const rounded = { built: bounded(answers.built), written: bounded(answers.written) };
    expect(differences(rounded, ['x', 'y'])).toEqual([]);
  });

  const requests = { queryType: 'requests', orderBy: [{ key: 'duration_ms', direction: 'desc' }, { key: 'trace_id' }] };
  const shown = ['time', 'status_class', 'attributes.plan', 'error_owner', 'date', 'duration_ms', 'route', 'trace_id'];

  it.each<Query>([
    { ...requests, columns: shown },
    { ...requests, columns: shown, search: 'CAR' },
    {
      ...requests,
      orderBy: [{ key: 'attributes.items', direction: 'asc' }, { key: 'time' }],
      columns: shown,
      limit: 20,
    },
  ])('requests: %j', async (query) => {
    const { found, expected } = columns(await both(query, plain));
    expect(found).toEqual(expected);
  });

  it('log lines', async () => {
    const { built, written } = await both({ queryType: 'requests', format: 'logs', limit: 40 }, plain);
    expect(written[0]!.columns['timestamp']).toEqual(built[0]!.columns['timestamp']);
    expect(written[0]!.columns['body']!.map((body) => texts(body).replace('.0 ms', ' ms'))).toEqual(
      built[0]!.columns['body']
    );
    expect(written[0]!.columns['severity']).toEqual(built[0]!.columns['severity']);
  });
});

describe('over nothing the SQL of the builder gives', () => {
  const filters = [{ key: 'route', operator: '=', value: '/nowhere' }];

  it.each(ALL)('%s as one number', async (metric) => {
    const query = { queryType: 'traffic', format: 'numeric', metrics: [metric], filters };
    const { built, written } = await both(query, plain);
    const value = ([frame]: TestFrame[]) => frame?.columns[metric]?.[0] ?? null;
    expect(value(written)).toEqual(value(built));
  });

  it.each(['endpoints', 'errors'])('no row of %s', async (queryType) => {
    const { built, written } = await both({ queryType, filters }, plain);
    expect(written[0]?.rows ?? []).toEqual(built[0]?.rows ?? []);
  });
});

describe('filters mean the same in SQL', () => {
  const filters = [
    ['service', '=', 'shop'],

    ['service', '=', '$service'],
    ['service', '!=', 'shop'],
    ['service', '=|', ['shop', 'search']],
    ['service', '=|', []],
    ['service', '!=|', ['shop', 'search']],
    ['service', '!=|', []],
    ['route', '=', "it's; --"],
    ['route', '=', '/Patient/7/$everything'],
    ['route', '=~', '^/(cart|pay)$'],
    ['route', '=~', "'; --$"],
    ['route', '!~', 'o+'],
    ['route', '<', '/d'],
    ['route', 'exists'],
    ['route', '!exists'],
    ['status', '=', '500'],
    ['status', '!=', '500'],
    ['status', '=|', ['500', '404']],
    ['status', '!=|', ['500', '404']],
    ['status', '>=', '500'],
    ['status', '=~', '^5'],
    ['duration_ms', '<', '12.5'],
    ['duration_ms', '=~', '^5$'],
    ['status_class', '=', '5xx'],
    ['status_class', '!=', '2xx'],
    ['status_class', '=|', ['4xx', '5xx']],
    ['status_class', '!=|', ['4xx', '9xx']],
    ['status_class', '!exists'],
    ['status_class', '=~', '[45]'],
    ['error_owner', '=', 'client'],
    ['error_owner', '!=', 'client'],
    ['attributes.plan', '=', 'free'],
    ['attributes.plan', '!=', 'free'],
    ['attributes.items', '>', '7.5'],
    ['attributes.items', '<=', '3'],
    ['attributes.items', '>', 'a'],
    ['attributes.a"b', '=', "x'y"],
    ['time', '>=', '2026-11-02T12:00:00Z'],
    ['time', '<', String(from + 3_600_000)],
    ['date', '=', '2026-11-02'],
  ].map(([key, operator, value]) => ({ key, operator, ...(Array.isArray(value) ? { values: value } : { value }) }));

  it.each(filters)('%j', async (filter) => {
    // Dollar signs in values are refused by the builder except in paths: there they are taken for variables.
    const query = { queryType: 'requests', columns: ['trace_id', 'time'], limit: 10_000, filters: [filter] };
    if ('value' in filter && filter.value === '$service') {
      const { sql: text } = toSql(query, { variables: new Set(), timezone: 'UTC' });
      const [frame] = await bench.answer(plain, range, { queryType: 'sql', sql: text }, { userSql: inProcessSql });
      expect(frame!.rows).toHaveLength(1);
      return;
    }
    const { built, written } = await both(query, plain);
    const ids = ([frame]: TestFrame[]) =>
      frame!.rows.map((row) => `${texts(row['time'])} ${texts(row['trace_id'])}`).sort();
    expect(ids(written)).toEqual(ids(built));
  });

  it('nested', async () => {
    const [one, two, three, four] = [filters[0], filters[16], filters[10], filters[39]];
    const nested = [
      { any: [one, { all: [two, { any: [three] }] }, { any: [] }, { all: [] }] },
      { any: [four, filters[3]] },
    ];
    const { built, written } = await both({ queryType: 'values', key: 'route', filters: nested }, plain);
    expect(written[0]!.rows).toEqual(built[0]!.rows);
  });
});

describe('funnels', () => {
  const step = (name: string, value: string) => ({ name, filters: [{ key: 'route', operator: '=', value }] });
  const steps = [step('See', '/'), step('Search', '/search'), step("Buy it's", '/cart')];
  const overlapping = [steps[0], { name: 'Any', filters: [] }, steps[1]];

  it.each<Query>([
    { queryType: 'funnel', steps },
    { queryType: 'funnel', steps, window: '1d', identity: 'strict' },
    { queryType: 'funnel', steps, window: '6h', unit: 'session', successOnly: false },
    { queryType: 'funnel', steps, window: '2d', unit: 'account' },
    { queryType: 'funnel', steps: overlapping, window: '12h' },
    { queryType: 'funnel', steps, window: '12h', filters: [{ key: 'method', operator: '=', value: 'GET' }] },
  ])('%j', async (query) => {
    const { found, expected } = columns(await both(query, plain));
    expect(found).toEqual(expected);
    expect(found['units']![0]).toBeGreaterThan(3);
  });

  it('names of steps as they are, breaks of lines and all', async () => {
    const named = [
      { ...steps[0]!, name: "li's;\n--t" },
      { ...steps[1]!, name: 'a\r\n\n  "b' },
    ];
    const { written } = await both({ queryType: 'funnel', steps: named, window: '6h' }, plain);
    expect(written[0]!.columns['name']).toEqual(["li's;\n--t", 'a\r\n\n  "b']);
  });

  it.each(['units', 'conversion', 'step_conversion'])('as one number: %s', async (metric) => {
    const answers = await both({ queryType: 'funnel', steps, window: '6h', format: 'numeric', metric, step: 2 }, plain);
    expect(differences(answers, [])).toEqual([]);
  });

  it('times between the steps, in buckets that the builder joins where there are many', async () => {
    const { built, written } = await both({ queryType: 'funnel', steps, window: '1d', view: 'times' }, plain);
    const units = ([frame]: TestFrame[], step: number) =>
      frame!.rows.filter((row) => row['step'] === step).reduce((sum, row) => sum + Number(row['units']), 0);
    expect([units(written, 2), units(written, 3)]).toEqual([units(built, 2), units(built, 3)]);
    expect(units(written, 2)).toBeGreaterThan(3);
    const ends = new Set(built[0]!.rows.map((row) => Number(row['to_ms']).toPrecision(9)));
    const fine = written[0]!.rows.filter((row) => !ends.has(Number(row['to_ms']).toPrecision(9)));
    expect(fine.every((row) => Number(row['to_ms']) / Number(row['from_ms']) < 1.2)).toBe(true);
  });
});
