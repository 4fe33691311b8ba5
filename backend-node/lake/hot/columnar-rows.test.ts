import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { RECORD_COLUMNS } from '@apitrail/contract';
import * as fc from 'fast-check';

import { openDuckDb, type DuckDb } from '../../engine/duckdb';
import { identifier, join as joinSql, sql } from '../../engine/sql';
import { parquetRelation } from '../parquet-relation';
import { ColumnarRows, type ColumnarRow } from './columnar-rows';

jest.setTimeout(60_000);

let engine: DuckDb;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-columnar-'));
  engine = await openDuckDb({});
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

type Values = Record<string, unknown>;

/** The rows as the engine reads them: maps as JSON text with sorted keys, times in microseconds. */
async function readBack(rows: readonly ColumnarRow[]): Promise<Values[]> {
  const columnar = new ColumnarRows();
  rows.forEach((row) => columnar.push(row));
  const path = join(folder, `${Math.random()}.parquet`);
  await writeFile(path, Buffer.concat(columnar.toParquet()));
  const columns = RECORD_COLUMNS.map(({ name, type }) => {
    const column = identifier(name);
    return type === 'timestamp' ? sql`epoch_us(${column}) AS ${column}` : sql`${column}`;
  });
  const read = await engine.run(sql`SELECT ${joinSql(columns)} FROM ${parquetRelation([path])}`);
  return rows.map((_, row) =>
    Object.fromEntries(
      read.columns.flatMap(({ name }, column) => {
        const value = read.values[column]![row];
        return value === null ? [] : [[name, typeof value === 'bigint' ? Number(value) : value]];
      })
    )
  );
}

/** A row without what is null in the lake. */
function asStored(row: ColumnarRow): Values {
  return Object.fromEntries(
    Object.entries(row).filter(
      ([, value]) =>
        value !== undefined && value !== '' && !(typeof value === 'object' && Object.keys(value as object).length === 0)
    )
  );
}

const text = fc.oneof(fc.constantFrom('a', 'b', ''), fc.string({ unit: 'binary', maxLength: 12 }), fc.uuid());
const arbitraries = {
  string: text,
  date: text,
  integer: fc.integer({ min: 0, max: 999 }),
  long: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
  timestamp: fc.integer({ min: -2_000_000_000_000_000, max: 8_000_000_000_000_000 }),
  'map<string,string>': fc.dictionary(fc.constantFrom('plan', 'cache', 'é', 'x.y'), text, {
    maxKeys: 4,
    noNullPrototype: true,
  }),
};
const row = fc.record(Object.fromEntries(RECORD_COLUMNS.map(({ name, type }) => [name, arbitraries[type]])), {
  requiredKeys: ['time'],
  noNullPrototype: true,
}) as fc.Arbitrary<ColumnarRow>;

it('writes what the engine reads back, whatever the rows are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
      expect(await readBack(rows)).toEqual(rows.map(asStored));
    }),
    { numRuns: 60 }
  );
});

it('gives up the dictionary of a column whose texts do not repeat themselves', async () => {
  const rows = Array.from({ length: 12_000 }, (_, i) => ({
    ...{ time: i, path: `/orders/${i}`, service: `s${i % 3}`, attributes: { id: `${i}`, kind: 'k' } },
  }));
  expect(await readBack(rows)).toEqual(rows);
});

it('has dictionaries of one entry and of many bits', async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => ({ time: i, service: 'one', path: `/p/${i % 1025}` }));
  expect(await readBack(rows)).toEqual(rows);
});

it('knows the span of its rows, and whether each stands for one request', () => {
  const rows = new ColumnarRows();
  rows.push({ time: 20, weight: 1 });
  rows.push({ time: 10 });
  expect(rows).toMatchObject({ rows: 2, oldest: 10, newest: 20, unweighted: true });
  rows.push({ time: 15, weight: 4 });
  expect(rows.unweighted).toBe(false);
});
