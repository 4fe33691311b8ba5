import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { DuckDb } from '../../engine/duckdb';
import type { Lake } from '../lake';
import { LakeDataset } from '../lake-dataset';
import { ownIdentity } from '../process-identity';
import { groupFiles } from '../rewrite';
import { select, eachWithLake, type TemporaryFolder } from '../testing/temporary-lake';
import { compactTable, planCompaction, type CompactProgress } from './compact';

const DAY_MS = 86_400_000;
const NOV_1 = Date.UTC(2026, 10, 1);

let engine: DuckDb;
let folder: TemporaryFolder;
let lake: Lake;

eachWithLake((made) => ({ engine, folder, lake } = made));

const row = (ms: number) => ({ time: (NOV_1 + ms) * 1000, service: `s${ms % 5}`, request_id: String(ms) });
const append = (...times: number[]) => lake.append({ rows: times.map(row) });
const live = async () => [...(await lake.snapshot()).files.values()];
const rows = () => select(engine, new LakeDataset(lake), '*', 'ORDER BY time');

test('puts the files of each day together, a day a commit, and says so', async () => {
  await append(1, DAY_MS);
  await append(2, DAY_MS + 1, 2 * DAY_MS);
  await append(3);
  const before = await rows();
  const told: CompactProgress[] = [];
  const summary = await compactTable(lake.requests, { onProgress: (progress) => told.push(progress) });
  expect(summary).toMatchObject({
    table: 'requests',
    partitions: 2,
    compacted: 2,
    removed: { files: 5, rows: 5 },
    added: { files: 2, rows: 5 },
    conflicts: [],
    interrupted: false,
  });
  expect(await rows()).toEqual(before);
  expect(await live()).toHaveLength(3);
  expect((await lake.snapshot()).version).toBe(5);
  expect(told.filter(({ result }) => result).map(({ partition }) => partition)).toEqual([
    'date=2026-11-01',
    'date=2026-11-02',
  ]);
});

test('a second time there is nothing to do', async () => {
  await append(1);
  await append(2);
  await compactTable(lake.requests);
  const { version } = await lake.snapshot();
  expect(await compactTable(lake.requests)).toMatchObject({ partitions: 0, removed: { files: 0 } });
  expect((await lake.snapshot()).version).toBe(version);
});

test('files of half the target are left, smaller ones become no larger than it', async () => {
  for (let index = 0; index < 6; index++) {
    await append(...Array.from({ length: 50 }, (_, n) => index * 1000 + n));
  }
  const size = Math.max(...(await live()).map(({ add }) => add.size));
  expect(planCompaction(lake.requests, await lake.snapshot(), { targetBytes: 2 * size - 2 }).size).toBeLessThanOrEqual(
    1
  );
  expect(planCompaction(lake.requests, await lake.snapshot(), { targetBytes: size }).size).toBe(0);
  const plan = planCompaction(lake.requests, await lake.snapshot(), { targetBytes: 3 * size });
  expect([...plan.values()].flat().map((group) => group.length)).toEqual([3, 3]);
});

test('young days are left alone when that is asked for', async () => {
  for (const time of [1, DAY_MS]) {
    await append(time);
    await append(time + 1);
  }
  const plan = (olderThanMs: number, now: number) => [
    ...planCompaction(lake.requests, { ...state }, { olderThanMs }, now).keys(),
  ];
  const state = await lake.snapshot();
  expect(plan(DAY_MS, NOV_1 + 3 * DAY_MS)).toEqual(['date=2026-11-01', 'date=2026-11-02']);
  expect(plan(DAY_MS, NOV_1 + 3 * DAY_MS - 1)).toEqual(['date=2026-11-01']);
  expect(plan(DAY_MS, NOV_1 + DAY_MS)).toEqual([]);
});

test('a dry run says what would be done, and does nothing', async () => {
  await append(1);
  await append(2);
  const files = await live();
  expect(await compactTable(lake.requests, { dryRun: true })).toMatchObject({
    partitions: 1,
    compacted: 0,
    removed: { files: 2, rows: 2 },
    added: { files: 1, rows: 2 },
  });
  expect(await live()).toEqual(files);
});

test('a stop keeps what is done and leaves nothing of what is not', async () => {
  for (const time of [1, DAY_MS, 2 * DAY_MS]) {
    await append(time);
    await append(time + 1);
  }
  const stop = new AbortController();
  const summary = await compactTable(lake.requests, {
    signal: stop.signal,
    onProgress: ({ result }) => result && stop.abort(),
  });
  expect(summary).toMatchObject({ compacted: 1, partitions: 3, interrupted: true });
  expect(await readdir(join(lake.table, 'date=2026-11-02'))).toHaveLength(2);
  expect(await compactTable(lake.requests)).toMatchObject({ compacted: 2, interrupted: false });
  expect(await rows()).toHaveLength(6);
});

test('a day that others have rewritten meanwhile is planned anew', async () => {
  await append(1);
  await append(2);
  const mine = lake.requests;
  let disturbed = false;
  const table = Object.create(mine, {
    rewrite: {
      value: async (...args: Parameters<typeof mine.rewrite>) => {
        if (!disturbed) {
          disturbed = true;
          await mine.rewrite(groupFiles(await live(), 1), { operation: 'OPTIMIZE' });
        }
        return mine.rewrite(...args);
      },
    },
  }) as typeof mine;
  expect(await compactTable(table)).toMatchObject({ compacted: 1, conflicts: [] });
  expect(await rows()).toHaveLength(2);
  expect(await live()).toHaveLength(1);
});

test('only one compaction runs in a lake', async () => {
  await append(1);
  await mkdir(join(folder.path, '.apitrail'), { recursive: true });
  const holder = { ...(await ownIdentity()), id: 'other', since: '2026-11-23T00:00:00Z' };
  await writeFile(join(folder.path, '.apitrail', 'compact.lock'), JSON.stringify(holder));
  await expect(compactTable(lake.requests)).rejects.toMatchObject({
    code: 'APITRAIL_LAKE_BUSY',
    message: expect.stringContaining('Another compaction'),
  });
});
