import type { DataFile } from '../table-state';
import { REQUESTS_TABLE } from '../table-definition';
import { planTiers, type TierOptions } from './tiers';

const MINUTE = 60_000;
const DAY_MS = 86_400_000;
const NOV_1 = Date.UTC(2026, 10, 1);
const ROW_BYTES = 40;

let names = 0;

const file = (rows: number, at: number, date = '2026-11-01'): DataFile => ({
  add: {
    path: `date=${date}/part-${names++}.parquet`,
    partitionValues: { date },
    size: rows * ROW_BYTES,
    modificationTime: at,
    dataChange: true,
  },
  rows,
  oldest: at - MINUTE,
  newest: at,
});

const plan = (files: readonly DataFile[], now: number, options: TierOptions = {}) =>
  planTiers({ definition: REQUESTS_TABLE }, { files: new Map(files.map((one) => [one.add.path, one])) }, options, now);

/** A day of flushes, each followed by what compaction makes of it. Counts files, and how often each row was written. */
function simulate(flushes: number, rowsOf: (flush: number) => number, options: TierOptions = {}) {
  let files: DataFile[] = [];
  let most = 0;
  let written = 0;
  let total = 0;
  const step = DAY_MS / flushes;
  const compact = (now: number) => {
    for (const group of [...plan(files, now, options).values()].flat()) {
      const rows = group.reduce((sum, one) => sum + one.rows!, 0);
      written += rows;
      files = [...files.filter((one) => !group.includes(one)), { ...file(rows, now), oldest: group[0]!.oldest }];
    }
  };
  for (let flush = 0; flush < flushes; flush++) {
    const now = NOV_1 + (flush + 1) * step;
    const rows = rowsOf(flush);
    total += rows;
    files.push(file(rows, now));
    compact(now);
    most = Math.max(most, files.length);
  }
  const during = written / total;
  compact(NOV_1 + DAY_MS + 2 * 3_600_000);
  return { most, during, after: written / total, left: files.length };
}

test('a flush a minute leaves 28 files at most, and writes no row more than four times again', () => {
  const { most, during, after, left } = simulate(1440, () => 1000);
  expect(most).toBeLessThanOrEqual(28);
  expect(during).toBeLessThanOrEqual(4);
  expect(after).toBeLessThanOrEqual(5);
  expect(left).toBe(1);
});

test.each([
  ['of any size', (flush: number) => 1 + ((flush * 7919) % 5000)],
  ['with a large one now and then', (flush: number) => (flush % 97 === 0 ? 400_000 : 30)],
  ['of a day that swells and ebbs', (flush: number) => Math.round(2 + 5000 * Math.sin((flush / 1440) * Math.PI) ** 2)],
])('the bounds hold for flushes %s', (_, rowsOf) => {
  const { most, during } = simulate(1440, rowsOf);
  // Seven of each tier that a row can be in.
  expect(most).toBeLessThanOrEqual(7 * 8);
  expect(during).toBeLessThanOrEqual(8);
});

test('files grow to the target and are then left alone', () => {
  const targetBytes = 100_000 * ROW_BYTES;
  const { most, left, after } = simulate(1440, () => 1000, { targetBytes });
  expect(left).toBeLessThanOrEqual(1440 / 50 + 2);
  expect(most).toBeLessThanOrEqual(1440 / 50 + 28);
  expect(after).toBeLessThanOrEqual(4);
});

test('a tier below its number of files is left alone while its day goes on', () => {
  const files = Array.from({ length: 7 }, (_, index) => file(10, NOV_1 + index));
  expect(plan(files, NOV_1 + MINUTE).size).toBe(0);
  expect(
    [...plan([...files, file(11, NOV_1 + 8)], NOV_1 + MINUTE).values()].flat().map((group) => group.length)
  ).toEqual([8]);
});

test('what fills a higher tier goes there at once, and is written once', () => {
  const small = Array.from({ length: 8 }, (_, index) => file(8, NOV_1 + index));
  const larger = Array.from({ length: 7 }, (_, index) => file(64, NOV_1 + 100 + index));
  const groups = [...plan([...small, ...larger], NOV_1 + MINUTE).values()].flat();
  expect(groups.map((group) => group.length)).toEqual([15]);
});

test('ten thousand files of an import become one plan, each file in one group', () => {
  const files = Array.from({ length: 10_000 }, (_, index) => file(1 + (index % 50), NOV_1 + index));
  const groups = [...plan(files, NOV_1 + MINUTE).values()].flat();
  expect(new Set(groups.flat()).size).toBe(groups.flat().length);
  expect(groups.flat().length).toBeGreaterThan(9_900);
});

test('rows that come late do not have a large file of a settled day written again', () => {
  const late = NOV_1 + 5 * DAY_MS;
  const files = [file(1_000_000, NOV_1 + DAY_MS), file(10, late), file(12, late)];
  const groups = [...plan(files, late + DAY_MS).values()].flat();
  expect(groups.map((group) => group.map(({ rows }) => rows))).toEqual([[10, 12]]);
  expect(plan(files, late + MINUTE).size).toBe(0);
});

test('days stay apart, and files of no day stay where they are', () => {
  const now = NOV_1 + 9 * DAY_MS;
  const stray = file(5, NOV_1);
  stray.add.partitionValues = {};
  const files = [file(1, NOV_1), file(2, NOV_1), file(3, NOV_1, '2026-11-02'), file(4, NOV_1, '2026-11-02'), stray];
  const planned = plan(files, now);
  expect([...planned.keys()]).toEqual(['date=2026-11-01', 'date=2026-11-02']);
  expect([...planned.values()].flat().flat()).not.toContain(stray);
});
