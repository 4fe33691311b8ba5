import { openDuckDb, type DuckDb } from '../engine/duckdb';
import { param, sql } from '../engine/sql';
import { deltaStats, parseTimestampUs, readBounds } from './stats';
import { REQUESTS_TABLE } from './table-definition';

const copied = (min: string, max: string) => ({ '"service"': { min, max, null_count: '0' } });

describe('bounds of strings', () => {
  let engine: DuckDb;
  beforeAll(async () => {
    engine = await openDuckDb({ threads: 1 });
  });
  afterAll(() => engine.close());

  const long = 'x'.repeat(31);
  test.each([
    'short',
    'x'.repeat(32),
    `${long}yz`,
    `${long}\u{10ffff}z`,
    `${long}\ud7ffz`,
    `${long}éé`,
    `${long}🛒🛒`,
    '\u{10ffff}'.repeat(31) + 'ab',
  ])('of %j are cut, and the upper one is not below it', async (text) => {
    const { minValues, maxValues } = deltaStats(REQUESTS_TABLE, 1, copied(text, text));
    expect([...(maxValues.service as string)].length).toBeLessThanOrEqual(32);
    const order = sql`SELECT ${param('varchar', minValues.service)} <= ${param('varchar', text)},
      ${param('varchar', text)} <= ${param('varchar', maxValues.service)}`;
    expect((await engine.run(order)).values).toEqual([[true], [true]]);
  });

  test('that cannot be raised are left out', () => {
    const { maxValues, minValues, nullCount } = deltaStats(REQUESTS_TABLE, 1, copied('a', '\u{10ffff}'.repeat(40)));
    expect([minValues, maxValues, nullCount]).toEqual([{}, {}, { service: 0 }]);
  });
});

test('columns of ids and columns that are null throughout have no bounds', () => {
  const stats = deltaStats(REQUESTS_TABLE, 3, {
    '"trace_id"': { min: 'a', max: 'b', null_count: '0' },
    '"status"': { null_count: '3' },
    '"duration_ms"': { null_count: '0', has_nan: 'true' },
  });
  expect(stats).toEqual({ numRecords: 3, minValues: {}, maxValues: {}, nullCount: { status: 3, duration_ms: 0 } });
});

test('of sessions only the number of nulls is noted, and read', () => {
  const stats = deltaStats(REQUESTS_TABLE, 3, { '"session"': { min: 'a', max: 'b', null_count: '2' } });
  expect(stats).toEqual({ numRecords: 3, minValues: {}, maxValues: {}, nullCount: { session: 2 } });
  expect(readBounds(JSON.stringify(stats)).nulls).toEqual({ session: 2 });
});

test.each([
  ['2026-11-23 04:05:06.123456+00', Date.UTC(2026, 10, 23, 4, 5, 6, 123) * 1000 + 456],
  ['2026-11-23 04:05:06.5+00', Date.UTC(2026, 10, 23, 4, 5, 6, 500) * 1000],
  ['2026-11-23 04:05:06', Date.UTC(2026, 10, 23, 4, 5, 6) * 1000],
  ['2026-11-23 04:05:06.123456789', Date.UTC(2026, 10, 23, 4, 5, 6, 123) * 1000 + 456],
  ['1969-12-31 23:59:59.999999+00', -1],
  ['2026-11-23', Date.UTC(2026, 10, 23) * 1000],
  ['infinity', undefined],
  ['0044-03-15 (BC) 00:00:00+00', undefined],
])('the time %s is %s µs', (text, expected) => {
  expect(parseTimestampUs(text)).toBe(expected);
});

test('times are rounded outwards to milliseconds', () => {
  const time = { min: '2026-11-23 00:00:00.000999+00', max: '2026-11-23 00:00:00.001001+00', null_count: '0' };
  const stats = deltaStats(REQUESTS_TABLE, 2, { '"time"': time });
  expect(stats.minValues.time).toBe('2026-11-23T00:00:00.000Z');
  expect(stats.maxValues.time).toBe('2026-11-23T00:00:00.002Z');
  expect(readBounds(JSON.stringify(stats))).toEqual({
    rows: 2,
    oldest: Date.UTC(2026, 10, 23),
    newest: Date.UTC(2026, 10, 23) + 2,
  });
});

test.each([undefined, '', 'null', '{}', '{"numRecords":"x","minValues":{"time":1}}', '{"min'])(
  'statistics %j of another writer say nothing',
  (stats) => {
    expect(readBounds(stats)).toEqual({ rows: null, oldest: null, newest: null });
  }
);

test.each([
  ['no row has a weight', { numRecords: 3, nullCount: { weight: 3 }, minValues: {}, maxValues: {} }, true],
  [
    'all weights are 1',
    { numRecords: 3, nullCount: { weight: 1 }, minValues: { weight: 1 }, maxValues: { weight: 1 } },
    true,
  ],
  [
    'some weigh more',
    { numRecords: 3, nullCount: { weight: 1 }, minValues: { weight: 1 }, maxValues: { weight: 8 } },
    undefined,
  ],
  ['nothing is said of weights', { numRecords: 3, nullCount: {}, minValues: {}, maxValues: {} }, undefined],
])('tells whether a file is known to be unweighted: %s', (_, stats, expected) => {
  expect(readBounds(JSON.stringify(stats)).unweighted).toBe(expected);
});
