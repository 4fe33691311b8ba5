import { parseDuration, type FunnelQuery } from '@apitrail/contract';

import { identifier, join, raw, sql, type Sql } from '../../../engine/sql';
import { weightedQuantiles } from '../../shared/select';
import type { FunnelRun } from '../views/view';

/** What tells routes apart. */
const ROUTE_KEYS = ['service', 'method', 'route'] as const;

/** Fewer requests than this do not say what is usual. */
const USUAL_SAMPLE = 30;

/** Of what succeeded: neither failed nor given up. */
const SUCCEEDED = sql`coalesce(status < 400, error_type IS NULL)`;

/**
 * A SELECT of the routes that requests of the units may be to, each with a number in the order of the keys: `route_number`, `service`, `method`,
 * `route`, `slow_ms` (longer is slow, by the requests of the range that succeeded; null where those are fewer than `USUAL_SAMPLE`).
 */
export async function routesOf(query: FunnelQuery, { context }: FunnelRun): Promise<Sql> {
  const { range, dialect } = context;
  const reach = { from: range.from, to: range.to + parseDuration(query.window) };
  const rows = context.rows(query.filters, reach);
  const keys = join(ROUTE_KEYS.map(identifier));
  const factor = raw(String(query.slowFactor));
  const usual = sql`CASE WHEN ${SUCCEEDED} AND ${context.rows([]).where} THEN duration_ms END`;
  const enough = sql`count(usual) >= ${raw(String(USUAL_SAMPLE))}`;
  const numbered = (routes: Sql) =>
    sql`SELECT CAST(row_number() OVER (ORDER BY ${keys}) - 1 AS INTEGER) AS route_number, ${keys}, slow_ms FROM (${routes}) AS routes`;
  const measured = sql`(SELECT ${keys}, ${usual} AS usual FROM ${rows.relation} WHERE ${rows.where}) AS measured`;
  if (!(await context.isWeighted())) {
    const p95 = dialect.quantile(sql`usual`, 0.95);
    return numbered(
      sql`SELECT ${keys}, CASE WHEN ${enough} THEN ${p95} * ${factor} END AS slow_ms FROM ${measured} GROUP BY ${keys}`
    );
  }
  const own = context.rows(query.filters);
  const spread = weightedQuantiles(
    { ...own, where: sql`(${own.where}) AND duration_ms IS NOT NULL AND ${SUCCEEDED}` },
    ROUTE_KEYS.map((name) => ({ name, sql: identifier(name) })),
    [0.95]
  );
  const same = ROUTE_KEYS.map((name, index) => sql`${identifier(name)} IS NOT DISTINCT FROM ${raw(`by_${index}`)}`);
  return numbered(sql`SELECT ${keys}, CASE WHEN enough THEN q_0 * ${factor} END AS slow_ms
FROM (SELECT ${keys}, ${enough} AS enough FROM ${measured} GROUP BY ${keys}) AS counted LEFT JOIN (${spread}) AS spread ON ${join(same, ' AND ')}`);
}
