import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { DuckDb } from '../../engine/duckdb';
import { sql } from '../../engine/sql';
import { DeltaTable } from '../delta-table';
import type { Lake } from '../lake';
import { LakeDataset } from '../lake-dataset';
import { groupFiles } from '../rewrite';
import { REQUESTS_TABLE } from '../table-definition';
import { select, eachWithLake, type TemporaryFolder } from '../testing/temporary-lake';
import { applyRetention, planRetention, type RetentionPolicy } from './retention';
import { vacuumTable } from './vacuum';

const DAY_MS = 86_400_000;
const NOV_1 = Date.UTC(2026, 10, 1);

let engine: DuckDb;
let folder: TemporaryFolder;
let lake: Lake;

eachWithLake((made) => ({ engine, folder, lake } = made));

/** A day, counted from 1 November, with its first and its last moment. */
const fill = (...days: number[]) =>
  lake.append({
    rows: days.flatMap((day) => [
      { time: (NOV_1 + day * DAY_MS) * 1000, service: `day ${day}` },
      { time: (NOV_1 + (day + 1) * DAY_MS) * 1000 - 1, service: `day ${day}` },
    ]),
  });
const days = async () =>
  (await select(engine, new LakeDataset(lake), 'DISTINCT service', 'ORDER BY service')).map(({ service }) => service);
const plan = async (policy: RetentionPolicy, now: number) => planRetention(await lake.snapshot(), policy, now).plan;
const retain = (policy: RetentionPolicy, now: number) => applyRetention(lake.requests, policy, { now });

test('a day goes once its last moment is older than the age, not before', async () => {
  await fill(0, 1, 2);
  const age = { ageMs: 2 * DAY_MS };
  expect((await plan(age, NOV_1 + 3 * DAY_MS - 1)).days).toEqual([]);
  const summary = await retain(age, NOV_1 + 3 * DAY_MS);
  expect(summary).toMatchObject({ days: [{ date: '2026-11-01', why: 'age', rows: 2 }], oldest: '2026-11-02' });
  expect(await days()).toEqual(['day 1', 'day 2']);
});

test('one commit takes all of them out, says DELETE, and leaves the files to readers until vacuum', async () => {
  await fill(0, 1, 2);
  const before = await new LakeDataset(lake).snapshot();
  const { version } = await retain({ ageMs: DAY_MS }, NOV_1 + 3 * DAY_MS);
  expect((await lake.snapshot()).version).toBe(version);
  expect(version).toBe(2);
  const old = await engine.run(sql`SELECT count(*) FROM ${before.relation({}).sql}`);
  expect(old.values[0]![0]).toBe(6);
  expect(await readdir(join(lake.table, 'date=2026-11-01'))).toHaveLength(1);
  await vacuumTable(lake.requests, { retentionMs: 0, force: true });
  expect(await readdir(join(lake.table, 'date=2026-11-01'))).toEqual([]);
  expect(await days()).toEqual(['day 2']);
});

test('by size as few of the oldest days go as it takes', async () => {
  await fill(0, 1, 2, 3);
  const { bytes } = (await plan({}, NOV_1)).kept;
  const now = NOV_1 + 10 * DAY_MS;
  expect((await plan({ bytes }, now)).days).toEqual([]);
  expect((await plan({ bytes: bytes - 1 }, now)).days).toMatchObject([{ date: '2026-11-01', why: 'size' }]);
  const most = await plan({ bytes: Math.floor(bytes / 2) }, now);
  expect(most.days).toHaveLength(2);
  expect(most.kept.bytes).toBeLessThanOrEqual(bytes / 2);
});

test('the newest day never goes by size, nor the newest that is not in the future', async () => {
  await fill(0, 1, 5000);
  expect((await plan({ bytes: 1 }, NOV_1 + 2 * DAY_MS)).days.map(({ date }) => date)).toEqual(['2026-11-01']);
});

test('without a policy nothing goes', async () => {
  await fill(0, 1);
  expect((await plan({}, NOV_1 + 9999 * DAY_MS)).days).toEqual([]);
});

test('a dry run changes nothing', async () => {
  await fill(0, 1);
  const { version } = await lake.snapshot();
  const summary = await applyRetention(lake.requests, { ageMs: 0 }, { now: NOV_1 + 9 * DAY_MS, dryRun: true });
  expect(summary.days).toHaveLength(2);
  expect((await lake.snapshot()).version).toBe(version);
});

test('files that are compacted meanwhile go as well: it is begun anew', async () => {
  await fill(0);
  await fill(0, 1);
  const table = await DeltaTable.open(REQUESTS_TABLE, folder.path, { engine });
  const replace = table.replaceFiles.bind(table);
  let conflicts = 0;
  table.replaceFiles = async (replacement) => {
    if (conflicts++ === 0) {
      const live = [...(await lake.snapshot()).files.values()];
      await lake.requests.rewrite(groupFiles(live), { operation: 'OPTIMIZE' });
    }
    return replace(replacement);
  };
  const summary = await applyRetention(table, { ageMs: DAY_MS }, { now: NOV_1 + 2 * DAY_MS });
  expect(summary.days).toMatchObject([{ date: '2026-11-01', files: 1, rows: 4 }]);
  expect(await days()).toEqual(['day 1']);
});
