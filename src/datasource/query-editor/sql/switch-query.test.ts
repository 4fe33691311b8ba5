import type { ApitrailQuery } from '../../types';
import { switchToBuilder, switchToSql, switchType } from './switch-query';

const context = { variables: new Set<string>(), timezone: 'UTC' };
const builder = {
  refId: 'A',
  queryType: 'endpoints',
  version: 1,
  groupBy: ['route'],
  metrics: ['p95'],
  dataset: 'gateway',
  filters: [{ key: 'method', operator: '=', value: 'GET' }],
} as unknown as ApitrailQuery;

function toSql(query: ApitrailQuery): ApitrailQuery {
  const switched = switchToSql(query, context);
  if (!('query' in switched)) {
    throw new Error('there was a choice to make');
  }
  return switched.query;
}
const edited = (query: ApitrailQuery, sql: string) => ({ ...query, sql, limit: 7 }) as ApitrailQuery;

it('writes the builder query as SQL over the same dataset, its filters within', () => {
  const sql = toSql(builder);
  expect(sql).toMatchObject({ refId: 'A', queryType: 'sql', dataset: 'gateway', format: 'table' });
  expect(sql).toHaveProperty('sql', expect.stringContaining("method = 'GET'"));
  expect(sql).not.toHaveProperty('filters');
});

it('brings the builder query back as it was', () => {
  const { editor, ...back } = switchToBuilder(edited(toSql(builder), 'SELECT 1'));
  expect(back).toEqual(builder);
  expect(editor?.sql).toMatchObject({ queryType: 'sql', sql: 'SELECT 1', limit: 7 });
});

it('brings the SQL back as it was edited', () => {
  const mine = edited(toSql(builder), 'SELECT 1');
  expect(toSql(switchToBuilder(mine))).toMatchObject({ sql: 'SELECT 1', limit: 7, dataset: 'gateway' });
  expect(toSql(switchToBuilder(toSql(switchToBuilder(mine))))).toMatchObject({ sql: 'SELECT 1' });
});

it('writes anew, without a question, what nobody has edited', () => {
  const back = { ...switchToBuilder(toSql(builder)), metrics: ['requests'] } as ApitrailQuery;
  expect(toSql(back)).toHaveProperty('sql', expect.not.stringContaining('quantile'));
});

it('offers both when the SQL was edited and the builder query changed since', () => {
  const back = { ...switchToBuilder(edited(toSql(builder), 'SELECT 1')), metrics: ['requests'] } as ApitrailQuery;
  const switched = switchToSql(back, context);
  expect(switched).toMatchObject({
    written: { sql: 'SELECT 1' },
    anew: { sql: expect.stringContaining('sum(coalesce(weight, 1)) AS requests') },
  });
});

it('keeps SQL that no builder query was there before', () => {
  const sql = { refId: 'A', queryType: 'sql', sql: 'SELECT 2', filters: [{ key: 'status', operator: 'exists' }] };
  const back = switchToBuilder(sql as unknown as ApitrailQuery, 'errors');
  expect(back).toMatchObject({ queryType: 'errors', groupBy: ['error_group'] });
  expect(back).not.toHaveProperty('filters');
  expect(switchToSql(back, context)).toMatchObject({ written: { sql: 'SELECT 2', filters: sql.filters } });
});

describe('another type chosen while in SQL', () => {
  const mine = edited(toSql(builder), 'SELECT 1');

  it('takes along what both types have', () => {
    expect(switchToBuilder(mine, 'traffic')).toMatchObject({
      queryType: 'traffic',
      dataset: 'gateway',
      filters: [{ key: 'method', operator: '=', value: 'GET' }],
      editor: { sql: { sql: 'SELECT 1' } },
    });
  });

  it('is undone by the type that it was, with nothing lost', () => {
    const { editor, ...back } = switchType(switchToBuilder(mine, 'traffic'), 'endpoints');
    expect(back).toEqual(builder);
    expect(editor?.sql).toMatchObject({ sql: 'SELECT 1' });
  });

  it('is undone after SQL was chosen again, too', () => {
    const again = switchToSql(switchToBuilder(mine, 'traffic'), context);
    const sql = 'written' in again ? again.written : again.query;
    expect(sql).toMatchObject({ sql: 'SELECT 1' });
    const { editor: _, ...back } = switchType(switchToBuilder(sql), 'endpoints');
    expect(back).toEqual(builder);
    const { editor: __, ...direct } = switchToBuilder(sql, 'endpoints');
    expect(direct).toEqual(builder);
  });
});

it('takes the comparison with an earlier time along where SQL has one', () => {
  const shifted = (queryType: string) =>
    toSql({ refId: 'A', queryType, metrics: ['requests'], timeShift: '1d' } as unknown as ApitrailQuery);
  expect(shifted('traffic')).toMatchObject({ format: 'time_series', timeShift: '1d' });
  expect(shifted('endpoints')).not.toHaveProperty('timeShift');
  expect(shifted('endpoints')).toHaveProperty('sql', expect.stringContaining('-- Without the comparison'));
});

it('says why a query cannot be written', () => {
  expect(() => toSql({ ...builder, metrics: ['$metric'] } as unknown as ApitrailQuery)).toThrow(
    '$metric is not a metric'
  );
});
