import type { ErrorsQuery } from '@apitrail/contract';

import { filterNotes, matching, type WriteContext, type WrittenSql } from './context';
import { groupedSql } from './grouped';
import { type KeySql, keySql } from './keys';
import { FAILED, REQUESTS } from './metrics';
import { numericSql, seriesSql, unique } from './series';
import { remarked } from './statement';

/** What tells errors apart that have no group. */
const STAND_INS = ['status', 'method', 'route'];

/** What rows of a group may have in common. */
const COMMON = ['error_owner', 'status', 'service', 'method', 'route'];

/** Failed requests, grouped. */
export function errorsSql(query: ErrorsQuery, context: WriteContext): WrittenSql {
  const { filters, limit, interval } = query;
  const groupBy = unique(query.groupBy);
  const keys = groupBy.map(keySql);
  const standIns = groupBy.includes('error_group')
    ? STAND_INS.filter((name) => !groupBy.includes(name)).map(standIn)
    : [];
  if (query.format !== 'table') {
    const series = { filters, groupBy, metrics: ['errors'], orderBy: 'requests', limit, interval, extra: [FAILED] };
    return query.format === 'numeric'
      ? numericSql(series, context, [...keys, ...standIns])
      : seriesSql(series, query.format, context, [...keys, ...standIns]);
  }
  const sql = groupedSql({
    owned: true,
    keys,
    hidden: standIns,
    orderBy: 'requests',
    limit,
    where: [...matching(filters, context), FAILED],
    columns: [
      ...COMMON.filter((name) => !groupBy.includes(name)).map(common),
      `${REQUESTS} AS requests`,
      'count(DISTINCT customer) AS customers',
      'count(DISTINCT session) AS sessions',
      `${REQUESTS} / sum(${REQUESTS}) OVER () AS share`,
      'min(time) AS first_seen',
      'max(time) AS last_seen',
    ],
    order: 'groups',
  });
  const notes = [...filterNotes(filters), 'Without the title and the trend of each row.'];
  return { sql: remarked(notes, sql), format: 'table' };
}

/** Rows without an error group are told apart by these. */
function standIn(name: string): KeySql {
  const key = keySql(name);
  const when = (value: string) => `CASE WHEN error_group IS NULL THEN ${value} END`;
  return { ...key, sql: when(key.sql), text: when(key.text) };
}

/** What all rows of a group share, else null. */
function common(name: string): string {
  return `CASE WHEN count(${name}) = count(*) AND min(${name}) = max(${name}) THEN min(${name}) END AS ${name}`;
}
