import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { currentHotDirectory, listHotFiles } from '../../lake/hot/hot-files';
import { ingestStateDirectory, walDirectory } from '../../lake/layout';
import { noiseConfigSchema } from '../noise';
import { listRejectFiles } from '../rejects';
import { IntakeBench, until } from './testing/intake-bench';
import { send, testDecoder, testRows, type TestRow } from './testing/test-batches';

let bench: IntakeBench;
beforeEach(async () => {
  bench = await IntakeBench.open();
});
afterEach(() => bench.close());

const idsOf = (rows: ReadonlyArray<{ id: string }>): string[] => rows.map(({ id }) => id).sort();

it('rows that were hot are there all the time, and those that were only acknowledged come back', async () => {
  const intake = await bench.intake();
  const rows = testRows(20);
  await send(intake, { rows: rows.slice(0, 10) });
  await until(async () => (await bench.ids()).length === 10);
  await send(intake, { rows: rows.slice(10) });
  const after = await bench.killed();
  expect((await after.ids()).length).toBeGreaterThanOrEqual(10);
  const again = await after.intake();
  expect(again.status().recovered).toMatchObject({ batches: 2, rows: 20 });
  expect(await after.ids()).toEqual(idsOf(rows));
  await again.close();
  expect(await after.committedIds()).toEqual(idsOf(rows));
  await after.close();
  await intake.close();
});

it('makes hot rows anew when the machine has booted meanwhile', async () => {
  const intake = await bench.intake();
  const rows = testRows(5);
  await send(intake, { rows });
  await until(async () => (await bench.ids()).length === 5);
  const after = await bench.killed();
  const hot = await currentHotDirectory(after.lake);
  await rm(hot, { recursive: true });
  const again = await after.intake();
  expect(await readdir(dirname(hot))).toHaveLength(1);
  expect(await after.ids()).toEqual(idsOf(rows));
  await again.close();
  await after.close();
  await intake.close();
});

it('takes what is in a commit in no second time, and retires its hot files', async () => {
  const intake = await bench.intake();
  const rows = testRows(5);
  await send(intake, { rows });
  await until(async () => (await bench.ids()).length === 5);
  const before = await bench.killed();
  await intake.close();
  // Killed after the commit and before anything was let go: the hot files and the write-ahead log are as before.
  for (const part of ['wal', 'hot']) {
    const [from, to] = [before.lake, bench.lake].map((lake) => join(lake, '.apitrail', part)) as [string, string];
    await cp(from, to, { recursive: true });
  }
  expect(await bench.ids()).toEqual(idsOf(rows));
  const again = await bench.intake();
  expect(again.status()).toMatchObject({ recovered: { batches: 0 }, hot: { files: 0 } });
  expect(await listHotFiles(bench.lake)).not.toEqual([]);
  expect(await bench.ids()).toEqual(idsOf(rows));
  await again.close();
  await before.close();
});

it('an older lake under a newer write-ahead log: dead letters stay, and what is lost is told', async () => {
  const first = await bench.intake();
  await send(first, { rows: testRows(2), rejects: ['one'] });
  await first.close();
  const copy = join(bench.folder, 'older');
  await cp(join(bench.lake, 'requests'), copy, { recursive: true });
  const second = await bench.intake();
  expect(second.status().problems).toEqual([]);
  await send(second, { rows: testRows(2), rejects: ['two'] });
  await second.close();
  await rm(join(bench.lake, 'requests'), { recursive: true });
  await cp(copy, join(bench.lake, 'requests'), { recursive: true });
  await rm(dirname(await currentHotDirectory(bench.lake)), { recursive: true });
  const third = await bench.intake();
  expect((await listRejectFiles(bench.lake)).map(({ to, letters }) => [to, letters])).toEqual([
    [1, 1],
    [2, 1],
  ]);
  expect(third.status().problems).toMatchObject([
    { code: 'APITRAIL_WAL_DAMAGED', message: expect.stringContaining('entries 2 to 2') as string },
  ]);
  await third.close();
});

it('sampling goes on after a flush, a restart and a kill as it began', async () => {
  const rules = noiseConfigSchema.parse({
    rules: [{ name: 'half', match: { all: [] }, action: 'sample', rate: 0.5 }],
  });
  const people = Array.from({ length: 40 }, (_, index) => index);
  const rows = (step: string, who?: string): TestRow[] =>
    people.map((one) => ({ id: `${one} ${step}`, session: `s${one}`, ...(who ? { customer: `${who}${one}` } : {}) }));
  const withRules = (one: IntakeBench) => one.intake({ settings: { ...one.settings, noise: rules } });
  const first = await withRules(bench);
  await send(first, { rows: rows('landing') });
  await first.close();
  const second = await withRules(bench);
  await send(second, { rows: rows('login', 'c') });
  const after = await bench.killed();
  const third = await withRules(after);
  await send(third, { rows: rows('order', 'c') });
  await third.close();
  const steps = new Map<string, number>();
  (await after.ids()).forEach((id) => steps.set(id.split(' ')[0]!, (steps.get(id.split(' ')[0]!) ?? 0) + 1));
  expect(new Set(steps.values())).toEqual(new Set([3]));
  expect(steps.size).toBeGreaterThan(0);
  expect(steps.size).toBeLessThan(people.length);
  await after.close();
  await second.close();
});

it('saves rows of hot files whose write-ahead log is lost', async () => {
  const intake = await bench.intake();
  const rows = testRows(5);
  await send(intake, { rows });
  await until(async () => (await bench.ids()).length === 5);
  const after = await bench.killed();
  await rm(walDirectory(after.lake), { recursive: true });
  const again = await after.intake();
  const more = testRows(1);
  expect((await send(again, { rows: more })).seq).toBe(2);
  await again.close();
  expect(await after.committedIds()).toEqual(idsOf([...rows, ...more]));
  await after.close();
  await intake.close();
});

it('goes on without a state that is gone', async () => {
  const intake = await bench.intake();
  const rows = testRows(2);
  await send(intake, { rows: rows.slice(0, 1) });
  await intake.close();
  await rm(ingestStateDirectory(bench.lake), { recursive: true });
  const again = await bench.intake();
  await send(again, { rows: rows.slice(1) });
  await again.close();
  expect(await bench.ids()).toEqual(idsOf(rows));
});

it('a session that goes on over a restart stays one', async () => {
  const visit = (id: string) => [{ id, client_ip: '192.0.2.7' }];
  const first = await bench.intake();
  await send(first, { rows: visit('a') });
  await first.close();
  const second = await bench.intake();
  await send(second, { rows: visit('b') });
  await until(async () => (await bench.ids()).length === 2);
  const killed = await bench.killed();
  await second.close();
  const third = await killed.intake();
  await send(third, { rows: visit('c') });
  await third.close();
  expect(await killed.select('count(*) AS rows, count(DISTINCT session) AS sessions')).toEqual([
    { rows: 3, sessions: 1 },
  ]);
  await killed.close();
});

it('keeps rejects once, also when their batch is decoded again', async () => {
  const intake = await bench.intake();
  await send(intake, { rows: testRows(1), rejects: ['x', 'y'] });
  await until(async () => (await listRejectFiles(bench.lake)).length === 1);
  const after = await bench.killed();
  const again = await after.intake();
  await again.close();
  expect(await listRejectFiles(after.lake)).toMatchObject([{ letters: 2 }]);
  expect(intake.status().rejected).toEqual([{ decoder: 'test-lines', reason: 'line N is none', count: 2 }]);
  await after.close();
  await intake.close();
});

it('a batch of rejects alone is let go, too', async () => {
  const intake = await bench.intake();
  await send(intake, { rows: [], rejects: ['x'] });
  await intake.close();
  const again = await bench.intake();
  expect(again.status()).toMatchObject({ recovered: { batches: 0 }, wal: { durableSeq: 1, flushedSeq: 1 } });
  await again.close();
  expect(await listRejectFiles(bench.lake)).toMatchObject([{ letters: 1 }]);
});

it.each([
  ['is gone', undefined],
  [
    'fails',
    {
      ...testDecoder,
      decode: () => {
        throw new Error('no');
      },
    },
  ],
])('keeps a batch whole among the dead letters when its decoder %s', async (_, decoder) => {
  const intake = await bench.intake();
  await send(intake, { rows: testRows(2) });
  const after = await bench.killed();
  await rm(await currentHotDirectory(after.lake), { recursive: true });
  const again = await after.intake({ decoderNamed: () => decoder });
  expect(again.status()).toMatchObject({ deadBatches: 1 });
  await again.close();
  expect(await listRejectFiles(after.lake)).toMatchObject([{ letters: 1 }]);
  expect(await after.ids()).toEqual([]);
  await after.close();
  await intake.close();
});

it('removes what a kill left of a hot file', async () => {
  const intake = await bench.intake();
  await intake.close();
  const path = join(await currentHotDirectory(bench.lake), '.tmp-1-2');
  await writeFile(path, 'half');
  await (await bench.intake()).close();
  expect(await readdir(await currentHotDirectory(bench.lake))).toEqual(['complete']);
});
