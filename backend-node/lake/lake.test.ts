import { appendFile, chmod, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { DuckDb } from '../engine/duckdb';
import { raw } from '../engine/sql';
import { Lake } from './lake';
import { LakeDataset } from './lake-dataset';
import { entryName } from './layout';
import { schemaString, tableFields } from './schema';
import { REQUESTS_TABLE } from './table-definition';
import { select, stage, eachWithLake, type TemporaryFolder } from './testing/temporary-lake';

const DAY_US = 86_400_000_000;
const NOV_1 = Date.UTC(2026, 10, 1) * 1000;

let engine: DuckDb;
let folder: TemporaryFolder;
let lake: Lake;

eachWithLake((made) => ({ engine, folder, lake } = made), { within: 'lake' });

const row = (index: number, more: Record<string, unknown> = {}) => ({
  time: NOV_1 + index,
  service: 'shop',
  route: '/r',
  status: 200,
  ...more,
});
const append = async (rows: Array<Record<string, unknown>>, txn?: { appId: string; version: number }) =>
  lake.append({ ndjson: [await stage(folder.path, rows)] }, txn ? { txn } : {});
const reopened = () => Lake.open(lake.directory, { engine });
const count = async (of: Lake) => (await select(engine, new LakeDataset(of), 'count(*)::INTEGER AS n'))[0]?.n;
const logNames = () => readdir(join(lake.table, '_delta_log'));
const entry = async (version: number) =>
  (await readFile(join(lake.table, '_delta_log', entryName(version)), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, Record<string, unknown>>);

describe('appending', () => {
  test('rows come back as they were, whatever is in them', async () => {
    const full = {
      time: NOV_1 + 123_457,
      ingested_at: NOV_1 + 1,
      duration_ms: 1.25,
      status: 404,
      response_bytes: 9_007_199_254_740_991,
      service: "naïve 'shop' \u0000 🛒",
      route: '/a/{id}',
      attributes: { 'k y': 'v', __proto__x: '', ünï: '{"a":1}' },
    };
    await append([full]);
    const [found] = await select(engine, new LakeDataset(lake), '*');
    expect(found).toMatchObject({
      ...full,
      time: (NOV_1 + 123_457) / 1000,
      ingested_at: (NOV_1 + 1) / 1000,
      date: '2026-11-01',
      weight: null,
      customer: null,
    });
  });

  test('an empty string and an empty map are null', async () => {
    await append([row(0, { customer: '', attributes: {} })]);
    expect(await select(engine, new LakeDataset(lake), 'customer, attributes')).toEqual([
      { customer: null, attributes: null },
    ]);
  });

  test('each UTC date has a file, sorted, read-only, with its rows and bounds in the log', async () => {
    const rows = [row(2 * DAY_US - 1), row(DAY_US), row(0, { service: 'z' }), row(5, { service: 'a' }), row(-1)];
    expect(await append(rows)).toEqual({ version: 1, rows: 5, files: 3 });
    const adds = (await entry(1)).flatMap(({ add }) => (add ? [add] : []));
    expect(adds.map((add) => add.partitionValues)).toEqual([
      { date: '2026-10-31' },
      { date: '2026-11-01' },
      { date: '2026-11-02' },
    ]);
    expect(JSON.parse(adds[2]?.stats as string)).toMatchObject({
      numRecords: 2,
      minValues: { time: '2026-11-02T00:00:00.000Z', service: 'shop', status: 200 },
      maxValues: { time: '2026-11-03T00:00:00.000Z' },
      nullCount: { service: 0, duration_ms: 2 },
    });
    const path = join(lake.table, adds[1]?.path as string);
    expect((await stat(path)).mode & 0o777).toBe(0o444);
    const order = await engine.run(raw(`SELECT service FROM read_parquet('${path}', hive_partitioning = false)`));
    expect(order.values[0]).toEqual(['a', 'z']);
  });

  test('a column that is null throughout a row group has bounds all the same', async () => {
    const path = join(folder.path, 'many.ndjson');
    const lines = Array.from({ length: 130_000 }, (_, index) =>
      JSON.stringify({
        time: NOV_1 + index,
        service: 'a',
        ...(index < 125_000 ? {} : { customer: `c${index}`, status: 200 }),
      })
    );
    await writeFile(path, `${lines.join('\n')}\n`);
    await lake.append({ ndjson: [path] });
    const add = (await entry(1)).find((action) => action.add)?.add;
    expect(JSON.parse(add?.stats as string)).toMatchObject({
      minValues: { customer: 'c125000', status: 200 },
      maxValues: { customer: 'c129999', status: 200 },
      nullCount: { customer: 125_000 },
    });
  });

  test('many files of staged rows are one commit', async () => {
    const files = [
      await stage(folder.path, [row(0)]),
      await stage(folder.path, []),
      await stage(folder.path, [row(1)]),
    ];
    expect(await lake.append({ ndjson: files })).toEqual({ version: 1, rows: 2, files: 1 });
  });

  test('nothing staged is no commit, unless there is progress to note', async () => {
    expect(await lake.append({ ndjson: [] })).toEqual({ version: 0, rows: 0, files: 0 });
    expect(await lake.append({ ndjson: [] }, { txn: { appId: 'a', version: 7 } })).toEqual({
      version: 1,
      rows: 0,
      files: 0,
    });
    expect(await lake.transactionVersion('a')).toBe(7);
  });

  test.each([
    ['a word for a number', { status: 'abc' }],
    ['a fraction for an integer', { status: 200.5 }],
    ['an integer out of range', { status: 3e9 }],
    ['a long that JSON cannot hold', { request_bytes: 2 ** 60 }],
    ['an infinite number', { duration_ms: 'inf' }],
    ['a row without a time', { time: undefined }],
    ['a time in text', { time: '2026-11-01T00:00:00Z' }],
    ['a time with a fraction', { time: NOV_1 + 0.25 }],
    ['an array for a map', { attributes: ['a'] }],
    ['half a character', { path: '\ud800' }],
  ])('%s fails the append, and nothing is added', async (_, wrong) => {
    await expect(append([row(0), row(1, wrong), row(2)])).rejects.toMatchObject({ code: 'APITRAIL_INTERNAL' });
    expect((await lake.snapshot()).version).toBe(0);
    expect((await readdir(lake.table)).filter((name) => name.startsWith('date='))).toEqual([]);
  });

  test('a torn last line fails the append', async () => {
    const path = await stage(folder.path, [row(0)]);
    await appendFile(path, '{"time":179');
    await expect(lake.append({ ndjson: [path] })).rejects.toMatchObject({ code: 'APITRAIL_INTERNAL' });
    expect((await lake.snapshot()).version).toBe(0);
  });

  test('an abort leaves nothing behind', async () => {
    const path = await stage(folder.path, [row(0)]);
    await expect(lake.append({ ndjson: [path] }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'APITRAIL_QUERY_CANCELLED',
    });
    expect((await lake.snapshot()).version).toBe(0);
  });
});

describe('transactions', () => {
  test('the same progress twice adds once', async () => {
    await append([row(0)], { appId: 'file', version: 10 });
    expect(await append([row(0)], { appId: 'file', version: 10 })).toEqual({ version: 1, rows: 0, files: 0 });
    expect(await append([row(0)], { appId: 'file', version: 9 })).toMatchObject({ rows: 0 });
    expect(await append([row(1)], { appId: 'file', version: 11 })).toMatchObject({ version: 2, rows: 1 });
    expect(await append([row(2)], { appId: 'other', version: 1 })).toMatchObject({ version: 3, rows: 1 });
    expect(await lake.transactionVersion('file')).toBe(11);
    expect(await lake.transactionVersion('unknown')).toBeUndefined();
  });

  test('of many at once with the same progress one adds', async () => {
    const results = await Promise.all(Array.from({ length: 5 }, () => append([row(0)], { appId: 'a', version: 1 })));
    expect(results.map(({ rows }) => rows).sort()).toEqual([0, 0, 0, 0, 1]);
    expect(await count(lake)).toBe(1);
    expect(await readdir(join(lake.table, 'date=2026-11-01'))).toHaveLength(1);
  });
});

describe('reading', () => {
  test('a snapshot stays what it was', async () => {
    const dataset = new LakeDataset(lake);
    await append([row(0)]);
    const before = await dataset.snapshot();
    await append([row(1)]);
    const after = await dataset.snapshot();
    expect([before.version, before.rows, after.version, after.rows]).toEqual([1, 1, 2, 2]);
    expect(before.relation({}).files).toBe(1);
  });

  test('an empty lake answers with no rows and the right types', async () => {
    const snapshot = await new LakeDataset(lake).snapshot();
    expect(snapshot).toMatchObject({ version: 0, rows: 0, files: 0, oldest: null, newest: null });
    expect(await select(engine, new LakeDataset(lake), 'typeof(time)', '')).toEqual([]);
    expect(await select(engine, new LakeDataset(lake), 'count(time)::INTEGER AS n, sum(duration_ms) AS s')).toEqual([
      { n: 0, s: null },
    ]);
  });

  test.each([
    [{}, 3],
    [{ from: NOV_1 / 1000, to: NOV_1 / 1000 + 1 }, 1],
    [{ from: NOV_1 / 1000 + 86_400_000 }, 2],
    [{ to: NOV_1 / 1000 }, 0],
    [{ from: NOV_1 / 1000 + 0.5, to: NOV_1 / 1000 + 2 }, 1],
    [{ from: NOV_1 / 1000 + 3 * 86_400_000 }, 0],
  ])('of the range %j %i files are read', async (range, files) => {
    await append([row(700), row(DAY_US), row(2 * DAY_US)]);
    const relation = (await new LakeDataset(lake).snapshot()).relation(range);
    expect(relation.files).toBe(files);
    expect(relation.rows).toBe(files);
  });

  test('oldest and newest are of whole milliseconds around the rows', async () => {
    await append([row(700), row(DAY_US + 700)]);
    const { oldest, newest } = await new LakeDataset(lake).snapshot();
    expect([oldest, newest]).toEqual([NOV_1 / 1000, NOV_1 / 1000 + 86_400_001]);
  });

  test('a file without statistics is pruned by its partition', async () => {
    await append([row(0), row(DAY_US)]);
    const path = join(lake.table, '_delta_log', entryName(1));
    const stripped = (await entry(1)).map((action) =>
      action.add ? { add: { ...action.add, stats: undefined } } : action
    );
    await writeFile(path, stripped.map((action) => `${JSON.stringify(action)}\n`).join(''));
    const snapshot = await new LakeDataset(await reopened()).snapshot();
    expect(snapshot.rows).toBeNull();
    expect(snapshot.relation({ from: NOV_1 / 1000, to: NOV_1 / 1000 + 1 }).files).toBe(1);
  });

  test('a name with special characters is a name', async () => {
    for (const name of ['a[b]', 'q\'s "x"', 'st*r?', 'sp ace %20 é', 'dt=1']) {
      const special = await Lake.open(join(folder.path, name), { engine, create: true });
      await special.append({ ndjson: [await stage(folder.path, [row(0)])] });
      await special.checkpoint();
      expect(await count(await Lake.open(join(folder.path, name), { engine }))).toBe(1);
    }
  });

  test('what the describe shows of a relation names no path', async () => {
    await append([row(0)]);
    expect((await new LakeDataset(lake).snapshot()).relation({}).sql.describe()).toBe('requests /* 1 file */');
  });

  test('there must be a lake, unless it is to be made', async () => {
    await expect(Lake.open(join(folder.path, 'none'), { engine })).rejects.toMatchObject({
      code: 'APITRAIL_NOT_FOUND',
    });
    await Lake.open(lake.directory, { engine, create: true });
    expect((await lake.snapshot()).version).toBe(0);
  });

  test('another process sees what was added, and removals by other writers', async () => {
    const other = await reopened();
    await append([row(0), row(DAY_US)]);
    expect(await count(other)).toBe(2);
    const add = (await entry(1)).find((action) => action.add)?.add;
    const remove = { path: add?.path, deletionTimestamp: Date.now(), dataChange: true };
    await writeFile(join(lake.table, '_delta_log', entryName(2)), `${JSON.stringify({ remove })}\n`);
    expect(await count(other)).toBe(1);
    expect(await count(await reopened())).toBe(1);
  });
});

describe('the schema', () => {
  test('a column the table lacks is added by the next append, and is null before', async () => {
    await append([row(0)]);
    const log = join(lake.table, '_delta_log');
    const [protocol, metaData] = (await entry(0)).filter((action) => !action.commitInfo);
    const fields = tableFields(REQUESTS_TABLE).filter(({ name }) => name !== 'region');
    const older = { metaData: { ...metaData?.metaData, schemaString: schemaString(fields) } };
    await writeFile(join(log, entryName(0)), `${JSON.stringify(protocol)}\n${JSON.stringify(older)}\n`);
    lake = await reopened();
    await append([row(1, { region: 'eu' })]);
    expect((await lake.snapshot()).fields.map(({ name }) => name)).toContain('region');
    expect((await entry(2)).some((action) => action.metaData)).toBe(true);
    await append([row(2)]);
    expect((await entry(3)).some((action) => action.metaData)).toBe(false);
    expect(await select(engine, new LakeDataset(lake), 'region', 'ORDER BY time')).toEqual([
      { region: null },
      { region: 'eu' },
      { region: null },
    ]);
  });

  test('a column of another type is refused', async () => {
    const log = join(lake.table, '_delta_log');
    const [protocol, metaData] = (await entry(0)).filter((action) => !action.commitInfo);
    const fields = tableFields(REQUESTS_TABLE).map((field) =>
      field.name === 'status' ? { ...field, type: 'string' } : field
    );
    const other = { metaData: { ...metaData?.metaData, schemaString: schemaString(fields) } };
    await writeFile(join(log, entryName(0)), `${JSON.stringify(protocol)}\n${JSON.stringify(other)}\n`);
    lake = await reopened();
    await expect(append([row(0)])).rejects.toMatchObject({ code: 'APITRAIL_LAKE_UNSUPPORTED' });
    expect(await readdir(join(lake.table, 'date=2026-11-01'))).toEqual([]);
  });

  test.each([
    [{ minReaderVersion: 3, minWriterVersion: 7 }, 'read'],
    [{ minReaderVersion: 1, minWriterVersion: 7 }, 'append'],
  ])('protocol %j cannot %s', async (protocol, what) => {
    await writeFile(join(lake.table, '_delta_log', entryName(1)), `${JSON.stringify({ protocol })}\n`);
    const tried = what === 'read' ? reopened() : append([row(0)]);
    await expect(tried).rejects.toMatchObject({ code: 'APITRAIL_LAKE_UNSUPPORTED' });
  });
});

describe('the log', () => {
  const old = new Date(Date.now() - 10 * 86_400_000);
  const age = async () => {
    for (const name of await logNames()) {
      await utimes(join(lake.table, '_delta_log', name), old, old);
    }
  };

  test('a checkpoint and a cleaned log say the same as the whole log', async () => {
    for (let i = 0; i < 6; i++) {
      await append([row(i * DAY_US, { attributes: { i: String(i) } })], { appId: `a${i % 2}`, version: i });
    }
    const before = await lake.snapshot();
    expect(await lake.checkpoint()).toBe(6);
    await age();
    await append([row(6 * DAY_US)]);
    await lake.checkpoint();
    expect((await logNames()).filter((name) => !name.startsWith('_')).sort()).toEqual(
      [
        '00000000000000000006.checkpoint.parquet',
        entryName(6),
        '00000000000000000007.checkpoint.parquet',
        entryName(7),
      ].sort()
    );
    expect(JSON.parse(await readFile(join(lake.table, '_delta_log', '_last_checkpoint'), 'utf8'))).toMatchObject({
      version: 7,
    });
    await rm(join(lake.table, '_delta_log', '00000000000000000007.checkpoint.parquet'));
    const after = await (await reopened()).snapshot();
    expect(after.version).toBe(7);
    expect(after.metadata).toEqual(before.metadata);
    expect(after.transactions).toEqual(before.transactions);
    for (const [path, { add, ...bounds }] of before.files) {
      expect(after.files.get(path)).toEqual({ ...bounds, add: { ...add, dataChange: false } });
    }
    expect(await count(await reopened())).toBe(7);
  });

  test('a reader that slept through a clean-up finds its way', async () => {
    const sleeper = await reopened();
    for (let i = 0; i < 3; i++) {
      await append([row(i)]);
    }
    await lake.checkpoint();
    await age();
    await append([row(3)]);
    await lake.checkpoint();
    expect((await logNames()).includes(entryName(1))).toBe(false);
    expect(await count(sleeper)).toBe(4);
  });

  test('tombstones live in checkpoints until their time', async () => {
    await append([row(0)]);
    await append([row(1)]);
    const path = (version: number) => async () => (await entry(version)).find((action) => action.add)?.add?.path;
    const recent = { path: await path(1)(), deletionTimestamp: Date.now(), dataChange: true };
    const expired = { path: await path(2)(), deletionTimestamp: 1, dataChange: true };
    await writeFile(
      join(lake.table, '_delta_log', entryName(3)),
      [recent, expired].map((remove) => `${JSON.stringify({ remove })}\n`).join('')
    );
    // As long as the file is there it is remembered, so that vacuum knows that it was removed.
    await lake.checkpoint();
    expect([...(await (await reopened()).snapshot()).tombstones.keys()].sort()).toEqual(
      [recent.path, expired.path].sort()
    );
    await rm(join(lake.table, String(expired.path)));
    await lake.append({ rows: [] }, { txn: { appId: 'next', version: 1 } });
    await lake.checkpoint();
    const state = await (await reopened()).snapshot();
    expect([...state.tombstones.keys()]).toEqual([recent.path]);
    expect(state.files.size).toBe(0);
  });

  test('a checkpoint comes by itself at the table’s interval', async () => {
    const [protocol, metaData] = (await entry(0)).filter((action) => !action.commitInfo);
    const often = { metaData: { ...metaData?.metaData, configuration: { 'delta.checkpointInterval': '2' } } };
    await writeFile(
      join(lake.table, '_delta_log', entryName(0)),
      `${JSON.stringify(protocol)}\n${JSON.stringify(often)}\n`
    );
    lake = await reopened();
    for (let i = 0; i < 4; i++) {
      await append([row(i)]);
    }
    expect((await logNames()).filter((name) => name.includes('checkpoint.parquet'))).toHaveLength(2);
  });

  test('a checkpoint that fails is a warning; the rows are in', async () => {
    const warnings: unknown[] = [];
    const [protocol, metaData] = (await entry(0)).filter((action) => !action.commitInfo);
    const often = { metaData: { ...metaData?.metaData, configuration: { 'delta.checkpointInterval': '1' } } };
    await writeFile(
      join(lake.table, '_delta_log', entryName(0)),
      `${JSON.stringify(protocol)}\n${JSON.stringify(often)}\n`
    );
    lake = await Lake.open(lake.directory, { engine, onWarning: (warning) => warnings.push(warning) });
    // A folder in the way of the checkpoint.
    await writeFile(join(lake.directory, '.apitrail', 'tmp'), '');
    expect(await append([row(0)])).toMatchObject({ rows: 1 });
    expect(warnings).toHaveLength(1);
    expect(await count(await reopened())).toBe(1);
  });

  test('temporary files of killed writers are no entries, and go after a day', async () => {
    await append([row(0)]);
    const log = join(lake.table, '_delta_log');
    await writeFile(join(log, '.tmp-1'), '{"add":');
    await writeFile(join(log, '.tmp-2'), '{"add":');
    await utimes(join(log, '.tmp-1'), old, old);
    expect(await count(await reopened())).toBe(1);
    await lake.checkpoint();
    expect((await logNames()).filter((name) => name.startsWith('.tmp'))).toEqual(['.tmp-2']);
  });

  test('a torn or empty _last_checkpoint does not matter to us', async () => {
    await append([row(0)]);
    await lake.checkpoint();
    for (const content of ['', '{"ver', '{}']) {
      await writeFile(join(lake.table, '_delta_log', '_last_checkpoint'), content);
      expect(await count(await reopened())).toBe(1);
    }
  });

  test.each([
    ['torn', '{"add":{"path":"x'],
    ['empty', ''],
    ['of another kind', '[]\n'],
  ])('an entry that is %s is named', async (_, content) => {
    await append([row(0)]);
    const reader = await reopened();
    await writeFile(join(lake.table, '_delta_log', entryName(2)), content);
    for (const reading of [reader.snapshot(), reopened()]) {
      await expect(reading).rejects.toMatchObject({
        code: 'APITRAIL_LAKE_UNREADABLE',
        message: expect.stringContaining(entryName(2)),
      });
    }
    await expect(reader.snapshot()).rejects.toMatchObject({ code: 'APITRAIL_LAKE_UNREADABLE' });
    await rm(join(lake.table, '_delta_log', entryName(2)));
    expect(await count(reader)).toBe(1);
  });

  test('a gap is named', async () => {
    for (let i = 0; i < 3; i++) {
      await append([row(i)]);
    }
    await rm(join(lake.table, '_delta_log', entryName(2)));
    await expect(reopened()).rejects.toMatchObject({
      code: 'APITRAIL_LAKE_UNREADABLE',
      message: expect.stringContaining(entryName(2)),
    });
  });

  test('a beginning that is missing is named', async () => {
    await append([row(0)]);
    await rm(join(lake.table, '_delta_log', entryName(0)));
    await expect(reopened()).rejects.toMatchObject({
      code: 'APITRAIL_LAKE_UNREADABLE',
      message: expect.stringContaining(entryName(0)),
    });
  });

  test('a data file outside the table is refused', async () => {
    const add = { path: '../../secret.parquet', partitionValues: {}, size: 1, modificationTime: 1, dataChange: true };
    await writeFile(join(lake.table, '_delta_log', entryName(1)), `${JSON.stringify({ add })}\n`);
    await expect(new LakeDataset(await reopened()).snapshot()).rejects.toMatchObject({
      code: 'APITRAIL_LAKE_UNSUPPORTED',
    });
  });

  test('a missing data file is named, and worth another look', async () => {
    await append([row(0)]);
    const add = (await entry(1)).find((action) => action.add)?.add;
    const path = join(lake.table, add?.path as string);
    await chmod(path, 0o644);
    await rm(path);
    await expect(count(lake)).rejects.toMatchObject({ code: 'APITRAIL_LAKE_UNREADABLE', retryable: true });
  });
});
