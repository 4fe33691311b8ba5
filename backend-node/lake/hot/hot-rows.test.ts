import { mkdir, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openDuckDb, type DuckDb } from '../../engine/duckdb';
import { isRetryable } from '../../engine/duckdb-errors';
import { AwaitedLake } from '../../server/datasets';
import { Lake } from '../lake';
import { LakeDataset } from '../lake-dataset';
import { INGEST_APP_ID, walDirectory } from '../layout';
import { writeHotFile, type HotRow } from '../testing/hot-file';
import { select, stage, temporaryFolder } from '../testing/temporary-lake';
import { ROWS_AWAITED, ROWS_INTERRUPTED } from './awaited-rows';
import { COMPLETE, currentHotDirectory, type HotFile } from './hot-files';
import { notCommitted } from './hot-rows';

const NOV_1 = Date.UTC(2026, 10, 1);

let engine: DuckDb;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let directory: string;

beforeAll(async () => {
  engine = await openDuckDb({ threads: 2 });
});
afterAll(() => engine.close());
beforeEach(async () => {
  folder = await temporaryFolder();
  directory = join(folder.path, 'lake');
});
afterEach(() => folder.remove());

const row = (index: number, more: Record<string, unknown> = {}): HotRow => ({
  time: (NOV_1 + index * 1000) * 1000,
  request_id: `r${index}`,
  ...more,
});
const hot = (from: number, rows: readonly HotRow[], to = from) => writeHotFile(engine, directory, { from, to }, rows);
const commit = async (lake: Lake, version: number, rows: readonly HotRow[]) =>
  lake.append({ ndjson: [await stage(folder.path, rows)] }, { txn: { appId: INGEST_APP_ID, version } });
const ids = async (dataset = new AwaitedLake(directory, engine)) =>
  (await select(engine, dataset, 'request_id', 'ORDER BY 1')).map(({ request_id }) => request_id);

describe.each([
  ['before there is a table', async () => undefined],
  ['in a table without rows', () => Lake.open(directory, { engine, create: true })],
  [
    'in a table with rows of an import',
    async () => {
      const lake = await Lake.open(directory, { engine, create: true });
      await lake.append({ ndjson: [await stage(folder.path, [row(900)])] });
    },
  ],
])('rows that came in %s', (_, prepare) => {
  it('are there once while they are hot, committed and unlinked', async () => {
    await prepare();
    const dataset = new AwaitedLake(directory, engine);
    const imported = await ids(dataset);
    const seen = async () => (await ids(dataset)).filter((id) => !imported.includes(id));

    const first = await hot(0, [row(1), row(2)]);
    expect(await seen()).toEqual(['r1', 'r2']);
    const second = await hot(1, [row(3)], 3);
    expect(await seen()).toEqual(['r1', 'r2', 'r3']);

    const lake = await Lake.open(directory, { engine, create: true });
    await commit(lake, 0, [row(1), row(2)]);
    expect(await seen()).toEqual(['r1', 'r2', 'r3']);
    await unlink(first.path);
    expect(await seen()).toEqual(['r1', 'r2', 'r3']);

    await hot(4, [row(4)]);
    await commit(lake, 3, [row(3)]);
    expect(await seen()).toEqual(['r1', 'r2', 'r3', 'r4']);
    await unlink(second.path);
    expect(await seen()).toEqual(['r1', 'r2', 'r3', 'r4']);
  });
});

describe('what is missing from a snapshot', () => {
  let interrupted = false;
  const missing = async (dataset: AwaitedLake) => (await dataset.snapshot()).missing;
  const log = async (bytes: number) => {
    await mkdir(walDirectory(directory), { recursive: true });
    await writeFile(join(walDirectory(directory), '1.wal'), Buffer.alloc(bytes));
  };

  it.each([
    ['without a table', false],
    ['with one', true],
  ])('is said while the process that takes in is interrupted, %s, when its log has entries', async (_, table) => {
    if (table) {
      await Lake.open(directory, { engine, create: true });
    }
    await hot(1, [row(1)]);
    await writeFile(join(await currentHotDirectory(directory), COMPLETE), '');
    const dataset = new AwaitedLake(directory, engine, () => interrupted);
    await log(2000);
    interrupted = false;
    expect(await missing(dataset)).toBeUndefined();
    interrupted = true;
    expect(await missing(dataset)).toBe(ROWS_INTERRUPTED);
    expect(await ids(dataset)).toEqual(['r1']);
    await log(76);
    expect(await missing(dataset)).toBeUndefined();
    await log(2000);
    await unlink(join(await currentHotDirectory(directory), COMPLETE));
    expect(await missing(dataset)).toBe(ROWS_AWAITED);
  });

  it('is said also when the process is back once the files were listed', async () => {
    await hot(1, [row(1)]);
    await writeFile(join(await currentHotDirectory(directory), COMPLETE), '');
    await log(2000);
    const answers = [true, false];
    const dataset = new AwaitedLake(directory, engine, () => answers.shift() ?? false);
    expect(await missing(dataset)).toBe(ROWS_INTERRUPTED);
    expect(await missing(dataset)).toBeUndefined();
  });
});

describe('a snapshot with hot files', () => {
  it('says what their names say: rows, times, weights', async () => {
    const lake = await Lake.open(directory, { engine, create: true });
    await commit(lake, 4, [row(10)]);
    const { bytes } = await hot(5, [row(20), row(30)]);
    const dataset = new AwaitedLake(directory, engine);
    const snapshot = await dataset.snapshot();
    expect(snapshot).toMatchObject({ version: 1, rows: 3, files: 2, oldest: NOV_1 + 10_000, newest: NOV_1 + 30_000 });
    expect(snapshot.relation({ from: NOV_1 + 15_000 })).toMatchObject({ files: 1, rows: 2, bytes, unweighted: true });
    await hot(6, [row(40, { weight: 10 })]);
    expect((await dataset.snapshot()).relation({}).unweighted).toBe(false);
  });

  it.each([
    [{ from: NOV_1 + 20_000, to: NOV_1 + 20_001 }, 1],
    [{ to: NOV_1 + 20_000 }, 0],
    [{ from: NOV_1 + 30_000 }, 1],
    [{ from: NOV_1 + 30_001 }, 0],
  ])('reads of the range %j %i of them', async (range, files) => {
    await hot(5, [row(20), row(30)]);
    expect((await new AwaitedLake(directory, engine).snapshot()).relation(range).files).toBe(files);
  });

  it('is the same while nothing changes', async () => {
    const lake = await Lake.open(directory, { engine, create: true });
    await hot(0, [row(1)]);
    const dataset = new LakeDataset(lake);
    const first = await dataset.snapshot();
    expect(await dataset.snapshot()).toBe(first);
    await hot(1, [row(2)]);
    expect(await dataset.snapshot()).not.toBe(first);
  });

  it('names their paths, for processes that may read nothing else', async () => {
    const { path } = await hot(0, [row(1)]);
    expect((await new AwaitedLake(directory, engine).snapshot()).relation({}).paths).toEqual([path]);
  });

  it('has rows and table columns alike: a file of other columns is no obstacle', async () => {
    const lake = await Lake.open(directory, { engine, create: true });
    await commit(lake, 0, [row(1, { status: 200, attributes: { plan: 'pro' } })]);
    await hot(1, [row(2, { status: 404 })]);
    expect(await select(engine, new LakeDataset(lake), 'status, attributes, date', 'ORDER BY status')).toEqual([
      expect.objectContaining({ status: 200, attributes: expect.anything() }),
      expect.objectContaining({ status: 404, attributes: null }),
    ]);
  });

  it('whose file is gone can be asked again, over a new one', async () => {
    const { path } = await hot(0, [row(1)]);
    await hot(1, [row(2)]);
    const dataset = new AwaitedLake(directory, engine);
    const { sql: rows } = (await dataset.snapshot()).relation({});
    await rm(path);
    const error: unknown = await engine.run(rows).catch((thrown: unknown) => thrown);
    expect(isRetryable(error)).toBe(true);
    expect(await ids(dataset)).toEqual(['r2']);
  });

  it('refuses a file that is in a commit in part', async () => {
    const lake = await Lake.open(directory, { engine, create: true });
    const { path } = await hot(3, [row(1), row(2)], 5);
    await commit(lake, 4, [row(1)]);
    await expect(new LakeDataset(lake).snapshot()).rejects.toMatchObject({
      code: 'APITRAIL_LAKE_UNREADABLE',
      where: path,
      message: expect.stringContaining('the table has the batches up to 4, and the file those from 3 to 5'),
    });
  });
});

describe('what is in no commit', () => {
  const file = (from: number, to: number): HotFile => ({
    ...{ path: `/hot/${from}-${to}`, from, to, rows: 1, oldest: 0, newest: 0 },
  });

  it.each([
    ['all, while nothing is committed', [file(0, 1), file(2, 2)], undefined, ['0-1', '2-2']],
    ['those past the commit', [file(0, 1), file(2, 2), file(3, 9)], 2, ['3-9']],
    [
      'a file, and not those that are all in it',
      [file(0, 9), file(1, 2), file(3, 9), file(10, 11)],
      -1,
      ['0-9', '10-11'],
    ],
    ['the larger of two with the same beginning', [file(0, 2), file(0, 9), file(3, 4)], undefined, ['0-9']],
  ])('%s', (_, files, committed, expected) => {
    expect(notCommitted(files, committed).map(({ from, to }) => `${from}-${to}`)).toEqual(expected);
  });

  it('is not to be told of files that share some batches', () => {
    expect(() => notCommitted([file(0, 4), file(3, 9)], undefined)).toThrow(
      'from 3 to 9, and /hot/0-4 those from 0 to 4'
    );
  });
});
