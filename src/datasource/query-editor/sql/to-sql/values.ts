import type { ValuesQuery } from '@apitrail/contract';

import { filterNotes, matching, type WriteContext, type WrittenSql } from './context';
import { keySql } from './keys';
import { text } from './literals';
import { REQUESTS } from './metrics';
import { remarked, select } from './statement';

/** Values of a key, most frequent first. */
export function valuesSql({ key, filters, search, limit }: ValuesQuery, context: WriteContext): WrittenSql {
  const value = keySql(key);
  const contains = `contains(lower(${value.text}), ${text(search.toLowerCase(), context.variables)})`;
  const sql = select({
    columns: [`${value.text} AS value`, `${REQUESTS} AS requests`],
    from: 'requests',
    where: [...matching(filters, context), `${value.sql} IS NOT NULL`, ...(search === '' ? [] : [contains])],
    rest: ['GROUP BY value', `ORDER BY ${REQUESTS} DESC, value`, `LIMIT ${limit}`],
  });
  return { sql: remarked(filterNotes(filters), sql), format: 'table' };
}
