import { readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { listHotFiles } from '../../lake/hot/hot-files';
import { HotRows } from '../../lake/hot/hot-rows';
import { IntakeBench, until } from '../intake/testing/intake-bench';
import { send, testRows } from '../intake/testing/test-batches';
import type { OpenIntake } from '../intake/open-intake';

jest.setTimeout(120_000);

let bench: IntakeBench;
let faults: Array<{ code: string; message: string }>;
let intake: OpenIntake;

const open = () => bench.intake({ onFatal: (error) => faults.push(error as (typeof faults)[number]) });
beforeEach(async () => {
  bench = await IntakeBench.open({ flush_age: '1h' });
  faults = [];
  intake = await open();
});
afterEach(async () => {
  await intake.close();
  await bench.close();
});

const rowsNamed = (name: string) => [1, 2, 3].map((index) => ({ id: `${name}-${index}` }));

/** The oldest hot file. */
async function oldest(): Promise<string> {
  return (await listHotFiles(bench.lake))[0]!.path;
}

/** Takes in two batches, each in a hot file of its own; gives the ids. */
async function twoHotFiles(): Promise<string[]> {
  const batches = [rowsNamed('a'), rowsNamed('b')];
  for (const [index, rows] of batches.entries()) {
    await send(intake, { rows });
    await until(async () => (await listHotFiles(bench.lake)).length === index + 1);
  }
  return batches.flat().map(({ id }) => id);
}

/** What a process that begins again makes of the lake: rows that queries see, rows that are in a commit after it has stopped. */
async function beginAgain() {
  const killed = await bench.killed();
  try {
    const next = await killed.intake();
    const [seen, problems] = [await killed.ids(), next.status().problems];
    await next.close();
    return { seen, committed: await killed.committedIds(), problems };
  } finally {
    await killed.close();
  }
}

const awaited = async () => (await new HotRows(bench.lake).look()).missing !== undefined;

const damages: Array<[string, (path: string) => Promise<void>, RegExp]> = [
  ['torn', (path) => truncate(path, 500), /has 500 bytes, not \d+/],
  ['deleted', (path) => unlink(path), /is gone/],
];

it.each(damages)('a hot file that was %s is noticed; its rows are made again, once', async (_, damage, why) => {
  const ids = await twoHotFiles();
  const path = await oldest();
  expect(await awaited()).toBe(false);
  await damage(path);
  await until(() => faults.length > 0);
  expect(faults).toEqual([
    expect.objectContaining({ code: 'APITRAIL_HOT_DAMAGED', message: expect.stringMatching(why) }),
  ]);
  expect(await awaited()).toBe(true);
  expect(await readdir(dirname(path))).toContain(`${basename(path)}.damaged`);

  const { seen, committed, problems } = await beginAgain();
  expect([seen, committed]).toEqual([ids, ids]);
  expect(problems).toEqual([expect.objectContaining({ code: 'APITRAIL_HOT_DAMAGED' })]);
});

it('a hot file whose content is not what was written is noticed when it does not get into the lake', async () => {
  const ids = await twoHotFiles();
  const path = await oldest();
  const content = await readFile(path);
  await writeFile(
    path,
    Buffer.concat([content.subarray(0, 4), content.subarray(4, -300).fill(0xff), content.subarray(-300)])
  );
  await intake.close();
  expect(faults).toEqual([expect.objectContaining({ code: 'APITRAIL_HOT_DAMAGED' })]);
  const { seen, committed } = await beginAgain();
  expect([seen, committed]).toEqual([ids, ids]);
});

it('files that were damaged while nobody took in are made again before anything is answered', async () => {
  const ids = await twoHotFiles();
  const killed = await bench.killed();
  try {
    for (const [index, { path }] of (await listHotFiles(killed.lake)).entries()) {
      await damages[index]![1](path);
    }
    const next = await killed.intake();
    expect(await killed.ids()).toEqual(ids);
    await next.close();
    expect(await killed.committedIds()).toEqual(ids);
  } finally {
    await killed.close();
  }
});

it('the folder of hot files that was deleted is made again with all that was in it', async () => {
  const ids = await twoHotFiles();
  const path = await oldest();
  await rm(dirname(path), { recursive: true });
  expect(await awaited()).toBe(true);
  await until(() => faults.length > 0);
  const { seen, committed } = await beginAgain();
  expect([seen, committed]).toEqual([ids, ids]);
});

it('nothing is awaited in a lake that takes in, nor after a stop, with its folder of hot files or without', async () => {
  expect(await awaited()).toBe(false);
  await send(intake, { rows: testRows(3) });
  expect(await awaited()).toBe(false);
  await intake.close();
  const [directory] = await readdir(`${bench.lake}/.apitrail/hot`);
  await rm(`${bench.lake}/.apitrail/hot/${directory}`, { recursive: true });
  expect(await awaited()).toBe(false);
});
