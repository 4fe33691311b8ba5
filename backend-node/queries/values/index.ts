import type { Field, ValuesQuery } from '@apitrail/contract';

import { join, param, raw, sql, type Sql } from '../../engine/sql';
import type { HandlerContext, QueryHandler } from '../handler';
import { changeField, previousField } from '../shared/compared';
import { metricField } from '../shared/fields';
import type { RankedGroup } from '../shared/groups';
import { keyExpression, keyText, type KeyExpression } from '../shared/keys';
import { matchTotals } from '../shared/matched-groups';
import { measureOf, stateOfRows } from '../shared/metrics';
import { containsText } from '../shared/search';

/**
 * Values of a key in the range, most frequent first. Rows without the key are left out. With an earlier time, values that
 * only that has come last, as many as the limit has room for.
 */
export const values: QueryHandler<'values'> = {
  async run(query, context) {
    const key = keyExpression(query.key, context.dialect);
    const own = await frequent(query, context, key);
    const { earlier } = context;
    const before = earlier && (await countsOf(query, earlier, key, own.groups));
    const groups = before?.groups ?? own.groups;
    const requests = metricField(
      'requests',
      groups.map((_, row) => own.requests[row] ?? 0)
    );
    return {
      frames: [
        {
          meta: { type: 'table' },
          fields: [
            {
              name: 'value',
              type: 'string',
              values: groups.map(({ values: [value] }) => keyText(value ?? null, key.kind)),
            },
            requests,
            ...(before ? comparison(requests, before.requests) : []),
          ],
        },
      ],
    };
  },
};

function comparison(requests: Field, previous: number[]): Field[] {
  return [previousField(requests, previous), changeField(requests, previous)];
}

interface Counted {
  groups: RankedGroup[];
  requests: number[];
}

async function frequent(query: ValuesQuery, context: HandlerContext, key: KeyExpression): Promise<Counted> {
  const rows = context.rows(query.filters);
  const { run, weighted } = await context.aggregator();
  const grouped = sql`SELECT ${key.sql} AS value, CAST(${stateOfRows('requests', weighted)} AS DOUBLE) AS requests
FROM ${rows.relation}
WHERE ${rows.where} AND ${key.sql} IS NOT NULL
GROUP BY 1`;
  const searched =
    query.search === ''
      ? grouped
      : sql`SELECT * FROM (${grouped}) AS found WHERE ${matches(query, context, key, sql`value`)}`;
  const table = await run(
    sql`SELECT * FROM (${searched}) AS ordered ORDER BY requests DESC, value LIMIT ${raw(String(query.limit + 1))}`
  );
  const found = Math.min(table.rowCount, query.limit);
  if (table.rowCount > found) {
    context.notice('info', `Only the ${query.limit} most frequent values are listed; there are more.`);
  }
  const requests = table.values[1]!.slice(0, found).map(Number);
  return {
    groups: table.values[0]!.slice(0, found).map((value, row) => ({
      values: [key.read(value)],
      other: false,
      total: requests[row]!,
      raw: [value],
    })),
    requests,
  };
}

/** Values that contain the text, or are what it is stored as. */
function matches({ key: name, search }: ValuesQuery, context: HandlerContext, key: KeyExpression, value: Sql): Sql {
  const stored = context.pseudonyms(name, search).map((one) => sql`${value} = ${param('varchar', one)}`);
  return sql`(${join([containsText(key.text(value), search), ...stored], ' OR ')})`;
}

/** How often the values were there at an earlier time, and others that were only then. */
async function countsOf(
  query: ValuesQuery,
  context: HandlerContext,
  key: KeyExpression,
  known: readonly RankedGroup[]
): Promise<Counted> {
  const rows = context.rows(query.filters);
  const searched = query.search === '' ? sql`` : sql` AND ${matches(query, context, key, key.sql)}`;
  const measure = measureOf('requests');
  const { groups, measures } = await matchTotals(
    await context.aggregator(),
    {
      rows: { ...rows, where: sql`${rows.where} AND ${key.sql} IS NOT NULL${searched}` },
      keys: [key],
      measures: [measure],
      orderBy: measure,
      limit: query.limit,
    },
    known
  );
  const listed = groups.flatMap(({ other }, group) => (other ? [] : [group]));
  return {
    groups: listed.map((group) => groups[group]!),
    requests: listed.map((group) => Number(measures[0]![group] ?? 0)),
  };
}
