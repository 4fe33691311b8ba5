import { duckDbDialect as d } from './dialect';
import { openDuckDb, type DuckDb } from './duckdb';
import { param, raw, sql, type Sql } from './sql';

let db: DuckDb;
beforeAll(async () => {
  db = await openDuckDb({ threads: 1 });
});
afterAll(() => db.close());

const value = async (expression: Sql) => (await db.run(sql`SELECT ${expression}`)).values[0]?.[0];
const time = (us: number) => param('timestamptz_us', us);

test('microseconds come out as they went in', async () => {
  expect(await value(d.epochUs(time(1_700_000_000_123_456)))).toBe(1_700_000_000_123_456);
  expect(await value(d.epochUs(d.fromEpochUs(raw('1700000000123456'))))).toBe(1_700_000_000_123_456);
});

test.each([
  [0, 60e6, 0, 0],
  [59_999_999, 60e6, 0, 0],
  [60e6, 60e6, 0, 60e6],
  [-1, 60e6, 0, -60e6],
  [-60e6, 60e6, 0, -60e6],
  [90e6, 60e6, 10e6, 70e6],
  [5e6, 60e6, 10e6, -50e6],
])('%i µs in buckets of %i from %i is in %i', async (us, width, origin, expected) => {
  expect(await value(d.bucketUs(time(us), width, origin))).toBe(expected);
});

test('local time follows daylight saving', async () => {
  const local = (iso: string) => d.localTime(raw(String(Date.parse(iso) * 1000)), 'Europe/Berlin');
  expect(await value(d.hourOfDay(local('2026-10-25T00:30:00Z')))).toBe(2);
  expect(await value(d.hourOfDay(local('2026-10-25T01:30:00Z')))).toBe(2);
  expect(await value(d.hourOfDay(local('2026-03-29T01:00:00Z')))).toBe(3);
  expect(await value(d.dayOfWeek(local('2026-10-25T23:30:00Z')))).toBe(1);
  expect(await value(d.dayOfWeek(local('2026-10-25T10:00:00Z')))).toBe(7);
});

test('quantiles are linear between closest ranks and skip nulls', async () => {
  const of = async (q: number) =>
    (await db.run(sql`SELECT ${d.quantile(raw('v'), q)} FROM (VALUES (1.0), (2.0), (4.0), (NULL)) t(v)`))
      .values[0]?.[0];
  expect(await of(0.5)).toBe(2);
  expect(await of(0.75)).toBe(3);
  expect(await of(0)).toBe(1);
  expect(await of(1)).toBe(4);
});

test('a regular expression matches anywhere, and case matters', async () => {
  const matches = (text: Sql, pattern: string) => value(d.regexpMatches(text, param('varchar', pattern)));
  expect(await matches(raw(`'/users/42'`), '[0-9]+')).toBe(true);
  expect(await matches(raw(`'/users/42'`), 'USERS')).toBe(false);
  expect(await matches(raw('NULL'), 'a')).toBeNull();
});

test('maps give values, nulls for what they lack, and keys', async () => {
  const map = raw(`MAP {'a b': 'x', 'n': NULL}`);
  expect(await value(d.mapValue(map, param('varchar', 'a b')))).toBe('x');
  expect(await value(d.mapValue(map, param('varchar', 'n')))).toBeNull();
  expect(await value(d.mapValue(map, param('varchar', 'absent')))).toBeNull();
  expect(await value(d.mapValue(raw('CAST(NULL AS MAP(VARCHAR, VARCHAR))'), param('varchar', 'a')))).toBeNull();
  expect(await value(d.mapKeys(map))).toEqual(['a b', 'n']);
});

test.each([[['a']], [['a', 'b']], [[]]])('one of %j', async (values) => {
  expect(await value(d.oneOf(raw(`'a'`), values))).toBe(values.includes('a'));
  expect(await value(d.oneOf(raw(`'c'`), values))).toBe(false);
  expect(await value(d.oneOf(raw('CAST(NULL AS VARCHAR)'), values))).toBeNull();
  const found = sql`(SELECT ${d.oneOf(raw('one'), values)} FROM (VALUES (NULL), ('a')) AS ones(one) WHERE one IS NULL)`;
  expect(await value(found)).toBeNull();
});

test('text that is no number is null', async () => {
  expect(await value(d.tryDouble(raw(`'1e3'`)))).toBe(1000);
  expect(await value(d.tryDouble(raw(`'1 000'`)))).toBeNull();
});
