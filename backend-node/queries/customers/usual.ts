import { param, sql, type Sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import { measureOf } from '../shared/metrics';
import { selectMeasures, type RowSource } from '../shared/select';

/** From how many requests with a duration on it is known what is usual at an endpoint. */
const ENOUGH = 20;

/**
 * A common table expression `usual`, looked up once and kept for all statements of the query: per service, method and route the 95th percentile of all requests in the query's range,
 * whatever its filters leave of them. Columns `usual_service`, `usual_method`, `usual_route`, `usual_ms`. `routes` are those it is needed of.
 */
export async function usualTable(context: HandlerContext, routes?: ReadonlyArray<string | null>): Promise<Sql> {
  const { relation, where } = context.rows([]);
  const known = routes?.filter((route) => route !== null);
  const among =
    routes === undefined
      ? sql``
      : sql` AND (${context.dialect.oneOf(sql`route`, known!.length > 0 ? known! : [''])}${routes.length > known!.length ? sql` OR route IS NULL` : sql``})`;
  const select = selectMeasures({
    rows: { relation, where: sql`${where}${among}` },
    by: ['service', 'method', 'route'].map((name) => ({ name: `usual_${name}`, sql: COLUMNS[name]! })),
    measures: [measureOf('p95')],
    extras: [{ name: 'known', sql: sql`count(duration_ms)` }],
    weighted: await context.isWeighted(),
    dialect: context.dialect,
  });
  const statement = sql`SELECT usual_service, usual_method, usual_route, p95 FROM (
${select}
) AS endpoints WHERE known >= ${param('bigint', ENOUGH)}`;
  async function* parts() {
    for await (const { values } of context.stream(statement)) {
      yield values;
    }
  }
  return sql`usual AS (SELECT * FROM ${await context.keep(KEPT, parts())})`;
}

const KEPT = [
  { name: 'usual_service', type: 'VARCHAR' },
  { name: 'usual_method', type: 'VARCHAR' },
  { name: 'usual_route', type: 'VARCHAR' },
  { name: 'usual_ms', type: 'DOUBLE' },
] as const;

const COLUMNS: Readonly<Record<string, Sql>> = { service: sql`service`, method: sql`method`, route: sql`route` };

/** Rows beside what is usual at their endpoint: `usual_ms`, null where it is not known. */
export function besideUsual(rows: RowSource): RowSource {
  return {
    ...rows,
    relation: sql`${rows.relation} LEFT JOIN usual ON service IS NOT DISTINCT FROM usual_service AND method IS NOT DISTINCT FROM usual_method AND route IS NOT DISTINCT FROM usual_route`,
  };
}

/** Whether a request took longer than 95 % of the others at its endpoint; null where that is not known. */
export const SLOW = sql`(duration_ms > usual_ms)`;
