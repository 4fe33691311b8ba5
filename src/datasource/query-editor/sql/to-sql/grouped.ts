import { OTHER_GROUP } from '@apitrail/contract';

import { type KeySql, OWNER } from './keys';
import { orderSql } from './metrics';
import { select, withTables } from './statement';

/** Metrics per group, the groups outside the top taken together. */
export interface Grouped {
  keys: readonly KeySql[];
  /** Keys that tell groups apart and are not shown. */
  hidden?: readonly KeySql[];
  /** Whether aggregates look at the owner of errors, which follows from the status where none is stored. */
  owned?: boolean;
  /** Columns before the keys that rows are grouped by as well, such as a bucket of time. */
  before?: readonly string[];
  /** Aggregates, with their names. */
  columns: readonly string[];
  /** The metric that decides which groups are the top. */
  orderBy: string;
  /** How many groups are the top. */
  limit: number;
  where: readonly string[];
  /** How the rows of the answer are ordered: as their groups are, or by what comes before the keys. */
  order: 'groups' | 'before';
}

/** The statement. Without keys there is one group, and no top. */
export function groupedSql({
  keys,
  hidden = [],
  owned = false,
  before = [],
  columns,
  orderBy,
  limit,
  where,
  order,
}: Grouped): string {
  if (keys.length === 0) {
    return select({
      columns: [...before, ...columns],
      from: 'requests',
      where,
      rest: before.length > 0 ? ['GROUP BY ALL', `ORDER BY ${positions(1, before.length)}`] : [],
    });
  }
  const all = [...keys, ...hidden];
  const shown = positions(1, before.length + keys.length);
  const ties = all.every(({ kind, sql }) => kind === 'text' && keys.some((key) => key.sql === sql))
    ? shown
    : `min(${rowOf(all)})`;
  const labels = keys.map(({ text, name }) => `CASE WHEN is_top THEN ${text} ELSE '${OTHER_GROUP}' END AS ${name}`);
  const most = `${orderSql(orderBy)} DESC`;
  return withTables(
    topTables(all, { orderBy, limit, where, owned }),
    select({
      columns: [...before, ...labels, ...columns],
      from: 'grouped',
      rest: [
        hidden.length === 0 ? 'GROUP BY ALL' : `GROUP BY ${shown}, CASE WHEN is_top THEN ${rowOf(hidden)} END`,
        order === 'before' ? `ORDER BY ${shown}` : `ORDER BY bool_or(is_top) DESC, ${most}, ${ties}`,
      ],
    })
  );
}

/** The tables `matching`, `top` and `grouped`: the rows, the top groups of them, the rows with whether theirs is one. */
export function topTables(
  keys: readonly KeySql[],
  { orderBy, limit, where, owned = false }: Pick<Grouped, 'orderBy' | 'limit' | 'where' | 'owned'>
): Array<readonly [string, string]> {
  const key = rowOf(keys);
  const ties = orderBy === 'requests' ? [] : [`${orderSql('requests')} DESC`];
  return [
    ['matching', select({ columns: [owned ? `* REPLACE (${OWNER} AS error_owner)` : '*'], from: 'requests', where })],
    [
      'top',
      select({
        columns: [`${key} AS key`],
        from: 'matching',
        rest: [
          'GROUP BY key',
          `ORDER BY ${[`${orderSql(orderBy)} DESC`, ...ties, 'key'].join(', ')}`,
          `LIMIT ${limit}`,
        ],
      }),
    ],
    ['grouped', select({ columns: ['*', `${key} IN (SELECT key FROM top) AS is_top`], from: 'matching' })],
  ];
}

/** The keys of a row as one value, in which a null equals a null. */
export function rowOf(keys: readonly KeySql[]): string {
  const values = keys.map(({ sql }) => sql).join(', ');
  return keys.length === 1 ? `[${values}]` : `row(${values})`;
}

function positions(first: number, count: number): string {
  return Array.from({ length: count }, (_, index) => first + index).join(', ');
}
