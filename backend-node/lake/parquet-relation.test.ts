import { RECORD_COLUMNS } from '@apitrail/contract';

import { sql } from '../engine/sql';
import { parquetRelation } from './parquet-relation';

const relation = parquetRelation(['/lake/a.parquet']);
const columnsRead = (text: string) => [...text.matchAll(/'name': '(\w+)'/g)].map(([, name]) => name);

it('reads the columns that the statement names, and the time', () => {
  const { text } = sql`SELECT "status", count(*) FROM ${relation} WHERE lower(route) = 'a' GROUP BY ALL`.compile();
  expect(columnsRead(text)).toEqual(['time', 'route', 'status']);
  expect(text).not.toContain('DATE ');
});

it('has the date when it is named', () => {
  expect(sql`SELECT "date" FROM ${relation}`.compile().text).toContain('DATE ');
});

it.each([
  [sql`SELECT * FROM ${relation}`],
  [sql`SELECT *
  FROM ${relation} AS requests`],
])('reads every column for a star', (statement) => {
  expect(columnsRead(statement.compile().text)).toEqual(RECORD_COLUMNS.map(({ name }) => name));
});

it('takes the star of an inner query for what it is', () => {
  const { text } = sql`SELECT * FROM (SELECT count(*) FROM ${relation} WHERE status > 1) AS counted`.compile();
  expect(columnsRead(text)).toEqual(['time', 'status']);
});
