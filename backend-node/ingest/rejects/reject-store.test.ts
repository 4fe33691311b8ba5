import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { rejectsDirectory } from '../../lake/layout';
import { letterId, LONGEST_TEXT, WHOLE_BODY, type DeadLetter } from './dead-letter';
import { readRejectFile, rejectFileName, writeRejectFile } from './reject-file';
import { RejectStore, type RejectStoreOptions } from './reject-store';
import { listRejectFiles } from './stored-rejects';

const key = randomBytes(32);
const NOW = Date.parse('2026-11-20T00:00:00Z');
const DAY = 86_400_000;
let lake: string;

beforeEach(async () => {
  lake = await mkdtemp(join(tmpdir(), 'apitrail-rejects-'));
});
afterEach(() => rm(lake, { recursive: true, force: true }));

const open = (options: Partial<RejectStoreOptions> = {}) =>
  RejectStore.open(lake, { key, committed: 1000, keepMs: 30 * DAY, maxBytes: 1e9, now: () => NOW, ...options });
const letter = (seq: number, more: Partial<DeadLetter> = {}): DeadLetter => ({
  seq,
  index: 0,
  decoder: 'lines',
  params: { format: 'json' },
  receivedAt: NOW * 1000,
  from: 'k1',
  reason: 'is not JSON',
  text: `ada@example.com ${seq}`,
  ...more,
});
async function lettersOf(folder = lake): Promise<DeadLetter[]> {
  const all: DeadLetter[] = [];
  for (const { path } of await listRejectFiles(folder)) {
    for await (const one of readRejectFile(path, key)) {
      all.push(one);
    }
  }
  return all;
}

it('gives back what was written, whole bodies too', async () => {
  const store = await open();
  const letters = [letter(3), letter(4, { index: WHOLE_BODY, text: undefined, body: Buffer.from([0, 255, 128]) })];
  await store.write({ from: 3, to: 9, letters });
  expect(await lettersOf()).toEqual(letters.map((one) => JSON.parse(JSON.stringify(one), reviveBody)));
  expect(await store.stats()).toMatchObject({ files: 1, letters: 2, written: 2, oldest: NOW * 1000 });
});

const reviveBody = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer'
    ? Buffer.from((value as unknown as { data: number[] }).data)
    : value;

it('writes many frames, and reads them in order', async () => {
  const store = await open();
  const letters = Array.from({ length: 40 }, (_, index) => letter(1, { index, text: `${index} `.repeat(100_000) }));
  await store.write({ from: 1, to: 1, letters });
  expect((await lettersOf()).map(({ index }) => index)).toEqual(letters.map(({ index }) => index));
});

it('puts nothing readable on the disk', async () => {
  await (await open()).write({ from: 1, to: 1, letters: [letter(1)] });
  const [name] = await readdir(rejectsDirectory(lake));
  const bytes = await readFile(join(rejectsDirectory(lake), name!));
  expect(bytes.includes('ada@')).toBe(false);
  expect(bytes.includes('JSON')).toBe(false);
});

it('has a range once, however often it is written', async () => {
  const store = await open();
  await store.write({ from: 1, to: 5, letters: [letter(1), letter(2)] });
  await store.write({ from: 1, to: 5, letters: [letter(1), letter(2)] });
  expect(await lettersOf()).toHaveLength(2);
});

it('forgets what went with a flush that was cut off', async () => {
  const store = await open();
  await store.write({ from: 1, to: 5, letters: [letter(1)] });
  await store.write({ from: 6, to: 9, letters: [letter(7)] });
  const again = await open({ committed: 5 });
  expect((await lettersOf()).map(({ seq }) => seq)).toEqual([1]);
  await again.write({ from: 6, to: 7, letters: [letter(7)] });
  await again.write({ from: 8, to: 8, letters: [] });
  expect((await lettersOf()).map(({ seq }) => seq)).toEqual([1, 7]);
});

it('puts many small files together, and takes them apart where a flush was cut off', async () => {
  const store = await open();
  for (let seq = 1; seq <= 100; seq++) {
    await store.write({ from: seq, to: seq, letters: [letter(seq)] });
    await store.settled();
  }
  expect((await store.stats()).files).toBeLessThan(40);
  const all = Array.from({ length: 100 }, (_, index) => index + 1);
  expect((await lettersOf()).map(({ seq }) => seq)).toEqual(all);
  await open({ committed: 20 });
  expect((await lettersOf()).map(({ seq }) => seq)).toEqual(all.slice(0, 20));
});

it('removes what was put together and not yet taken away', async () => {
  const store = await open();
  await store.write({ from: 1, to: 1, letters: [letter(1)] });
  const path = join(rejectsDirectory(lake), rejectFileName({ from: 1, to: 1 }));
  await (await open()).write({ from: 2, to: 2, letters: [letter(2)] });
  await writeRejectFile(join(rejectsDirectory(lake), rejectFileName({ from: 1, to: 2 })), key, [letter(1), letter(2)]);
  await open();
  expect((await lettersOf()).map(({ seq }) => seq)).toEqual([1, 2]);
  expect(existsSync(path)).toBe(false);
});

it('lets a range take the place of those it overlaps', async () => {
  const store = await open();
  await store.write({ from: 1, to: 5, letters: [letter(2)] });
  await store.write({ from: 3, to: 8, letters: [letter(4)] });
  expect((await lettersOf()).map(({ seq }) => seq)).toEqual([2, 4]);
  await store.write({ from: 1, to: 8, letters: [letter(3)] });
  expect((await lettersOf()).map(({ seq }) => seq)).toEqual([3]);
});

it('drops what is too old, and says how much', async () => {
  const dropped: unknown[] = [];
  const store = await open({ onDropped: (what) => dropped.push([what.letters, what.why]) });
  await store.write({ from: 1, to: 1, letters: [letter(1, { receivedAt: (NOW - 31 * DAY) * 1000 })] });
  await store.write({ from: 2, to: 2, letters: [letter(2)] });
  expect((await lettersOf()).map(({ seq }) => seq)).toEqual([2]);
  expect(dropped).toEqual([[1, 'age']]);
  expect((await store.stats()).droppedByAge).toBe(1);
});

it('drops the oldest of what is too much, never the newest', async () => {
  const store = await open({ maxBytes: 100 });
  for (const seq of [1, 2, 3]) {
    await store.write({ from: seq, to: seq, letters: [letter(seq)] });
  }
  expect((await lettersOf()).map(({ seq }) => seq)).toEqual([3]);
  expect((await store.stats()).droppedBySize).toBe(2);
});

it('deletes nothing by age while the clock is not believed, and goes on once it is', async () => {
  const before = await open();
  await before.write({ from: 1, to: 1, letters: [letter(1)] });
  await before.close();
  let believed = false;
  const seen: Array<number | undefined> = [];
  const store = await open({
    now: () => NOW + 40 * DAY,
    isClockBelieved: (newest) => {
      seen.push(newest);
      return Promise.resolve(believed);
    },
  });
  await store.write({ from: 2, to: 2, letters: [letter(2)] });
  expect(await lettersOf()).toHaveLength(2);
  believed = true;
  await store.prune();
  expect(await lettersOf()).toHaveLength(0);
  expect(seen).toEqual([NOW, NOW]);
  await store.close();
});

it('opens beside a damaged file', async () => {
  await (await open()).write({ from: 1, to: 1, letters: [letter(1)] });
  await writeFile(join(rejectsDirectory(lake), rejectFileName({ from: 2, to: 2 })), 'x');
  expect((await (await open()).stats()).files).toBe(2);
});

it('refuses a file that was cut at a frame, and one under another name', async () => {
  const store = await open();
  await store.write({ from: 1, to: 1, letters: [letter(1)] });
  const path = join(rejectsDirectory(lake), rejectFileName({ from: 1, to: 1 }));
  const moved = join(rejectsDirectory(lake), rejectFileName({ from: 2, to: 2 }));
  await rename(path, moved);
  await expect(lettersOf()).rejects.toMatchObject({ code: 'APITRAIL_BAD_FILE' });
  await rename(moved, path);
  await truncate(path, 28);
  await expect(lettersOf()).rejects.toMatchObject({ code: 'APITRAIL_BAD_FILE' });
});

it('cuts a text that is too long, and says so', async () => {
  await (await open()).write({ from: 1, to: 1, letters: [letter(1, { text: 'a'.repeat(LONGEST_TEXT + 1) })] });
  const [one] = await lettersOf();
  expect(one).toMatchObject({ cut: true });
  expect(one!.text).toHaveLength(LONGEST_TEXT);
});

it('names letters by what they are, not by where they lie', () => {
  expect(letterId(letter(1))).toBe(letterId({ ...letter(1), reason: 'another version says otherwise' }));
  expect(letterId(letter(1))).not.toBe(letterId(letter(2)));
  expect(letterId(letter(1))).not.toBe(letterId(letter(1, { index: 1 })));
});

it('deletes what has become too old by itself, and sees what others took away', async () => {
  let now = NOW;
  const store = await open({ keepMs: DAY, pruneMs: 5, now: () => now });
  try {
    await store.write({ from: 1, to: 1, letters: [letter(1)] });
    await store.write({ from: 2, to: 2, letters: [letter(2, { receivedAt: (NOW + DAY) * 1000 })] });
    now += 1.5 * DAY;
    // What is dropped leaves the list before its file is deleted, and is counted after.
    while (store.latest.droppedByAge < 1) {
      await sleep(5);
    }
    expect((await lettersOf()).map(({ seq }) => seq)).toEqual([2]);
    expect(store.latest).toMatchObject({ letters: 1, droppedByAge: 1 });
    const [file] = await listRejectFiles(lake);
    await rm(file!.path);
    now += 120_000;
    while (store.latest.letters > 0) {
      await sleep(5);
    }
    expect(store.latest).toMatchObject({ files: 0, bytes: 0, droppedByAge: 1 });
  } finally {
    await store.close();
  }
});
