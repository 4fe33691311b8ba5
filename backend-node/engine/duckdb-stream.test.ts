import { openDuckDb, type DuckDb } from './duckdb';
import type { ResultTable } from './engine';
import { param, raw, sql } from './sql';

let db: DuckDb;
beforeAll(async () => {
  db = await openDuckDb({ threads: 2 });
});
afterAll(() => db.close());

async function collect(parts: AsyncIterable<ResultTable>): Promise<ResultTable[]> {
  const all: ResultTable[] = [];
  for await (const part of parts) {
    all.push(part);
  }
  return all;
}

async function* partsOf(parts: unknown[][][]): AsyncGenerator<unknown[][]> {
  for (const part of parts) {
    yield await Promise.resolve(part);
  }
}

const tables = async () =>
  (await db.run(raw(`SELECT count(*)::INTEGER FROM duckdb_tables() WHERE table_name LIKE 'apitrail_kept%'`))).values[0];

describe('a stream of rows', () => {
  it('comes in parts, all of them in order', async () => {
    const parts = await collect(db.stream(raw('SELECT i, i || $$x$$ AS t FROM range(10000) s(i) ORDER BY i DESC')));
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.flatMap(({ values }) => values[0])).toEqual(Array.from({ length: 10_000 }, (_, i) => 9999 - i));
    expect(parts[0]!.columns.map(({ name }) => name)).toEqual(['i', 't']);
  });

  it('may be left before its end, and the engine goes on', async () => {
    for await (const part of db.stream(raw('SELECT * FROM range(100000000)'))) {
      expect(part.rowCount).toBeGreaterThan(0);
      break;
    }
    expect((await db.run(raw('SELECT 1'))).values).toEqual([[1]]);
  });

  it('ends with the coded error when it is aborted between parts', async () => {
    const abort = new AbortController();
    const read = async () => {
      for await (const part of db.stream(raw('SELECT * FROM range(100000000)'), { signal: abort.signal })) {
        expect(part.rowCount).toBeGreaterThan(0);
        abort.abort();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'APITRAIL_QUERY_CANCELLED' });
  });

  it('ends with the coded error of a statement that is wrong', async () => {
    await expect(collect(db.stream(raw('SELECT error($$bad$$)')))).rejects.toMatchObject({
      code: expect.stringMatching(/^APITRAIL_/),
    });
  });
});

describe('rows that are kept', () => {
  const columns = [
    { name: 'unit', type: 'VARCHAR' as const },
    { name: 'at_us', type: 'BIGINT' as const },
    { name: 'list', type: 'BIGINT[]' as const },
  ];

  it('are read by statements until they are dropped', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => i);
    const kept = await db.keep(
      columns,
      partsOf([
        [['a'], [1_700_000_000_000_001], [[1, null, 3]]],
        [many.map(String), many, many.map(() => [])],
        [[null], [null], [null]],
      ])
    );
    const found = await db.run(sql`SELECT * FROM ${kept.relation} WHERE unit = 'a' OR unit IS NULL`);
    expect(found.values).toEqual([
      ['a', null],
      [1_700_000_000_000_001, null],
      [[1, null, 3], null],
    ]);
    const count = await db.run(sql`SELECT count(*)::INTEGER, max(at_us) FROM ${kept.relation}`);
    expect(count.values).toEqual([[5002], [1_700_000_000_000_001]]);
    await kept.drop();
    expect(await tables()).toEqual([0]);
  });

  it('are those of a statement, with its parameters, until they are dropped', async () => {
    const kept = await db.keepResult(
      sql`WITH three AS (SELECT range AS n FROM range(3)) SELECT n + ${param('bigint', 10)} AS n FROM three`
    );
    const found = await db.run(sql`SELECT n::INTEGER FROM ${kept.relation} ORDER BY n`);
    expect(found.values).toEqual([[10, 11, 12]]);
    await kept.drop();
    expect(await tables()).toEqual([0]);
  });

  it('of a statement that fails leave nothing behind', async () => {
    await expect(db.keepResult(sql`SELECT error('no')`)).rejects.toThrow('no');
    const gone = AbortSignal.abort();
    await expect(db.keepResult(sql`SELECT 1`, { signal: gone })).rejects.toThrow();
    expect(await tables()).toEqual([0]);
  });

  it('do not get in each other’s way', async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, number) => db.keep(columns, partsOf([[[`u${number}`], [number], [[]]]])))
    );
    const units = await Promise.all(all.map(({ relation }) => db.run(sql`SELECT unit FROM ${relation}`)));
    expect(units.map(({ values }) => values[0])).toEqual(all.map((_, number) => [`u${number}`]));
    await Promise.all(all.map((kept) => kept.drop()));
    expect(await tables()).toEqual([0]);
  });

  it('leave nothing behind when a part cannot be had', async () => {
    async function* failing(): AsyncGenerator<unknown[][]> {
      yield [['a'], [1], [[1]]];
      await Promise.reject(new Error('gone'));
    }
    await expect(db.keep(columns, failing())).rejects.toThrow('gone');
    expect(await tables()).toEqual([0]);
  });
});
