import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { listHotFiles, readHotFolder } from '../../lake/hot/hot-files';
import { walDirectory } from '../../lake/layout';
import { IntakeBench, until } from './testing/intake-bench';
import { send, testRows } from './testing/test-batches';

let bench: IntakeBench;
beforeEach(async () => {
  bench = await IntakeBench.open();
});
afterEach(() => bench.close());

const idsOf = (rows: ReadonlyArray<{ id: string }>): string[] => rows.map(({ id }) => id).sort();

it('shows rows soon after they are acknowledged, and puts them into the lake when it is closed', async () => {
  const intake = await bench.intake();
  const rows = testRows(100);
  expect(await send(intake, { rows })).toEqual({ seq: 1, repeated: false, known: [] });
  expect(intake.durableSeq).toBe(1);
  await until(async () => (await bench.ids()).length > 0);
  expect(await bench.ids()).toEqual(idsOf(rows));
  expect(await bench.committedIds()).toEqual([]);
  await intake.close();
  expect(await bench.committedIds()).toEqual(idsOf(rows));
  expect(await bench.ids()).toEqual(idsOf(rows));
});

it('numbers go on after a restart', async () => {
  const first = await bench.intake();
  const before = testRows(3);
  await send(first, { rows: before });
  await first.close();
  const second = await bench.intake();
  const after = testRows(2);
  expect((await send(second, { rows: after })).seq).toBe(2);
  await second.close();
  expect(await bench.ids()).toEqual(idsOf([...before, ...after]));
});

it('flushes by rows while it takes in', async () => {
  await bench.close();
  bench = await IntakeBench.open({ flush_rows: 1000 });
  const intake = await bench.intake();
  const rows = testRows(1500);
  await send(intake, { rows: rows.slice(0, 750) });
  await send(intake, { rows: rows.slice(750) });
  await until(async () => (await bench.committedIds()).length === 1500);
  expect(await bench.ids()).toEqual(idsOf(rows));
  await until(() => intake.status().wal.flushedSeq === 2);
  expect((await listHotFiles(bench.lake)).length).toBeGreaterThan(0);
  expect(intake.status()).toMatchObject({ rows: 1500, batches: 2, hot: { files: 0 }, problems: [] });
  await intake.close();
});

it('that what was acknowledged is awaited is said also when opening fails at the lake', async () => {
  const intake = await bench.intake();
  await send(intake, { rows: testRows(3) });
  await until(async () => (await bench.ids()).length > 0);
  const killed = await bench.killed();
  await intake.close();
  await rm(join(killed.lake, 'requests'), { recursive: true });
  await writeFile(join(killed.lake, 'requests'), '');
  expect((await readHotFolder(killed.lake)).complete).toBe(true);
  await expect(killed.intake()).rejects.toThrow();
  expect((await readHotFolder(killed.lake)).complete).toBe(false);
  await killed.close();
});

it('lets one process at a time take in', async () => {
  const intake = await bench.intake();
  await expect(bench.intake()).rejects.toMatchObject({ code: 'APITRAIL_LAKE_BUSY' });
  await intake.close();
  await (await bench.intake()).close();
  expect((await readdir(walDirectory(bench.lake))).length).toBeLessThanOrEqual(1);
});
