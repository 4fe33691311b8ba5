import { Bench } from '../../backend-node/queries/testing/dataset';
import type { Dataset } from '../../backend-node/lake/dataset';
import { interpolateQuery } from '../../src/datasource/interpolate';
import { toSql } from '../../src/datasource/query-editor/sql/to-sql';
import { templateSrvWith, type TestVariable } from '../../src/datasource/testing/template-srv';
import { inProcessSql } from './in-process-sql';

jest.setTimeout(120_000);

const range = { from: '2026-11-02T00:00:00Z', to: '2026-11-03T00:00:00Z' };
const ROUTES = ["o'rders", 'a.b', 'axb', '/api/{id}', '/api/i', "') OR 1=1 --", '$everything', 'a|b', 'a(b', undefined];

let bench: Bench;
let data: Dataset;

beforeAll(async () => {
  bench = await Bench.open();
  const rows = ROUTES.map((route, index) => ({
    time: `2026-11-02T0${index}:00:00Z`,
    ...(route === undefined ? {} : { route }),
    status: 200 + index * 100,
    request_id: String(index),
  }));
  data = bench.over('routes', [await bench.write('routes', rows)]);
});
afterAll(() => bench.close());

/** The rows a filter finds, in the builder and in its SQL, both with the variable put in place as in a dashboard. */
async function found(filter: { key: string; operator: string; value: string }, variable: TestVariable) {
  const { replace } = templateSrvWith({ v: variable });
  const query = { queryType: 'requests', columns: ['request_id'], filters: [filter] };
  const { sql } = toSql(query, { variables: new Set(['v']), timezone: 'UTC' });
  const ask = async (asked: Record<string, unknown>) =>
    (await bench.answer(data, range, interpolateQuery(asked, replace), { userSql: inProcessSql }))
      .flatMap((frame) => frame.rows.map((row) => row['request_id']))
      .sort();
  return { builder: await ask(query), sql: await ask({ queryType: 'sql', sql }) };
}

const HELD: TestVariable[] = [
  ...["o'rders", 'a.b', '/api/{id}', "') OR 1=1 --", '$everything', ''].flatMap((value) => [
    { value },
    { value: [value], multi: true },
  ]),
  { value: ["o'rders", 'a.b', 'a|b', 'a(b'], multi: true },
  { value: '.*', custom: true },
];

describe.each(HELD)('a variable that holds %j means the same in SQL as in the builder', (variable) => {
  const operators = ['=', '!=', '<', '=~', '!~'];
  it.each(operators.map((operator) => ({ key: 'route', operator, value: '$v' })))('%j', async (filter) => {
    // A pattern of a person's own may be none.
    const { builder, sql } = await found(filter, variable).catch((error: Error) => ({
      builder: error.name,
      sql: 'Error',
    }));
    expect(sql).toEqual(builder);
  });
});

describe.each<TestVariable>([{ value: '500' }, { value: ['500', '700'], multi: true }, { value: '.*', custom: true }])(
  'a number in a variable: %j',
  (variable) => {
    it.each(['=', '!=', '>='])('%s', async (operator) => {
      const { builder, sql } = await found({ key: 'status', operator, value: '$v' }, variable);
      expect(sql).toEqual(builder);
    });
  }
);

it.each(['=', '!='])('texts around the values of a variable: %s', async (operator) => {
  const { builder, sql } = await found(
    { key: 'route', operator, value: '/api/$v' },
    { value: ['{id}', 'i'], multi: true }
  );
  expect(sql).toEqual(builder);
});

it('is no way to write SQL in a number', async () => {
  await expect(found({ key: 'status', operator: '=', value: '$v' }, { value: '1) OR (1=1' })).rejects.toThrow();
});
