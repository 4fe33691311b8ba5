import { randomBytes } from 'node:crypto';
import { cp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { temporaryFolder } from '../../lake/testing/temporary-lake';
import { key, openWal, replayed } from './testing/open-wal';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let directory: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  directory = join(folder.path, 'wal');
});
afterEach(() => folder.remove());

const files = async () => (await readdir(directory)).filter((name) => name.endsWith('.wal'));

it('gives back what was appended, in order, to the next process', async () => {
  const wal = await openWal(directory);
  const seqs = await Promise.all(['a', 'bc', ''].map((text) => wal.append([Buffer.from(text), Buffer.from('!')])));
  expect(seqs).toEqual([1, 2, 3]);
  expect(wal.durableSeq).toBe(3);
  await wal.close();

  const next = await openWal(directory);
  expect(await replayed(next)).toEqual({ 1: 'a!', 2: 'bc!', 3: '!' });
  expect(await replayed(next, 2)).toEqual({ 3: '!' });
  expect(await next.append([Buffer.from('d')])).toBe(4);
  await next.close();
});

it('resolves in the order of the calls, however many wait and however large they are', async () => {
  const wal = await openWal(directory);
  const order: number[] = [];
  const payloads = Array.from({ length: 200 }, (_, index) => randomBytes(index % 7 === 0 ? 300_000 : index));
  await Promise.all(payloads.map((payload, index) => wal.append([payload]).then(() => order.push(index))));
  expect(order).toEqual(payloads.map((_, index) => index));
  expect(wal.pendingBytes).toBe(0);
  expect(wal.counts.flushes).toBeLessThan(payloads.length);
  await wal.close();
});

it('begins above the number it is given when the folder is empty', async () => {
  const wal = await openWal(directory, { firstSeq: 41 });
  expect(await wal.append([Buffer.from('x')])).toBe(42);
  await wal.close();
});

it('writes nothing readable to the disk', async () => {
  const wal = await openWal(directory);
  await wal.append([Buffer.from('anna@example.com '.repeat(100))]);
  await wal.close();
  for (const name of await files()) {
    expect((await readFile(join(directory, name), 'latin1')).includes('anna')).toBe(false);
  }
});

it('lets go of files once all in them is released, and never uses a number twice', async () => {
  const wal = await openWal(directory);
  await wal.append([Buffer.from('a')]);
  await wal.append([Buffer.from('b')]);
  await wal.release(1);
  await wal.append([Buffer.from('c')]);
  expect(wal.ageAbove(2)).toBeGreaterThanOrEqual(0);
  expect(await files()).toHaveLength(2);
  await wal.release(3);
  expect(await files()).toHaveLength(1);
  expect([wal.ageAbove(2), wal.ageAbove(3)]).toEqual([undefined, undefined]);
  await wal.close();

  const next = await openWal(directory);
  expect(await replayed(next, 3)).toEqual({});
  expect(next.problems).toEqual([]);
  expect(await next.append([Buffer.from('d')])).toBe(4);
  await next.close();
});

it('lets go of what an earlier process left', async () => {
  const wal = await openWal(directory);
  await wal.append([Buffer.from('a')]);
  await wal.close();
  const next = await openWal(directory);
  const before = await files();
  await next.release(1);
  expect(await files()).not.toContain(before[0]);
  await next.close();
});

it('begins a new segment when one is full', async () => {
  const wal = await openWal(directory, { segmentBytes: 1000 });
  for (let index = 0; index < 10; index++) {
    await wal.append([randomBytes(400)]);
  }
  expect(wal.segments).toBe(5);
  expect(await files()).toHaveLength(5);
  await wal.close();
});

it('is opened by one process at a time', async () => {
  const wal = await openWal(directory);
  await expect(openWal(directory)).rejects.toMatchObject({ code: 'APITRAIL_LAKE_BUSY' });
  await wal.close();
  await (await openWal(directory)).close();
});

it('tells a wrong key from damage, and says what to do', async () => {
  const wal = await openWal(directory);
  await wal.append([Buffer.from('a')]);
  await wal.close();
  await expect(openWal(directory, { key: randomBytes(32) })).rejects.toMatchObject({
    code: 'APITRAIL_WAL_DAMAGED',
    message: expect.stringMatching(/another key.*privacy\.key_file/),
  });
  const next = await openWal(directory, { key });
  expect(await replayed(next)).toEqual({ 1: 'a' });
  await next.close();
});

it('takes a log of another key for nothing when all in it was released', async () => {
  const wal = await openWal(directory);
  await wal.append([Buffer.from('a')]);
  await wal.release(1);
  await wal.close();
  const other = { key: randomBytes(32), firstSeq: 1 };
  const next = await openWal(directory, other);
  expect(await replayed(next)).toEqual({});
  expect(await next.append([Buffer.from('b')])).toBe(2);
  await next.close();
  const again = await openWal(directory, other);
  expect([await replayed(again), again.problems]).toEqual([{ 2: 'b' }, []]);
  await again.close();
});

it('changes nothing of a log that it refuses', async () => {
  const wal = await openWal(directory);
  await wal.append([Buffer.from('a')]);
  await wal.release(0);
  await wal.close();
  const before = await files();
  expect(before).toHaveLength(2);
  await expect(openWal(directory, { key: randomBytes(32) })).rejects.toMatchObject({ code: 'APITRAIL_WAL_DAMAGED' });
  expect(await files()).toEqual(before);
});

it('refuses what would make the log larger than the backlog, and goes on when some of it was released', async () => {
  const wal = await openWal(directory, { backlogBytes: 5_000 });
  await wal.append([randomBytes(4_000)]);
  await expect(wal.append([randomBytes(4_000)])).rejects.toMatchObject({ code: 'APITRAIL_INGEST_BUSY' });
  expect(() => wal.admit(4_000)).toThrow(/backlog/);
  await wal.release(1);
  expect(await wal.append([randomBytes(4_000)])).toBe(2);
  await wal.close();
});

it('refuses what would make more wait in memory than it may', async () => {
  const wal = await openWal(directory, { queueBytes: 5_000 });
  const first = wal.append([randomBytes(10_000)]);
  await expect(wal.append([randomBytes(10)])).rejects.toMatchObject({ code: 'APITRAIL_INGEST_BUSY' });
  await expect(first).resolves.toBe(1);
  await wal.close();
});

it('refuses everything while less room is on the disk than the reserve', async () => {
  const wal = await openWal(directory, { reserveBytes: Number.MAX_SAFE_INTEGER });
  await expect(wal.append([Buffer.from('a')])).rejects.toMatchObject({ code: 'APITRAIL_DISK_FULL' });
  expect(() => wal.admit(1)).toThrow(expect.objectContaining({ code: 'APITRAIL_DISK_FULL' }));
  await wal.close();
});

it('writes what waits before it closes, and takes nothing afterwards', async () => {
  const wal = await openWal(directory);
  const waiting = wal.append([Buffer.from('a')]);
  const closed = wal.close();
  await expect(wal.append([Buffer.from('b')])).rejects.toMatchObject({ code: 'APITRAIL_STOPPING' });
  await expect(waiting).resolves.toBe(1);
  await closed;
});

it.each([
  ['its folder', () => rm(directory, { recursive: true })],
  ['its folder, by another name,', () => rename(directory, `${directory}-2`)],
  ['the file that is written to', async () => rm(join(directory, (await files())[0]!))],
  [
    'the file that is written to, for a copy,',
    async () => {
      const file = join(directory, (await files())[0]!);
      await cp(file, `${file}.copy`);
      await rename(`${file}.copy`, file);
    },
  ],
])('ends rather than go on acknowledging when %s is taken away', async (_, takeAway) => {
  const onFatal = jest.fn();
  const wal = await openWal(directory, { onFatal });
  await wal.append([Buffer.from('a')]);
  await takeAway();
  const began = performance.now();
  const goOn = async (): Promise<void> => {
    while (performance.now() < began + 4_000) {
      wal.admit(1);
      await wal.append([Buffer.from('b')]);
    }
  };
  await expect(goOn()).rejects.toMatchObject({ code: 'APITRAIL_INTERNAL' });
  expect(onFatal).toHaveBeenCalledTimes(1);
});
