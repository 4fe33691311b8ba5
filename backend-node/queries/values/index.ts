import { COHORT_KEY, type Field, type ValuesQuery } from '@apitrail/contract';

import { join, param, raw, sql, type Sql } from '../../engine/sql';
import type { HandlerContext, QueryHandler } from '../handler';
import { changeField, previousField } from '../shared/compared';
import { metricField } from '../shared/fields';
import { rankedRelation, topOf, type RankedGroup } from '../shared/groups';
import { keyExpression, keyText, type KeyExpression } from '../shared/keys';
import { stateOfRows } from '../shared/metrics';
import { containsText } from '../shared/search';
import { cohortValues } from './cohort-values';

/**
 * Values of a key in the range, most frequent first. Rows without the key are left out. With an earlier time, values that
 * only that has come last, as many as the limit has room for.
 */
export const values: QueryHandler<'values'> = {
  async run(query, context) {
    if (query.key === COHORT_KEY) {
      return cohortValues(query, context);
    }
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

/** How often each value that is looked for is there: `value`, `requests`. */
async function counted(query: ValuesQuery, context: HandlerContext, key: KeyExpression): Promise<Sql> {
  const rows = context.rows(query.filters);
  const { weighted } = await context.aggregator();
  const grouped = sql`SELECT ${key.sql} AS value, CAST(${stateOfRows('requests', weighted)} AS DOUBLE) AS requests
FROM ${rows.relation}
WHERE ${rows.where} AND ${key.sql} IS NOT NULL
GROUP BY 1`;
  const stored = context.pseudonyms(query.key, query.search).map((value) => sql`value = ${param('varchar', value)}`);
  const matches = join([containsText(key.text(sql`value`), query.search), ...stored], ' OR ');
  return query.search === '' ? grouped : sql`SELECT * FROM (${grouped}) AS found WHERE ${matches}`;
}

async function frequent(query: ValuesQuery, context: HandlerContext, key: KeyExpression): Promise<Counted> {
  const table = await context.run(
    sql`SELECT * FROM (${await counted(query, context, key)}) AS ordered ORDER BY requests DESC, value LIMIT ${raw(String(query.limit + 1))}`
  );
  const found = Math.min(table.rowCount, query.limit);
  if (table.rowCount > found) {
    context.notice('info', `Only the ${query.limit} most frequent values are listed; there are more.`);
  }
  const requests = table.values[1]!.slice(0, found).map(Number);
  return {
    groups: table.values[0]!.slice(0, found).map((value, row) => groupOf(key, value, requests[row]!)),
    requests,
  };
}

function groupOf(key: KeyExpression, value: unknown, requests: number): RankedGroup {
  return { values: [key.read(value)], other: false, total: requests, raw: [value] };
}

/** How often the values were there at an earlier time, and others that were only then. */
async function countsOf(
  query: ValuesQuery,
  context: HandlerContext,
  key: KeyExpression,
  known: readonly RankedGroup[]
): Promise<Counted> {
  const rows = { relation: sql`(${await counted(query, context, key)}) AS counted`, where: sql`TRUE` };
  const top = topOf([key], known);
  const ranked = rankedRelation(context.dialect, rows, [{ ...key, sql: sql`value` }], top, 'known');
  const table = await context.run(
    sql`SELECT value, requests, known FROM ${ranked} ORDER BY known NULLS LAST, requests DESC, value LIMIT ${raw(String(query.limit))}`
  );
  const [value, requests, rank] = table.values as [unknown[], unknown[], unknown[]];
  const before = known.map(() => 0);
  const gone: RankedGroup[] = [];
  rank.forEach((number, row) => {
    if (number != null) {
      before[Number(number)] = Number(requests[row]);
    } else if (known.length + gone.length < query.limit) {
      gone.push(groupOf(key, value[row], Number(requests[row])));
    }
  });
  return { groups: [...known, ...gone], requests: [...before, ...gone.map(({ total }) => total!)] };
}
