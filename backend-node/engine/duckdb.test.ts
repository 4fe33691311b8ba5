import { isRetryable } from './duckdb-errors';
import { openDuckDb, type DuckDb } from './duckdb';
import { duckDbDialect } from './dialect';
import { param, raw, sql } from './sql';

let db: DuckDb;
beforeAll(async () => {
  db = await openDuckDb({ threads: 2 });
});
afterAll(() => db.close());

const one = async (text: string) => (await db.run(raw(text))).values[0]?.[0];

test('gives columns of plain values', async () => {
  const table = await db.run(
    raw(`SELECT 1::BIGINT AS small, 9007199254740993::BIGINT AS large, 1.5::DECIMAL(9,3) AS dec, DATE '2026-11-23' AS d,
      TIMESTAMPTZ '1969-12-31 23:59:59.9995Z' AS t, MAP {'__proto__': 'x', 'é': NULL} AS m, [1, NULL]::BIGINT[] AS l,
      NULL::VARCHAR AS n, {'a': 1} AS s, 'infinity'::TIMESTAMPTZ AS inf, true AS b`)
  );
  expect(table.columns.map((c) => c.name)).toEqual('small large dec d t m l n s inf b'.split(' '));
  expect(table.columns[4]?.type).toBe('TIMESTAMP WITH TIME ZONE');
  const [small, large, dec, d, t, m, l, n, s, inf, b] = table.values.map((column) => column[0]);
  expect([small, large, dec, d, t, l, n, s, inf, b]).toEqual([
    1,
    '9007199254740993',
    1.5,
    '2026-11-23',
    -0.5,
    [1, null],
    null,
    { a: 1 },
    null,
    true,
  ]);
  expect(Object.entries(m as object)).toEqual([
    ['__proto__', 'x'],
    ['é', null],
  ]);
});

test('gives all rows of a result of many chunks, in order', async () => {
  const table = await db.run(raw('SELECT i FROM range(10000) t(i) ORDER BY i'));
  expect(table.rowCount).toBe(10000);
  expect(table.values[0]).toEqual(Array.from({ length: 10000 }, (_, i) => i));
});

test('binds every type of parameter as what it is', async () => {
  const table = await db.run(
    sql`SELECT ${param('varchar', "it's")}, ${param('bigint', 2n ** 60n)}, ${param('double', 0.1)}, ${param('boolean', false)},
      ${param('timestamptz_us', 1_700_000_000_000_001)}, ${param('varchar[]', [])}, ${param('varchar[]', [null, 'a'])},
      ${param('bigint[]', [1, 2n])}, ${param('double[]', [1.5])}, ${param('varchar', null)}`
  );
  expect(table.values.map((column) => column[0])).toEqual([
    "it's",
    (2n ** 60n).toString(),
    0.1,
    false,
    1_700_000_000_000.001,
    [],
    [null, 'a'],
    [1, 2],
    [1.5],
    null,
  ]);
});

test('a value of another type than its parameter is refused', async () => {
  await expect(db.run(sql`SELECT ${param('bigint', 1.5)}`)).rejects.toMatchObject({ code: 'APITRAIL_INTERNAL' });
  await expect(db.run(sql`SELECT ${param('varchar', 1)}`)).rejects.toMatchObject({ code: 'APITRAIL_INTERNAL' });
});

test('is in UTC and loads no extension', async () => {
  expect(await one(`SELECT current_setting('TimeZone')`)).toBe('UTC');
  expect(await one(`SELECT current_setting('autoload_known_extensions')`)).toBe(false);
  expect(await one(`SELECT current_setting('parquet_metadata_cache')`)).toBe(true);
});

test('statements run side by side on connections of their own', async () => {
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, i) => one(`SELECT ${i} + count(*) FROM range(100000)`))
  );
  expect(results).toEqual(Array.from({ length: 8 }, (_, i) => i + 100000));
});

test('temporary tables live as long as their session', async () => {
  const count = await db.session(async (run) => {
    await run(raw('CREATE TEMP TABLE staged AS SELECT * FROM range(5)'));
    return (await run(raw('SELECT count(*) FROM staged'))).values[0]?.[0];
  });
  expect(count).toBe(5);
  await expect(one('SELECT count(*) FROM staged')).rejects.toMatchObject({ code: 'APITRAIL_INTERNAL' });
});

const endless = raw('SELECT count(*) FROM range(100000000000) a WHERE hash(a.range) = 1');

test.each([0, 1, 20, 200])('an abort after %i ms ends a statement that would run for hours', async (delay) => {
  const abort = new AbortController();
  const running = db.run(endless, { signal: abort.signal });
  setTimeout(() => abort.abort(), delay);
  await expect(running).rejects.toMatchObject({ code: 'APITRAIL_QUERY_CANCELLED' });
  expect(await one('SELECT 1')).toBe(1);
});

test('an abort before and in the same tick ends it too', async () => {
  await expect(db.run(endless, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'APITRAIL_QUERY_CANCELLED',
  });
  const abort = new AbortController();
  const running = db.run(endless, { signal: abort.signal });
  abort.abort();
  await expect(running).rejects.toMatchObject({ code: 'APITRAIL_QUERY_CANCELLED' });
});

test('closing ends what runs', async () => {
  const other = await openDuckDb();
  const ended = expect(other.run(endless)).rejects.toMatchObject({ code: 'APITRAIL_QUERY_CANCELLED' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await other.close();
  await ended;
  await expect(other.run(raw('SELECT 1'))).rejects.toMatchObject({ code: 'APITRAIL_INTERNAL' });
});

test.each(['(', '[a', '(?=a)', 'a**', '\\', '\\1', 'a{2,1}', '*', '(?P<n', '[b-a]', ')', 'x{1001}'])(
  'the regular expression %s is refused as such',
  async (pattern) => {
    const matches = duckDbDialect.regexpMatches(raw('x'), param('varchar', pattern));
    await expect(db.run(sql`SELECT ${matches} FROM (VALUES ('a'), ('b')) t(x)`)).rejects.toMatchObject({
      code: 'APITRAIL_BAD_REGEX',
    });
  }
);

test('a missing file is worth a retry', async () => {
  const error = await db.run(raw(`SELECT * FROM read_parquet(['/nowhere/a.parquet'])`)).catch((e) => e);
  expect(error.code).toBe('APITRAIL_LAKE_UNREADABLE');
  expect(isRetryable(error)).toBe(true);
});

test('too little memory has its own code', async () => {
  const small = await openDuckDb({ memoryLimit: '32MB', threads: 1 });
  const hungry = small.run(raw('SELECT list(hash(i)::VARCHAR ORDER BY hash(i)) FROM range(3000000) t(i)'));
  await expect(hungry).rejects.toMatchObject({ code: 'APITRAIL_OUT_OF_MEMORY' });
  await small.close();
});

test('a fault of ours keeps its cause', async () => {
  const error = await db.run(raw('SELECT nothing')).catch((e) => e);
  expect(error.code).toBe('APITRAIL_INTERNAL');
  expect(error.cause.message).toContain('Binder Error');
});
