import { join, param, raw, sql } from '../../engine/sql';
import type { QueryHandler } from '../handler';
import { metricField } from '../shared/fields';
import { keyExpression, keyText } from '../shared/keys';
import { stateOfRows } from '../shared/metrics';
import { containsText } from '../shared/search';

/** Values of a key in the range, most frequent first. Rows without the key are left out. */
export const values: QueryHandler<'values'> = {
  async run(query, context) {
    const key = keyExpression(query.key, context.dialect);
    const rows = context.rows(query.filters);
    const { run, weighted } = await context.aggregator();
    const grouped = sql`SELECT ${key.sql} AS value, CAST(${stateOfRows('requests', weighted)} AS DOUBLE) AS requests
FROM ${rows.relation}
WHERE ${rows.where} AND ${key.sql} IS NOT NULL
GROUP BY 1`;
    const stored = context.pseudonyms(query.key, query.search).map((value) => sql`value = ${param('varchar', value)}`);
    const matches = join([containsText(key.text(sql`value`), query.search), ...stored], ' OR ');
    const searched = query.search === '' ? grouped : sql`SELECT * FROM (${grouped}) AS found WHERE ${matches}`;
    const table = await run(
      sql`SELECT * FROM (${searched}) AS ordered ORDER BY requests DESC, value LIMIT ${raw(String(query.limit + 1))}`
    );
    const found = Math.min(table.rowCount, query.limit);
    if (table.rowCount > found) {
      context.notice('info', `Only the ${query.limit} most frequent values are listed; there are more.`);
    }
    return {
      frames: [
        {
          meta: { type: 'table' },
          fields: [
            {
              name: 'value',
              type: 'string',
              values: table.values[0]!.slice(0, found).map((value) => keyText(key.read(value), key.kind)),
            },
            metricField('requests', table.values[1]!.slice(0, found).map(Number)),
          ],
        },
      ],
    };
  },
};
