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
  ...{ clients: 4, rows: 30, pause: 80, readers: 1 },
});

function expectKept(report: Report): void {
  expect(report.violations).toEqual([]);
  expect(report.acknowledged).toBeGreaterThan(0);
}

/** A test that is left out where the machine lacks something, and says what. */
const where = (missing: string | undefined) =>
  missing === undefined ? it : (name: string) => it.skip(`${name} (left out: ${missing})`, () => undefined);

it('is kept through kills of all processes', async () => {
  expectKept(await kills(options(), 6));
});

where(straceMissing())('is kept through faults of system calls', async () => {
  const report = await faults(options(), 10);
  expectKept(report);
  expect(report.events).toBe(10);
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
  const { violations } = await powerCuts({ ...options(), env }, 3);
  expect(violations.map(({ kind }) => kind)).toEqual(expect.arrayContaining([expect.stringMatching(/^(lost|lake)$/)]));
});

where(disksMissing())('is kept on a disk that is full in turns', async () => {
  expectKept(await fullDisk(options(), 2));
});

where(clockMissing())('is kept when the clock jumps', async () => {
  expectKept(await clockJumps(options(), 4));
});

it('a file of rows that is there twice is seen', async () => {
  // Flushed late, so that hot files stay.
  const work = await Workload.open({ ...options(), settings: { ingest: { flush_age: '1h', flush_rows: 1_000_000 } } });
  try {
    await work.companion.start();
    work.begin();
    await until('rows', async () => (await listHotFiles(options().lake)).length > 2);
    const [first] = await listHotFiles(options().lake);
    const facts = parseHotFileName(first!.path.slice(first!.path.lastIndexOf('/') + 1))!;
    const later = { ...facts, from: 1_000_000_000, to: 1_000_000_001 };
    copyFileSync(first!.path, join(first!.path, '..', hotFileName(later)));
    const { violations } = await work.end('twice');
    expect(new Set(violations.map(({ kind }) => kind))).toContain('twice');
  } finally {
    await work.companion.killAll();
  }
});
