import { readFileSync } from 'node:fs';

import { ApitrailError } from '@apitrail/contract';
import fc from 'fast-check';

import { openDuckDb, type DuckDb } from '../../engine/duckdb';
import { raw } from '../../engine/sql';
import { planInterval } from '../../queries/shared/interval';
import { expandMacros, MACROS } from '.';
import type { MacroOptions } from './options';

const from = Date.parse('2026-11-02T00:00:00Z');
const to = Date.parse('2026-11-09T12:30:00Z');
const options: MacroOptions = { from, to, intervalMs: 300_000, timezone: 'UTC' };
const expand = (text: string, more: Partial<MacroOptions> = {}) => expandMacros(text, { ...options, ...more }).sql;

function refusal(text: string): ApitrailError {
  try {
    expand(text);
  } catch (error) {
    return error as ApitrailError;
  }
  throw new Error('was not refused');
}

describe('what macros expand to', () => {
  it.each([
    ['$__from', String(from)],
    ['${__to}', String(to)],
    ['$__interval_ms', '300000'],
    ['$__interval', "INTERVAL '5 minutes'"],
    [
      '$__timeFilter(time)',
      "(time >= TIMESTAMPTZ '2026-11-02 00:00:00.000+00' AND time < TIMESTAMPTZ '2026-11-09 12:30:00.000+00')",
    ],
    [
      '$__timeFilter( r."my time" )',
      `( r."my time"  >= TIMESTAMPTZ '2026-11-02 00:00:00.000+00' AND  r."my time"  < TIMESTAMPTZ '2026-11-09 12:30:00.000+00')`,
    ],
  ])('%s', (macro, becomes) => {
    expect(expand(`SELECT ${macro} FROM requests`)).toBe(`SELECT ${becomes} FROM requests`);
  });

  it('an interval is said in its largest whole unit', () => {
    const said = (intervalMs: number) => expand('$__interval', { intervalMs });
    expect([1, 1500, 90_000, 3_600_000, 7 * 86_400_000].map(said)).toEqual([
      "INTERVAL '1 millisecond'",
      "INTERVAL '1500 milliseconds'",
      "INTERVAL '90 seconds'",
      "INTERVAL '1 hour'",
      "INTERVAL '7 days'",
    ]);
  });

  it('macros without arguments stand within those of others', () => {
    expect(expand('$__timeFilter(to_timestamp($__from / 1000))')).toContain(`(to_timestamp(${from} / 1000) >= `);
  });

  it('commas and brackets of an argument are its own', () => {
    expect(expand(`$__timeFilter(coalesce(a, list_extract([b], 1), ')'))`)).toContain(
      `(coalesce(a, list_extract([b], 1), ')') >= `
    );
  });

  it.each([
    ["SELECT '$__from'"],
    ["SELECT E'it\\'s $__from'"],
    ["SELECT 'it''s $__from'"],
    ['SELECT 1 AS "$__from ""x"" $__to"'],
    ['SELECT 1 -- $__nothing\n'],
    ['SELECT 1 /* $__nothing /* nested */ $__nothing */'],
    ['SELECT $$ $__nothing $$, $tag$ $__nothing $tag$'],
  ])('nothing in %s', (text) => {
    expect(expand(text)).toBe(text);
  });
});

it('docs/sql.md has every macro', () => {
  const page = readFileSync('docs/sql.md', 'utf8');
  expect(MACROS.filter(({ signature }) => !page.includes(`\`${signature}\``))).toEqual([]);
});

describe('what macros refuse', () => {
  it.each([
    [
      'a name that does not exist',
      'SELECT 1\nWHERE $__timeFiler(time)',
      'Did you mean $__timeFilter?',
      'line 2, column 7',
    ],
    ['one far from any', 'SELECT $__whatever', 'There are $__timeFilter, $__timeGroup', 'line 1, column 8'],
    ['arguments that are missing', 'SELECT $__timeGroup', '$__timeGroup(column[, interval])', 'line 1, column 8'],
    ['parentheses that stay open', 'SELECT $__timeFilter(time', 'parentheses', 'line 1, column 8'],
    ['empty parentheses', 'SELECT $__timeFilter( )', 'one argument, the column', 'line 1, column 8'],
    ['too many arguments', 'SELECT $__timeFilter(a, b)', 'one argument, the column', 'line 1, column 8'],
    [
      'one within another',
      'SELECT $__timeFilter($__timeGroup(a))',
      'cannot stand within $__timeFilter',
      'line 1, column 22',
    ],
    ['a wrong interval', 'SELECT $__timeGroup(time, 5 minutes)', 'such as 30s, 5m, 1h or 1d', 'line 1, column 27'],
    ['an interval of nothing', "SELECT $__timeGroup(time, '0m')", 'such as 30s, 5m, 1h or 1d', 'line 1, column 27'],
  ])('%s', (_, text, message, where) => {
    const error = refusal(text);
    expect(error.code).toBe('APITRAIL_SQL_SYNTAX');
    expect(error.message).toContain(message);
    expect(error.where).toBe(where);
  });
});

describe('places', () => {
  it('of what follows a macro are those of the user', () => {
    const text = 'SELECT $__from AS a, wrong FROM requests';
    const { sql, originalPosition } = expandMacros(text, options);
    expect(originalPosition(sql.indexOf('wrong'))).toBe(text.indexOf('wrong'));
  });

  it('of an argument are those of the argument, wherever it went', () => {
    const text = 'SELECT 1 WHERE $__timeFilter(wrong)';
    const { sql, originalPosition } = expandMacros(text, options);
    const places = [...sql.matchAll(/wrong/g)].map(({ index }) => originalPosition(index));
    expect(places).toEqual([text.indexOf('wrong'), text.indexOf('wrong')]);
  });

  it('of what a macro became are the macro', () => {
    const text = 'SELECT 1 WHERE $__timeFilter(time)';
    const { sql, originalPosition } = expandMacros(text, options);
    expect(originalPosition(sql.indexOf('TIMESTAMPTZ'))).toBe(text.indexOf('$__'));
  });

  it('past the end are the end', () => {
    expect(expandMacros('SELECT $__from', options).originalPosition(1000)).toBe(14);
  });
});

describe('$__timeGroup', () => {
  let engine: DuckDb;
  beforeAll(async () => {
    engine = await openDuckDb({ threads: 1 });
  });
  afterAll(() => engine.close());

  async function bucketsOf(times: readonly number[], interval: string, more: MacroOptions): Promise<number[]> {
    const macro = expandMacros(`$__timeGroup(t, ${interval})`, more).sql;
    const values = times.map((time) => `(make_timestamptz(${time * 1000}::BIGINT))`).join(', ');
    const { values: columns } = await engine.run(
      raw(`SELECT epoch_us(${macro})::DOUBLE / 1000 FROM (VALUES ${values}) v(t)`)
    );
    return columns[0] as number[];
  }

  it.each([
    ['5m', 'UTC'],
    ["'7h'", 'UTC'],
    ['1d', 'UTC'],
    ['1d', 'Europe/Berlin'],
    ['1d', 'America/Havana'],
    ['1d', 'Australia/Lord_Howe'],
    ['1w', 'America/New_York'],
    ['36h', 'Asia/Kolkata'],
    ['28d', 'Africa/Casablanca'],
    ['3d', 'Asia/Beirut'],
  ])('buckets of %s in %s are those of every other query type', async (interval, timezone) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: Date.UTC(1969, 0), max: Date.UTC(2035, 0) }),
        fc.integer({ min: 3_600_000, max: 300 * 86_400_000 }),
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 50 }),
        async (start, span, shares) => {
          const range = { from: start, to: start + span };
          const width = interval.replaceAll("'", '');
          const plan = planInterval({ interval: width, timezone }, range);
          fc.pre(plan.widenedFrom === undefined);
          const changes = plan.starts.slice(0, 300).flatMap((edge) => [edge, edge + 3_600_000]);
          const times = [...changes, ...shares.map((share) => Math.floor(start + share * span))].filter(
            (time) => time >= range.from && time < range.to
          );
          fc.pre(times.length > 0);
          const expected = times.map((time) => plan.starts.findLast((edge) => edge <= time));
          expect(await bucketsOf(times, interval, { ...options, ...range, timezone })).toEqual(expected);
        }
      ),
      { numRuns: 25 }
    );
  });

  it('takes the width of the panel when it is told none', async () => {
    const one = expandMacros('$__timeGroup(time)', options).sql;
    expect(one).toBe(expandMacros('$__timeGroup(time, $__interval)', options).sql);
    expect(one).toBe(expandMacros('$__timeGroup(time, 5m)', options).sql);
  });

  it('leaves times before 1970 in their bucket', async () => {
    expect(await bucketsOf([-1, -300_000, -300_001], '5m', options)).toEqual([-300_000, -300_000, -600_000]);
  });
});
