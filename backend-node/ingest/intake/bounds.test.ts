import { rename } from 'node:fs/promises';
import { join } from 'node:path';

import { DurableIntake } from './durable-intake';
import { IngestCounters } from './counters';
import { KeyHasher, KnownKeys } from './known-keys';
import { LazyIntake } from './lazy-intake';
import { MemoryBudget } from './memory-budget';
import { IntakeBench, until } from './testing/intake-bench';
import { batchOf, send, testDecoder, testRows } from './testing/test-batches';

let bench: IntakeBench;
beforeEach(async () => {
  bench = await IntakeBench.open();
});
afterEach(() => bench.close());

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined, fatal: () => undefined };
const busy = expect.objectContaining({ code: 'APITRAIL_INGEST_BUSY' }) as unknown;

/** An intake whose disk answers when it is told to. */
function slowDisk(limit: number) {
  const writes: Array<{ pieces: readonly Buffer[]; done: () => void; fail: (error: Error) => void }> = [];
  const taken: number[] = [];
  let seq = 0;
  const budget = new MemoryBudget(limit);
  const intake = new DurableIntake({
    wal: {
      durableSeq: 0,
      admit: () => undefined,
      append: (pieces) =>
        new Promise((resolve, reject) => writes.push({ pieces, done: () => resolve(++seq), fail: reject })),
    },
    pipeline: { put: (batch) => void taken.push(batch.seq) },
    keys: new KnownKeys(1e12),
    hasher: new KeyHasher('secret'),
    budget,
    counters: new IngestCounters(silent),
  });
  return { intake, writes, taken, budget };
}

it('answers nobody before the disk has answered', async () => {
  const { intake, writes, taken } = slowDisk(1e6);
  let answered = false;
  const answer = send(intake, { rows: testRows(1) }).then(() => (answered = true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([answered, writes.length, taken]).toEqual([false, 1, []]);
  writes[0]!.done();
  await answer;
  expect(taken).toEqual([1]);
});

it('whoever repeats what failed on its way takes it in himself', async () => {
  const { intake, writes } = slowDisk(1e6);
  const first = send(intake, { rows: testRows(1), key: 'k' });
  const second = send(intake, { rows: testRows(1), key: 'k' });
  await until(() => writes.length === 1);
  writes[0]!.fail(new Error('no'));
  await expect(first).rejects.toThrow('no');
  await until(() => writes.length === 2);
  writes[1]!.done();
  expect(await second).toMatchObject({ seq: 1, repeated: false });
});

it('says no before memory grows, and when to try again', async () => {
  const { intake, writes, budget } = slowDisk(10_000);
  const rows = testRows(100);
  const batch = batchOf({ rows });
  const first = send(intake, { rows });
  expect(budget.bytes).toBeGreaterThan(batch.body.length);
  await send(intake, { rows }).then(
    () => expect(true).toBe(false),
    (error: { code: string; retryAfterSeconds: number }) => {
      expect(error.code).toBe('APITRAIL_INGEST_BUSY');
      expect(error.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    }
  );
  expect(() => intake.admit(10)).toThrow(busy as Error);
  expect(writes).toHaveLength(1);
  writes[0]!.done();
  await first;
});

it('one body alone may be larger than all that may be in memory', () => {
  const budget = new MemoryBudget(1000);
  const hold = budget.hold();
  hold.grow(900);
  hold.grow(900);
  const other = budget.hold();
  expect(() => other.grow(1)).toThrow(busy as Error);
  hold.release();
  other.grow(1);
  other.release();
  expect(budget.bytes).toBe(0);
});

it('a body that is held is no obstacle to itself, and of several one goes on', async () => {
  const { intake, writes, budget } = slowDisk(1000);
  const [one, other] = [testRows(40), testRows(40)];
  const size = batchOf({ rows: one }).body.length;
  expect(size).toBeGreaterThan(1000);
  budget.hold().grow(size);
  const taken = send(intake, { rows: one });
  await expect(send(intake, { rows: other })).rejects.toEqual(busy);
  writes[0]!.done();
  expect(await taken).toMatchObject({ seq: 1 });
});

it('refuses what does not fit beside rows that are in memory, and takes it in alone', async () => {
  const { intake, writes, budget } = slowDisk(100_000);
  const large = (rows: number) => {
    const batch = batchOf({ rows: testRows(rows) });
    return intake.submit(batch, { ...testDecoder.decode(batch.body, batch), memory: 90_000 });
  };
  const first = large(1);
  await until(() => writes.length === 1);
  await expect(large(2)).rejects.toEqual(busy);
  expect(budget.bytes).toBeLessThan(100_000);
  const small = send(intake, { rows: testRows(1) });
  await until(() => writes.length === 2);
  writes.forEach(({ done }) => done());
  await Promise.all([first, small]);
});

it('takes in what is larger than the limit beside few rows', async () => {
  const { intake, writes } = slowDisk(10_000);
  const few = send(intake, { rows: testRows(1) });
  const batch = batchOf({ rows: testRows(1) });
  const large = intake.submit(batch, { ...testDecoder.decode(batch.body, batch), memory: 90_000 });
  await until(() => writes.length === 2);
  writes.forEach(({ done }) => done());
  await Promise.all([few, large]);
});

it('makes rows that take much memory hot before more come together', async () => {
  const intake = await bench.intake();
  const much = 40 * 2 ** 20;
  const rows = [1, 2, 3].map((count) => batchOf({ rows: testRows(count) }));
  await Promise.all(
    rows.map((batch) => intake.submit(batch, { ...testDecoder.decode(batch.body, batch), memory: much }))
  );
  await until(() => intake.status().hot.waitingRows === 0);
  expect(intake.status().hot.files).toBe(3);
  await intake.close();
});

it('tells at its start that memory is too little for bodies as large as are let in', async () => {
  const told: string[] = [];
  const log = { ...silent, warn: (_: unknown, message: string) => void told.push(message) } as never;
  const { settings } = bench;
  const ingest = { ...settings.ingest, memory: 1000, request_bytes: 501 };
  await (await bench.intake({ log, settings: { ...settings, ingest } })).close();
  expect(told).toEqual([expect.stringMatching(/^ingest\.memory is less/)]);
  told.length = 0;
  await (await bench.intake({ log })).close();
  expect(told).toEqual([]);
});

it('gives memory back when rows can be queried', async () => {
  const intake = await bench.intake();
  await send(intake, { rows: testRows(10) });
  await until(async () => (await bench.ids()).length === 10);
  await until(() => intake.status().memory.bytes === 0);
  await intake.close();
});

it('refuses what comes while the write-ahead log is as large as it may be, and takes in again after a flush', async () => {
  await bench.close();
  bench = await IntakeBench.open({ backlog: 20_000, flush_age: '300ms' });
  const intake = await bench.intake();
  const rows = testRows(150);
  await send(intake, { rows });
  await expect(send(intake, { rows: testRows(300) })).rejects.toMatchObject({ code: 'APITRAIL_INGEST_BUSY' });
  expect(intake.status().refused.APITRAIL_INGEST_BUSY).toBe(1);
  await until(() => intake.status().flush.commits === 1);
  await until(() => intake.status().wal.bytes < 5_000);
  await send(intake, { rows: testRows(150) });
  await intake.close();
  expect(await bench.ids()).toHaveLength(300);
});

it('with too little room on the disk nothing is taken in', async () => {
  await bench.close();
  bench = await IntakeBench.open({ disk_reserve: Number.MAX_SAFE_INTEGER });
  const intake = await bench.intake();
  await expect(send(intake, { rows: testRows(1) })).rejects.toMatchObject({ code: 'APITRAIL_DISK_FULL' });
  expect(intake.status().problems).toMatchObject([{ code: 'APITRAIL_DISK_FULL' }]);
  await intake.close();
});

it('says no while it closes, and takes what is under way along', async () => {
  const intake = await bench.intake();
  const under = send(intake, { rows: testRows(2) });
  const closed = intake.close();
  await expect(send(intake, { rows: testRows(1) })).rejects.toMatchObject({ code: 'APITRAIL_STOPPING' });
  expect(() => intake.admit(1)).toThrow(expect.objectContaining({ code: 'APITRAIL_STOPPING' }) as Error);
  await under;
  await closed;
  expect(await bench.committedIds()).toHaveLength(2);
});

it('takes in, and flushes later, while the lake cannot be written', async () => {
  await bench.close();
  bench = await IntakeBench.open({ flush_age: '200ms' });
  const intake = await bench.intake();
  const log = join(bench.lake, 'requests', '_delta_log');
  await rename(log, `${log}-away`);
  await send(intake, { rows: testRows(2) });
  await until(() => intake.status().problems.length > 0);
  await send(intake, { rows: testRows(3) });
  await rename(`${log}-away`, log);
  await until(() => intake.status().hot.rows === 0);
  expect(await bench.committedIds()).toHaveLength(5);
  expect(intake.status()).toMatchObject({ problems: [], flush: { rows: 5 } });
  await intake.close();
});

it('is opened by the first batch, and makes no lake before', async () => {
  const intake = new LazyIntake({ settings: bench.settings, log: silent, decoderNamed: () => testDecoder });
  await intake.start();
  expect(intake.status()).toMatchObject({ batches: 0, wal: { durableSeq: 0 }, problems: [] });
  await expect(bench.ids()).rejects.toMatchObject({ code: 'APITRAIL_NOT_FOUND' });
  await send(intake, { rows: testRows(2) });
  await intake.close();
  expect(await bench.ids()).toHaveLength(2);
  await expect(send(intake, { rows: testRows(1) })).rejects.toMatchObject({ code: 'APITRAIL_STOPPING' });
});

it('says to try again while another process takes in', async () => {
  const other = await bench.intake();
  const intake = new LazyIntake({ settings: bench.settings, log: silent });
  await expect(send(intake, { rows: testRows(1) })).rejects.toMatchObject({
    code: 'APITRAIL_INGEST_BUSY',
    message: expect.stringContaining('APITRAIL_LAKE_BUSY') as unknown,
  });
  expect(intake.status().problems).toMatchObject([{ message: expect.stringContaining('Another process takes in') }]);
  expect(intake.status().problems).toMatchObject([{ code: 'APITRAIL_LAKE_BUSY' }]);
  await intake.close();
  await other.close();
});
