import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ownIdentity, type ProcessIdentity } from '../../lake/process-identity';
import { ReplayMark } from './replay-mark';

const LARGE = 2 ** 20;

let folder: string;
let self: ProcessIdentity;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-mark-'));
  self = await ownIdentity();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Makes the mark one that another process left. */
async function leftBy(other: Partial<ProcessIdentity>): Promise<void> {
  const path = join(folder, 'replaying.json');
  const mark = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...mark, by: { ...self, ...other } }));
}

/** A process that comes to a large batch and is not heard of again. */
async function diesAt(seq: number, other: Partial<ProcessIdentity> = { pid: self.pid + 1 }): Promise<void> {
  const mark = await ReplayMark.open(folder, 0);
  await mark.begin(seq, LARGE);
  await leftBy(other);
}

test('a batch at which two processes died is set aside, until it is in the lake', async () => {
  await diesAt(7);
  expect((await ReplayMark.open(folder, 0)).setAside).toEqual([]);
  await diesAt(7);
  const mark = await ReplayMark.open(folder, 0);
  expect(mark.setAside).toEqual([7]);
  expect(await mark.begin(7, LARGE)).toBe(false);
  expect(await mark.begin(8, LARGE)).toBe(true);
  await mark.end();
  expect((await ReplayMark.open(folder, 0)).setAside).toEqual([7]);
  expect((await ReplayMark.open(folder, 7)).setAside).toEqual([]);
});

test('the machine going down is no death at a batch', async () => {
  const [host, , namespace] = self.machine.split(' ');
  for (const boot of ['first', 'second', 'third']) {
    await diesAt(7, { machine: [host, boot, namespace].join(' ') });
  }
  expect((await ReplayMark.open(folder, 0)).setAside).toEqual([]);
});

test('a process that tries again counts once', async () => {
  for (let attempt = 0; attempt < 4; attempt++) {
    const mark = await ReplayMark.open(folder, 0);
    expect(mark.setAside).toEqual([]);
    await mark.begin(7, LARGE);
  }
  await leftBy({ pid: self.pid + 1 });
  expect((await ReplayMark.open(folder, 0)).setAside).toEqual([]);
});

test('an end while the disk is waited for, or when it was asked for, is none of the batch', async () => {
  for (let start = 0; start < 3; start++) {
    const mark = await ReplayMark.open(folder, 0);
    expect(mark.setAside).toEqual([]);
    await mark.begin(7, LARGE);
    await mark.forget();
  }
  const mark = await ReplayMark.open(folder, 0);
  expect(await mark.begin(7, LARGE)).toBe(true);
});

test('a batch after one that was waited at is noted again', async () => {
  for (let start = 0; start < 2; start++) {
    const mark = await ReplayMark.open(folder, 0);
    await mark.begin(7, LARGE);
    await mark.forget();
    await mark.begin(8, LARGE);
    await leftBy({ pid: self.pid + 1 });
  }
  expect((await ReplayMark.open(folder, 0)).setAside).toEqual([8]);
});
