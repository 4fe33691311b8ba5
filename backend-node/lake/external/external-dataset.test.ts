import { cp, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { openDuckDb, type DuckDb } from '../../engine/duckdb';
import { raw } from '../../engine/sql';
import { select, temporaryFolder } from '../testing/temporary-lake';
import { externalDatasetSchema, type ExternalDatasetConfig } from './config';
import { ExternalDataset } from './external-dataset';

let engine: DuckDb;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 2 });
});
afterAll(() => engine.close());
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const write = async (name: string, query: string, options = '') => {
  const path = join(folder.path, name);
  await mkdir(dirname(path), { recursive: true });
  await engine.run(raw(`COPY (${query}) TO '${path}' (FORMAT parquet${options})`));
  return path;
};
const dataset = (columns: Record<string, unknown>, more: Partial<ExternalDatasetConfig> = {}) =>
  new ExternalDataset(
    externalDatasetSchema.parse({ name: 'gateway', files: '.', columns, ...more }) as ExternalDatasetConfig,
    engine,
    folder.path
  );

test('their columns become the record’s, the rest is null', async () => {
  await write(
    'a.parquet',
    `SELECT TIMESTAMPTZ '2026-11-01 00:00:00.000001Z' AS ts, 'shop' AS svc, '' AS cust, '503' AS code, 1.5 AS secs, 12::UTINYINT AS size, 'eu' AS region`
  );
  const external = dataset({
    time: { column: 'ts' },
    service: { column: 'svc' },
    customer: { column: 'cust' },
    status: { column: 'code' },
    duration_ms: { column: 'secs', unit: 's' },
    response_bytes: { column: 'size' },
    environment: { value: 'production' },
    upstream_status: { value: 200 },
  });
  expect((await select(engine, external, '*'))[0]).toMatchObject({
    time: Date.UTC(2026, 10, 1) + 0.001,
    date: '2026-11-01',
    service: 'shop',
    customer: null,
    status: 503,
    duration_ms: 1500,
    response_bytes: 12,
    environment: 'production',
    upstream_status: 200,
    region: null,
    attributes: null,
  });
  const { sql } = (await external.snapshot()).relation({});
  const types = await engine.run(
    raw(`SELECT typeof(time), typeof(status), typeof(response_bytes), typeof(attributes) FROM ${sql.compile().text}`)
  );
  expect(types.values.flat()).toEqual(['TIMESTAMP WITH TIME ZONE', 'INTEGER', 'BIGINT', 'MAP(VARCHAR, VARCHAR)']);
});

test.each(['s', 'ms', 'us'])('a duration that is no finite number is null, in %s', async (unit) => {
  const values = ["'nan'::DOUBLE", "'inf'::DOUBLE", "'-inf'::DOUBLE", "'nan'", "'1e400'", "'nan'::FLOAT"];
  for (const [index, value] of values.entries()) {
    await write(`${index}.parquet`, `SELECT TIMESTAMPTZ '2026-11-01 00:00:00Z' AS ts, ${value} AS took`);
  }
  const external = dataset({ time: { column: 'ts' }, duration_ms: { column: 'took', unit } });
  const rows = await select(engine, external, 'duration_ms');
  expect(rows.map((row) => row['duration_ms'])).toEqual(values.map(() => null));
});

test('what cannot be cast is null', async () => {
  await write(
    'a.parquet',
    `SELECT TIMESTAMPTZ '2026-11-01 00:00:00Z' AS ts, 'OK' AS code, 99999999999 AS big, 'soon' AS secs`
  );
  const external = dataset({
    time: { column: 'ts' },
    status: { column: 'code' },
    upstream_status: { column: 'big' },
    duration_ms: { column: 'secs', unit: 's' },
  });
  expect(await select(engine, external, 'status, upstream_status, duration_ms')).toEqual([
    { status: null, upstream_status: null, duration_ms: null },
  ]);
});

const MOMENT = Date.UTC(2026, 10, 1, 2, 3, 4, 500);
test.each([
  [`TIMESTAMPTZ '2026-11-01 02:03:04.5Z'`, undefined, true],
  [`TIMESTAMP '2026-11-01 02:03:04.5'`, undefined, true],
  [`TIMESTAMP_NS '2026-11-01 02:03:04.500000000'`, undefined, true],
  [`TIMESTAMP_MS '2026-11-01 02:03:04.5'`, undefined, true],
  [`'2026-11-01T02:03:04.5Z'`, undefined, false],
  [`'2026-11-01T03:03:04.5+01:00'`, 'iso', false],
  [`'2026-11-01 02:03:04.5'`, 'iso', false],
  [`${MOMENT / 1000}::DOUBLE`, 'epoch_s', true],
  [`${MOMENT}::BIGINT`, 'epoch_ms', true],
  [`${MOMENT}::UBIGINT`, 'epoch_ms', true],
  [`${MOMENT * 1000}::BIGINT`, 'epoch_us', true],
  [`${MOMENT}::DECIMAL(20,0)`, 'epoch_ms', true],
  [`'${MOMENT}'`, 'epoch_ms', false],
])('a time that is %s with format %s is understood', async (value, format, bounded) => {
  await write('a.parquet', `SELECT ${value} AS ts`);
  const external = dataset({ time: { column: 'ts', ...(format ? { format } : {}) } });
  expect(await select(engine, external, 'time, date')).toEqual([{ time: MOMENT, date: '2026-11-01' }]);
  const { oldest, newest, rows } = await external.snapshot();
  expect([oldest, newest, rows]).toEqual(bounded ? [MOMENT, MOMENT, 1] : [null, null, 1]);
});

test.each([
  ['1::BIGINT', undefined, 'say how it is written'],
  [`TIMESTAMP '2026-11-01'`, 'epoch_s', 'leave out the format'],
  ['true', undefined, 'say how it is written'],
])('a time that is %s with format %s is refused with the column and the file', async (value, format, message) => {
  const path = await write('a.parquet', `SELECT ${value} AS ts`);
  const error = await dataset({ time: { column: 'ts', ...(format ? { format } : {}) } })
    .snapshot()
    .catch((e) => e);
  expect(error).toMatchObject({ code: 'APITRAIL_BAD_CONFIG', where: 'datasets.gateway.columns.time' });
  expect(error.message).toContain(message);
  expect(error.message).toContain(path);
  expect(error.message).toContain('ts');
});

test.each([
  ['s', 2000],
  ['ms', 2],
  ['us', 0.002],
  ['ns', 0.000002],
])('a duration of 2 %s is %d ms', async (unit, expected) => {
  await write('a.parquet', `SELECT TIMESTAMPTZ '2026-11-01 00:00:00Z' AS ts, 2 AS took`);
  const [found] = await select(
    engine,
    dataset({ time: { column: 'ts' }, duration_ms: { column: 'took', unit } }),
    'duration_ms'
  );
  expect(found?.duration_ms).toBeCloseTo(expected, 12);
});

test('files of several shapes are read together', async () => {
  await write('a.parquet', `SELECT TIMESTAMPTZ '2026-11-01 00:00:00Z' AS ts, 200 AS code, 'x' AS extra`);
  await write('b.parquet', `SELECT TIMESTAMP '2026-11-02' AS ts, '404' AS code`);
  await write('c.parquet', `SELECT '2026-11-03T00:00:00Z' AS ts, 500::DOUBLE AS code, 1 AS extra`);
  const external = dataset({ time: { column: 'ts' }, status: { column: 'code' }, host: { column: 'extra' } });
  expect(await select(engine, external, 'date, status, host', 'ORDER BY time')).toEqual([
    { date: '2026-11-01', status: 200, host: 'x' },
    { date: '2026-11-02', status: 404, host: null },
    { date: '2026-11-03', status: 500, host: '1' },
  ]);
});

test('a column that no file has is named, with a file and what it has', async () => {
  const path = await write('a.parquet', `SELECT TIMESTAMPTZ '2026-11-01 00:00:00Z' AS ts, 1 AS code`);
  const error = await dataset({ time: { column: 'ts' }, status: { column: 'cod' } }, { attributes: ['nope'] })
    .snapshot()
    .catch((e) => e);
  expect(error.code).toBe('APITRAIL_BAD_CONFIG');
  expect(error.message).toContain('cod, nope');
  expect(error.message).toContain(path);
  expect(error.message).toContain('ts, code');
});

test('folders may give columns, and need not', async () => {
  await write('region=eu/dt=2026-11-01/x.parquet', `SELECT TIMESTAMPTZ '2026-11-01 00:00:00Z' AS ts, 'a' AS svc`);
  await write(
    'region=us%20east/dt=2026-11-02/x.parquet',
    `SELECT TIMESTAMPTZ '2026-11-02 00:00:00Z' AS ts, 'b' AS svc`
  );
  const mapped = dataset({ time: { column: 'ts' }, service: { column: 'svc' }, region: { column: 'region' } });
  expect(await select(engine, mapped, 'service, region', 'ORDER BY time')).toEqual([
    { service: 'a', region: 'eu' },
    { service: 'b', region: 'us east' },
  ]);
  const unmapped = dataset({ time: { column: 'ts' } });
  expect(await select(engine, unmapped, 'region', 'ORDER BY time')).toEqual([{ region: null }, { region: null }]);
});

test('attributes take scalars under their names and maps with their keys', async () => {
  await write(
    'a.parquet',
    `SELECT TIMESTAMPTZ '2026-11-01 00:00:00Z' AS ts, 'eu' AS "my region", 5 AS n, '' AS empty, NULL::VARCHAR AS nothing, MAP {'k': 'v', 'n': 'again'} AS tags
     UNION ALL SELECT TIMESTAMPTZ '2026-11-02 00:00:00Z', NULL, NULL, '', NULL, NULL`
  );
  const external = dataset({ time: { column: 'ts' } }, { attributes: ['my region', 'n', 'empty', 'nothing', 'tags'] });
  expect(await select(engine, external, 'attributes', 'ORDER BY time')).toEqual([
    { attributes: { 'my region': 'eu', n: '5', k: 'v' } },
    { attributes: null },
  ]);
  const scalars = dataset({ time: { column: 'ts' } }, { attributes: ['n'] });
  expect(await select(engine, scalars, 'attributes', 'ORDER BY time')).toEqual([
    { attributes: { n: '5' } },
    { attributes: null },
  ]);
});

test('files outside the range are not read', async () => {
  await write('a.parquet', `SELECT TIMESTAMP '2026-11-01' + to_hours(i::INTEGER) AS ts FROM range(24) t(i)`);
  await write('b.parquet', `SELECT TIMESTAMP '2026-11-02' + to_hours(i::INTEGER) AS ts FROM range(24) t(i)`);
  const snapshot = await dataset({ time: { column: 'ts' } }).snapshot();
  expect(snapshot).toMatchObject({
    rows: 48,
    files: 2,
    oldest: Date.UTC(2026, 10, 1),
    newest: Date.UTC(2026, 10, 2, 23),
  });
  const relation = snapshot.relation({ from: Date.UTC(2026, 10, 2), to: Date.UTC(2026, 10, 3) });
  expect([relation.files, relation.rows]).toEqual([1, 24]);
  expect(snapshot.relation({ from: Date.UTC(2026, 10, 5) }).sql.describe()).toContain('no files');
});

test('files that come, change and go are seen by the next snapshot', async () => {
  const external = dataset({ time: { column: 'ts' } });
  expect(await external.snapshot()).toMatchObject({ files: 0, rows: 0, oldest: null });
  const path = await write('a.parquet', `SELECT TIMESTAMPTZ '2026-11-01 00:00:00Z' AS ts`);
  expect(await external.snapshot()).toMatchObject({ files: 1, rows: 1 });
  await write('a.parquet', `SELECT TIMESTAMPTZ '2026-11-01 00:00:00Z' + to_days(i::INTEGER) AS ts FROM range(3) t(i)`);
  await utimes(path, new Date(), new Date(Date.now() + 5000));
  expect(await external.snapshot()).toMatchObject({ files: 1, rows: 3, newest: Date.UTC(2026, 10, 3) });
  expect(await select(engine, external, 'count(*)::INTEGER AS n')).toEqual([{ n: 3 }]);
  await rm(path);
  expect(await external.snapshot()).toMatchObject({ files: 0, rows: 0 });
});

test('a pattern takes what it matches, a name with special characters is a name', async () => {
  const a = await write('logs/[x] y?/a.parquet', `SELECT TIMESTAMPTZ '2026-11-01 00:00:00Z' AS ts`);
  await cp(a, join(folder.path, 'logs', 'b.parquet'));
  await cp(a, join(folder.path, 'logs', 'b.parquet.tmp'));
  expect(await dataset({ time: { column: 'ts' } }, { files: 'logs/*.parquet' }).snapshot()).toMatchObject({ files: 1 });
  expect(await dataset({ time: { column: 'ts' } }, { files: 'logs' }).snapshot()).toMatchObject({ files: 2, rows: 2 });
  const special = dataset({ time: { column: 'ts' } }, { files: join(folder.path, 'logs', '[x] y?') });
  expect(await select(engine, special, 'count(*)::INTEGER AS n')).toEqual([{ n: 1 }]);
});

test('names of columns and values are never SQL', async () => {
  await write('a.parquet', `SELECT TIMESTAMPTZ '2026-11-01 00:00:00Z' AS "t""; DROP", 'x' AS "a'b"`);
  const external = dataset(
    { time: { column: 't"; DROP' }, host: { column: "a'b" }, service: { value: "it's '; SELECT 1" } },
    { attributes: ["a'b"] }
  );
  expect(await select(engine, external, 'host, service, attributes')).toEqual([
    { host: 'x', service: "it's '; SELECT 1", attributes: { "a'b": 'x' } },
  ]);
});

test('a file that is no Parquet is named', async () => {
  await write('a.parquet', `SELECT TIMESTAMPTZ '2026-11-01 00:00:00Z' AS ts`);
  await writeFile(join(folder.path, 'b.parquet'), 'not Parquet at all, but long enough');
  await expect(dataset({ time: { column: 'ts' } }).snapshot()).rejects.toMatchObject({
    code: 'APITRAIL_LAKE_UNREADABLE',
    message: expect.stringContaining('b.parquet'),
  });
});

describe('the configuration', () => {
  const issues = (columns: Record<string, unknown>, more = {}) =>
    externalDatasetSchema
      .safeParse({ name: 'x', files: '.', columns, ...more })
      .error?.issues.map(({ path, message, code }) => [path.join('.'), code, message].join(' '));
  const time = { column: 'ts' };

  test.each([
    [{}, 'columns.time'],
    [{ time, durations: { column: 'x' } }, 'durations'],
    [{ time, status: { column: 'x', unit: 's' } }, 'status is not a duration'],
    [{ time, status: { column: 'x', format: 'iso' } }, 'status is not a time'],
    [{ time, status: { value: 'many' } }, 'status is a number'],
    [{ time, ingested_at: { value: 'now' } }, 'ingested_at cannot be the same'],
    [{ time: { value: '2026' } }, 'columns.time'],
    [{ time: { column: 'ts', format: 'unix' } }, 'columns.time.format'],
  ])('%j is refused', (columns, message) => {
    expect(issues(columns)?.join('\n')).toContain(message);
  });

  test('the name of the lake’s own dataset is taken', () => {
    expect(issues({ time }, { name: 'requests' })?.join()).toContain('taken');
  });
});
