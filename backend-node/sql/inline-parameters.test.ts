import fc from 'fast-check';

import { openDuckDb, type DuckDb } from '../engine/duckdb';
import { param, raw, sql, literal, identifier, type ParameterType } from '../engine/sql';
import { inlineParameters } from './inline-parameters';

let engine: DuckDb;
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());

it.each<[ParameterType, unknown]>([
  ['varchar', "it's $1 \\ \n"],
  ['bigint', -9007199254740991],
  ['double', 1e-300],
  ['double', -Infinity],
  ['boolean', false],
  ['timestamptz_us', 1_700_000_000_123_456],
  ['varchar[]', ["a'b", null, '']],
  ['varchar[]', []],
  ['double[]', [1.5, null]],
  ['bigint[]', [1, 2]],
])('a %s %j is what it is when it is bound', async (type, value) => {
  const statement = sql`SELECT ${param(type, value)} AS v, typeof(${param(type, value)}) AS t`;
  const bound = await engine.run(statement);
  const inlined = await engine.run(raw(inlineParameters(statement)));
  expect(inlined.values).toEqual(bound.values);
});

it('leaves dollar signs in quotes alone', () => {
  const statement = sql`SELECT ${literal("a'$1")} AS ${identifier('"$1')}, ${param('varchar', '$2')}, ${param('bigint', 7)}`;
  expect(inlineParameters(statement)).toBe(`SELECT 'a''$1' AS """$1", '$2', CAST(7 AS BIGINT)`);
});

it('keeps any text a text', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
      async (text) => {
        const { values } = await engine.run(raw(inlineParameters(sql`SELECT ${param('varchar', text)}, 1`)));
        expect(values).toEqual([[text], [1]]);
      }
    )
  );
});
