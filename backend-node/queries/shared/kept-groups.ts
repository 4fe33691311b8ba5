import { RECORD_COLUMNS } from '@apitrail/contract';

import type { ResultTable } from '../../engine/engine';
import { identifier, join, raw, sql, tailored } from '../../engine/sql';
import type { Aggregator, GroupRequest, GroupTotals } from './groups';
import { distinctMeasures, measureOf, measureOfRows, type Measure } from './metrics';
import { selectMeasures, type NamedSql } from './select';

/** The columns of the record that the rest of the statement names. */
const NAMED_COLUMNS = tailored((statement) => {
  const words = new Set(statement.match(/\w+/g));
  const named = RECORD_COLUMNS.filter(({ name }) => name === 'time' || words.has(name));
  return join([...named.map(({ name }) => name), ...(words.has('date') ? ['date'] : [])].map(identifier));
}, 'columns');

/**
 * Measures per group and of `{other}`, of rows that are few beside those they are picked from: they are picked in one
 * scan and kept, and looked at as often as need be. Groups of weighted rows cannot be ordered by a percentile here.
 */
export async function keptTotals(
  { dialect, weighted, run }: Aggregator,
  { rows, keys, measures, orderBy, limit }: GroupRequest,
  extras: readonly NamedSql[]
): Promise<GroupTotals> {
  const names = keys.map((_, index) => `key_${index}`);
  const order = [orderBy, measureOf('requests')];
  const value = (measure: Measure) => measureOfRows(measure, order, weighted, dialect);
  const ordered = sql`${join(order.map((_, index) => raw(`order_${index} DESC NULLS LAST`)))}, ${join(names.map((name) => raw(`${name} NULLS LAST`)))}`;
  const best = sql`SELECT ${join([
    ...keys.map((key, index) => sql`${key.sql} AS ${raw(names[index]!)}`),
    ...order.map((measure, index) => sql`${value(measure)} AS ${raw(`order_${index}`)}`),
  ])}
  FROM kept GROUP BY ${raw(names.map((_, index) => index + 1).join(', '))}
  ORDER BY ${ordered} LIMIT ${raw(String(limit))}`;
  const same = keys.map((key, index) => sql`${key.sql} IS NOT DISTINCT FROM ${raw(names[index]!)}`);
  const aggregates = names.map((name) => ({ name: `top_${name}`, sql: sql`any_value(${raw(name)})` }));
  const totals = selectMeasures({
    rows: { relation: sql`kept LEFT JOIN top ON ${join(same, ' AND ')}`, where: sql`TRUE` },
    by: [{ name: 'rank', sql: sql`rank` }],
    measures: distinctMeasures([...measures, orderBy]),
    extras: [...extras, ...aggregates],
    weighted,
    dialect,
  });
  const table = await run(sql`WITH kept AS (
  SELECT ${NAMED_COLUMNS}
  FROM ${rows.relation}
  WHERE ${rows.where}
), best AS (
  ${best}
), top AS (
  SELECT *, row_number() OVER (ORDER BY ${ordered}) - 1 AS rank FROM best
)
SELECT * FROM (
${totals}
) AS totals ORDER BY 1 NULLS LAST`);
  return readTotals(table, { keys, measures, orderBy }, extras.length);
}

function readTotals(
  { values }: ResultTable,
  { keys, measures, orderBy }: Pick<GroupRequest, 'keys' | 'measures' | 'orderBy'>,
  extras: number
): GroupTotals {
  const [rank, ...columns] = values as [unknown[], ...unknown[][]];
  const computed = distinctMeasures([...measures, orderBy]);
  const columnOf = ({ name }: Measure) => columns[computed.findIndex((measure) => measure.name === name)]!;
  const keysFrom = computed.length + extras;
  return {
    groups: rank.map((number, row) => {
      const total = columnOf(orderBy)[row];
      const given = number == null ? [] : keys.map((_, index) => columns[keysFrom + index]![row]);
      return {
        values: keys.map((key, index) => (number == null ? null : key.read(given[index]))),
        other: number == null,
        total: total == null ? null : Number(total),
        raw: given,
      };
    }),
    measures: measures.map(columnOf),
    extras: columns.slice(computed.length, keysFrom),
  };
}
