import type { Dialect } from '../../engine/dialect';
import { raw, sql, type Sql } from '../../engine/sql';
import { weightedQuantiles } from '../shared/select';

/** A node that is shown by itself, of one step away from the anchor; ranks count from 1. */
export interface TopNode {
  step: number;
  rank: number;
  node: string;
}

/** What `far` is of the end of a path: nothing came after it, or something still may. Rank 0 is what is not in the top. */
export const DROP_OFF = -1;
export const OPEN = -2;

interface LinksSql {
  weighted: boolean;
  dialect: Dialect;
  /** How many nodes of a step are shown by themselves. */
  rowsPerStep: number;
  /** Or which; of an earlier time those of the query's own. */
  top?: readonly TopNode[] | undefined;
}

/**
 * Of `flows`, two kinds of rows. Of nodes (`link` FALSE): `step`, `near` (the rank), `node` (null of the rest), `value`,
 * `requests`. Of links (`link` TRUE): `step`, `near` and `far` (ranks, or how the path ends), `value` (the weight of the paths),
 * `requests` (made at the far node), `median_ms`, `units`.
 */
export function pathLinks(flows: Sql, { weighted, dialect, rowsPerStep, top }: LinksSql): Sql {
  const by = ['step', 'near', 'far'];
  const columns = raw(by.join(', '));
  const times = sql`(SELECT ${columns}, ms AS duration_ms, weight FROM labelled) AS times`;
  const median = weightedQuantiles(
    { relation: times, where: sql`TRUE` },
    by.map((name) => ({ name, sql: raw(name) })),
    [0.5]
  );
  // A unit that takes a link several times counts once, as much as the heaviest of its paths.
  const links = weighted
    ? sql`SELECT links.step, links.near, links.far, value, requests, q_0 AS median_ms, units
FROM (SELECT ${columns}, sum(value) AS value, sum(requests) AS requests, sum(weight) AS units FROM (
  SELECT ${columns}, unit, sum(weight) AS value, sum(far_requests) AS requests, max(weight) AS weight FROM labelled GROUP BY ${columns}, unit
) AS people GROUP BY ${columns}) AS links
LEFT JOIN (${median}) AS times ON links.step = by_0 AND links.near = by_1 AND links.far = by_2`
    : sql`SELECT ${columns}, sum(weight) AS value, sum(far_requests) AS requests, ${dialect.quantile(sql`ms`, 0.5)} AS median_ms, count(DISTINCT unit) AS units
FROM labelled GROUP BY ${columns}`;
  return sql`${flows}, nodes AS (
  SELECT step, node, sum(weight) AS value, sum(requests) AS requests FROM (
    SELECT 0 AS step, near AS node, weight, near_requests AS requests FROM flows WHERE step = 0
    UNION ALL
    SELECT step + 1, far, weight, far_requests FROM flows WHERE far IS NOT NULL
  ) AS visited GROUP BY step, node
), top AS (
  ${top ? given(top, dialect) : sql`SELECT * FROM (SELECT step, node, row_number() OVER (PARTITION BY step ORDER BY value DESC, requests DESC, node) AS rank FROM nodes) AS ranked WHERE rank <= ${raw(String(rowsPerStep))}`}
), labelled AS (
  SELECT flows.step, coalesce(here.rank, 0) AS near,
    CASE WHEN far IS NOT NULL THEN coalesce(there.rank, 0) WHEN open THEN ${raw(String(OPEN))} ELSE ${raw(String(DROP_OFF))} END AS far,
    unit, weight, ms, far_requests
  FROM flows
  LEFT JOIN top AS here ON here.step = flows.step AND here.node = flows.near
  LEFT JOIN top AS there ON there.step = flows.step + 1 AND there.node = flows.far
)
SELECT FALSE AS link, CAST(nodes.step AS DOUBLE) AS step, CAST(coalesce(rank, 0) AS DOUBLE) AS near, NULL AS far, max(CASE WHEN rank IS NOT NULL THEN nodes.node END) AS node,
  CAST(sum(value) AS DOUBLE) AS value, CAST(sum(requests) AS DOUBLE) AS requests, NULL AS median_ms, NULL AS units
FROM nodes LEFT JOIN top ON top.step = nodes.step AND top.node = nodes.node GROUP BY 2, 3
UNION ALL
SELECT TRUE, CAST(step AS DOUBLE), CAST(near AS DOUBLE), CAST(far AS DOUBLE), NULL, CAST(value AS DOUBLE), CAST(coalesce(requests, 0) AS DOUBLE), CAST(median_ms AS DOUBLE), CAST(units AS DOUBLE)
FROM (${links}) AS links`;
}

function given(top: readonly TopNode[], dialect: Dialect): Sql {
  const columns = [
    { name: 'step', type: 'bigint[]' as const, values: top.map(({ step }) => step) },
    { name: 'node', type: 'varchar[]' as const, values: top.map(({ node }) => node) },
    { name: 'rank', type: 'bigint[]' as const, values: top.map(({ rank }) => rank) },
  ];
  return sql`SELECT step, node, rank FROM ${dialect.parameterRows(columns, 'nth')} AS given`;
}
