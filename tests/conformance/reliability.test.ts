import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { hotFileName, listHotFiles, parseHotFileName } from '../../backend-node/lake/hot/hot-files';
import { until } from '../reliability/companion';
import { disksMissing } from '../reliability/disks';
import { clockJumps, clockMissing } from '../reliability/scenarios/clock-jumps';
import { faults } from '../reliability/scenarios/faults';
import { fullDisk } from '../reliability/scenarios/full-disk';
import { kills } from '../reliability/scenarios/kills';
import { powerCuts } from '../reliability/scenarios/power-cuts';
import { rejects } from '../reliability/scenarios/rejects';
import { withoutFlush } from '../reliability/without-flush';
import { Workload, type Report } from '../reliability/workload';
import { straceMissing } from './support/child';

/**
 * The short form of `npm run crash`: what is acknowledged is kept, and no query sees rows twice or misses some. What a
 * machine lacks the means for is left out by name.
 */
jest.setTimeout(600_000);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'apitrail-reliability-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const options = () => ({
  ...{ folder, lake: join(folder, 'lake'), seed: 1 },
  ...{ clients: 8, rows: 30, pause: 160, readers: 1 },
});

function expectKept(report: Report): void {
  expect(report.violations).toEqual([]);
  expect(report.acknowledged).toBeGreaterThan(0);
}

/** A test that is left out where the machine lacks something, and says what. */
const where = (missing: string | undefined) =>
  missing === undefined ? it : (name: string) => it.skip(`${name} (left out: ${missing})`, () => undefined);

it('is kept through kills of all processes', async () => {
  const report = await kills({ ...options(), noise: true }, 3);
  expectKept(report);
  // What is looked at was there.
  expect(report.sentAgain).toBeGreaterThan(0);
  expect(report.askedAcks).toBeGreaterThan(0);
  expect(report.counted).toBeGreaterThan(0);
  expect(report.lake!.letters).toBeGreaterThan(0);
  expect(report.lake!.visits).toBeGreaterThan(0);
  expect(report.lake!.leftOut).toEqual({
    dropped: expect.any(Number),
    counted: expect.any(Number),
    sampled: expect.any(Number),
  });
});

it('is kept through kills while rejects are tried again', async () => {
  const report = await rejects(options(), 2);
  expectKept(report);
  expect(report.lake).toMatchObject({ letters: 0 });
  expect(report.lake!.replayed).toBeGreaterThan(0);
});

where(straceMissing())('is kept through faults of system calls', async () => {
  const report = await faults(options(), 6);
  expectKept(report);
  expect(report.events).toBe(6);
});

where(disksMissing())('is kept through power cuts', async () => {
  expectKept(await powerCuts(options(), 2));
});

where(disksMissing())('is not kept through power cuts when flushes do nothing, and that is seen', async () => {
  const env = withoutFlush(folder);
  if (!env) {
    console.warn('Left out: there is no C compiler.');
    return;
  }
  const { violations } = await powerCuts({ ...options(), env, patience: 2_000 }, 3);
  expect(violations.map(({ kind }) => kind)).toEqual(expect.arrayContaining([expect.stringMatching(/^(lost|lake)$/)]));
});

where(disksMissing())('is kept on a disk that is slow and full in turns, also at the start', async () => {
  const report = await fullDisk(options(), 2);
  expectKept(report);
  expect(report.startsWhenFull).toBe(1);
  expect(report.answersWhenFull).toBeGreaterThan(0);
});

where(clockMissing())('is kept when the clock jumps, and what is sent again is known', async () => {
  const report = await clockJumps(options(), 3);
  expectKept(report);
  expect(report.sentAgain).toBeGreaterThan(0);
});

it('a file of rows that is there twice is seen, by every query type that counts rows', async () => {
  // Flushed late, so that hot files stay.
  const settings = { ingest: { flush_age: '1h', flush_rows: 1_000_000 } };
  const work = await Workload.open({ ...options(), noise: false, settings });
  try {
    await work.companion.start();
    work.begin();
    await until('rows', async () => (await listHotFiles(options().lake)).length > 4);
    // What is added is more than what is on its way.
    for (const [index, { path }] of (await listHotFiles(options().lake)).entries()) {
      const facts = parseHotFileName(path.slice(path.lastIndexOf('/') + 1))!;
      const from = 1_000_000_000 + index;
      copyFileSync(path, join(path, '..', hotFileName({ ...facts, from, to: from })));
    }
    await work.quiet();
    const seen = () => new Set(work.seen().flatMap(({ what }) => / by (.*), of /.exec(what)?.[1] ?? []));
    await until('all to see it', () => seen().size >= 7);
    expect([...seen()].sort()).toEqual([0, 1, 2, 3, 4, 6, 7].map((type) => `query type ${type}`));
    // SQL sees it request by request.
    expect(work.seen().some(({ what }) => /^\S+: \d+ rows, \d+ of them different$/.test(what))).toBe(true);
  } finally {
    await work.abandon();
  }
});
