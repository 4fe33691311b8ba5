import type { ValuesQuery } from '@apitrail/contract';

import { filterNotes, matching, type WriteContext, type WrittenSql } from './context';
import { keySql } from './keys';
import { REQUESTS } from './metrics';
import { searched } from './search';
import { remarked, select } from './statement';

/** Values of a key, most frequent first. */
export function valuesSql({ key, filters, search, limit }: ValuesQuery, context: WriteContext): WrittenSql {
  const value = keySql(key);
  const sql = select({
    columns: [`${value.text} AS value`, `${REQUESTS} AS requests`],
    from: 'requests',
    where: [
      ...matching(filters, context),
      `${value.sql} IS NOT NULL`,
      ...(search === '' ? [] : [searched([value.text], search, context.variables)]),
    ],
    rest: ['GROUP BY value', `ORDER BY ${REQUESTS} DESC, value`, `LIMIT ${limit}`],
  });
  return { sql: remarked(filterNotes(filters), sql), format: 'table' };
}
