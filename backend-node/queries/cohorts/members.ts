import { ApitrailError, parseQuery, type Cohort, type FunnelQuery, type Query } from '@apitrail/contract';

import { param, raw, sql, type Sql } from '../../engine/sql';
import { attemptsOf } from '../funnel/attempts';
import { outcomeCondition } from '../funnel/outcome';
import { detailSql } from '../funnel/reasons/describe';
import { reasonsOf } from '../funnel/reasons/reasons';
import type { HandlerContext } from '../handler';
import { stateOfRows } from '../shared/metrics';
import { unitRows } from '../shared/units';

/** The query that a cohort is worked out by: its funnel, or its requests. Throws an ApitrailError that names what is wrong. */
export function queryOf({ filters, unit, identity, funnel }: Cohort, dataset: string, timezone: string): Query {
  const common = { refId: 'cohort', dataset, timezone, filters };
  if (!funnel) {
    return parseQuery({ ...common, queryType: 'requests' });
  }
  const { step: _step, outcome: _outcome, reason: _reason, detail: _detail, ...definition } = funnel;
  try {
    return parseQuery({ ...common, ...definition, unit, identity, queryType: 'funnel' });
  } catch (error) {
    throw error instanceof ApitrailError
      ? new ApitrailError(error.code, `funnel: ${error.message}`, { where: error.where ?? 'funnel', cause: error })
      : error;
  }
}

/** A SELECT of the members in the range of the context, each once, in the column `unit`. */
export async function membersOf(cohort: Cohort, query: Query, context: HandlerContext): Promise<Sql> {
  const { funnel } = cohort;
  if (!funnel) {
    return unitsWithRequests(cohort, context);
  }
  const attempts = await attemptsOf(query as FunnelQuery, context);
  if (funnel.reason !== undefined) {
    const asked = query as FunnelQuery;
    const { relation, happenings } = await reasonsOf(asked, { context, attempts }, funnel.step);
    const stopped = sql`step = ${raw(String(funnel.step))} AND reason = ${param('varchar', funnel.reason)}`;
    return funnel.detail === undefined
      ? sql`SELECT DISTINCT unit FROM ${relation} AS stopped WHERE ${stopped}`
      : sql`SELECT DISTINCT unit FROM ${relation} AS stopped JOIN ${happenings} AS told ON told.happening = stopped.happening
WHERE ${stopped} AND ${detailSql(funnel.reason, asked.slowFactor)} = ${param('varchar', funnel.detail)}`;
  }
  return sql`${attempts.tables}
SELECT DISTINCT unit FROM attempts WHERE ${outcomeCondition(funnel, funnel.step, funnel.outcome)}`;
}

async function unitsWithRequests(cohort: Cohort, context: HandlerContext): Promise<Sql> {
  const { rows, unit, tables } = await unitRows(cohort, context, context.range);
  const having =
    cohort.atLeast === 1
      ? sql``
      : sql` HAVING ${stateOfRows('requests', await context.isWeighted())} >= ${raw(String(cohort.atLeast))}`;
  return sql`${tables ? sql`WITH ${tables} ` : sql``}SELECT ${unit} AS unit
FROM ${rows.relation}
WHERE ${rows.where} AND ${unit} IS NOT NULL
GROUP BY 1${having}`;
}
