import type { PathCounting } from '@apitrail/contract';

import type { Dialect } from '../../engine/dialect';
import { join, raw, sql, type Sql } from '../../engine/sql';
import { WEIGHT } from '../shared/metrics';
import type { RowSource } from '../shared/select';

/**
 * What paths are anchored on: rows that meet a condition; moments at which attempts of a funnel reached a step, a SELECT of
 * `unit`, `at_us` and `weight`, and a condition on the rows that did; or the first (or last) requests of sessions that are
 * in the range.
 */
export type PathAnchor =
  | { kind: 'rows'; inside: Sql; condition: Sql }
  | { kind: 'attempts'; moments: Sql; condition: Sql }
  | { kind: 'sessions'; inside: Sql };

/** What paths are made of. Times are microseconds since the epoch. */
export interface PathsSql {
  /** Rows of the range, and of what is followed before and after it. */
  rows: RowSource;
  /** Common table expressions that the rows are made with. */
  tables?: Sql | undefined;
  unit: Sql;
  /** What kind of request a row is, VARCHAR. */
  node: Sql;
  anchor: PathAnchor;
  direction: 'after' | 'before';
  depth: number;
  counting: PathCounting;
  collapse: boolean;
  /** Whether a session is what has the same id, beside what has no longer pause than `gap`. */
  byId: boolean;
  gap: number;
  /** What is known of: a session that ends closer to its end than `gap` may go on. */
  known: { from: number; to: number };
  /** Of paths by the first (or last) request of a session: where that lies. */
  range: { from: number; to: number };
  weighted: boolean;
  dialect: Dialect;
}

/**
 * Common table expressions that end with `flows`: a row per path and link, with `unit` (a number that stands for it), `weight`, `step` (from 0, away from the
 * anchor), `near` and `far` (the nodes; no `far` at the end of a path), `open` (whether the path may go on there), `ms` (time
 * between), `near_requests` and `far_requests`.
 *
 * `seen_texts` has the requests of units that have an anchor, and `seen` the same with numbers for texts. `runs` has them in order, those that follow each other at one node as
 * one, numbered within the unit, with the number of their session (`sitting`). `anchors` has a row per path.
 */
export function pathFlows(paths: PathsSql): Sql {
  const { tables, anchor, collapse, byId, gap, direction, known, dialect } = paths;
  const keys = keysOf(paths);
  const order = sql`PARTITION BY ${keys} ORDER BY at_us, node, anchor_weight, weight`;
  const isEdge = (pause: Sql) =>
    sql`(${pause} IS NULL OR ${byId ? sql`thread = 0 AND ` : sql``}${pause} > ${number(gap)})`;
  const begins = isEdge(sql`at_us - lag(at_us) OVER ordered`);
  const ends = isEdge(sql`lead(at_us) OVER ordered - at_us`);
  const moves = collapse ? sql`coalesce(node <> lag(node) OVER ordered, TRUE)` : sql`TRUE`;
  const counted = sql`OVER (PARTITION BY ${keys} ORDER BY place ROWS UNBOUNDED PRECEDING)`;
  const mayGoOn =
    direction === 'after'
      ? sql`last_us + ${number(gap)} > ${number(known.to)}`
      : sql`at_us - ${number(gap)} < ${number(known.from)}`;
  return sql`WITH ${tables ? sql`${tables}, ` : sql``}${anchoredUnits(paths)}seen_texts AS (
  ${seen(paths)}
), ${numbers(paths)}, marked AS (
  SELECT ${keys}, at_us, node, weight, anchor_weight, CAST(row_number() OVER ordered AS INTEGER) AS place,
    ${begins} AS begins, ${ends} AS ends, ${moves} AS moves
  FROM seen WINDOW ordered AS (${order})
), numbered AS (
  SELECT ${keys}, at_us, node, weight, anchor_weight, begins, ends,
    CAST(sum(CASE WHEN begins THEN ${number(SITTING + 1)} WHEN moves THEN 1 ELSE 0 END) ${counted} AS BIGINT) AS passed
  FROM marked
), runs AS (
  SELECT ${keys}, ${dialect.integerDivide(sql`passed`, number(SITTING))} AS sitting, passed % ${number(SITTING)} AS run, min(node) AS node, min(at_us) AS at_us, max(at_us) AS last_us, sum(weight) AS requests, max(anchor_weight) AS anchor_weight,
    bool_or(begins) AS begins, bool_or(ends) AS ends
  FROM numbered GROUP BY ${keys}, passed
), candidates AS (
  ${anchor.kind === 'sessions' ? edges(paths) : sql`SELECT * FROM runs WHERE anchor_weight IS NOT NULL`}
), anchors AS (
  ${chosen(paths)}
), ${paths.counting === 'transitions' ? linkedFlows(paths, mayGoOn) : followedFlows(paths, mayGoOn)}, flows AS (
  SELECT unit, weight, step, nearer.node_text AS near, farther.node_text AS far, open, ms, near_requests, far_requests
  FROM numbered_flows JOIN node_numbers AS nearer ON near = nearer.node_number LEFT JOIN node_numbers AS farther ON far = farther.node_number
)`;
}

/**
 * Texts of units, sessions and nodes as numbers, those of sessions and nodes in the order of the texts, no session as 0: putting all requests in order is
 * most of the work, and a third less with numbers.
 */
function numbers({ byId }: PathsSql): Sql {
  const names = byId ? ['unit', 'thread', 'node'] : ['unit', 'node'];
  const tables = names.map((name) => {
    const place = `CAST(row_number() OVER (${name === 'unit' ? '' : `ORDER BY ${name}`}) AS INTEGER)`;
    return raw(`${name}_numbers AS (
  SELECT ${name} AS ${name}_text, ${name === 'thread' ? `CASE WHEN thread = '' THEN 0 ELSE ${place} END` : place} AS ${name}_number FROM (SELECT DISTINCT ${name} FROM seen_texts) AS texts
)`);
  });
  const joined = names.map((name) => raw(` JOIN ${name}_numbers ON ${name} = ${name}_text`));
  return sql`${join(tables)}, seen AS (
  SELECT ${join(names.map((name) => raw(`${name}_number AS ${name}`)))}, at_us, weight, anchor_weight
  FROM seen_texts${join(joined, '')}
)`;
}

/** `numbered_flows` of few anchors: the runs after each, of which each leads to the next. */
function followedFlows(paths: PathsSql, mayGoOn: Sql): Sql {
  const { depth, direction } = paths;
  return sql`steps AS (
  SELECT path, step, runs.unit, runs.node, runs.at_us, runs.last_us, runs.requests, followed.weight
  FROM (SELECT *, unnest(range(${number(depth + 1)})) AS step FROM (SELECT *, row_number() OVER () AS path FROM anchors) AS numbered_anchors) AS followed
  JOIN runs ON ${sameKeys(paths, 'followed', 'runs')} AND runs.sitting = followed.sitting AND runs.run = followed.run ${away(direction)} followed.step
), numbered_flows AS (
  SELECT * FROM (
    SELECT unit, weight, step, node AS near, lead(node) OVER following AS far, ${mayGoOn} AS open,
      CAST(abs(lead(at_us) OVER following - at_us) / 1000.0 AS DOUBLE) AS ms, requests AS near_requests, lead(requests) OVER following AS far_requests
    FROM steps WINDOW following AS (PARTITION BY path ORDER BY step)
  ) AS followed WHERE step < ${number(depth)}
)`;
}

/** The same where most runs are anchors: which run follows each is found once, however many paths go through it. */
function linkedFlows(paths: PathsSql, mayGoOn: Sql): Sql {
  const { depth, direction } = paths;
  return sql`linked AS (
  SELECT *, lead(node) OVER following AS far, lead(at_us) OVER following AS far_us, lead(requests) OVER following AS far_requests
  FROM runs WINDOW following AS (PARTITION BY ${keysOf(paths)}, sitting ORDER BY run${direction === 'after' ? sql`` : sql` DESC`})
), numbered_flows AS (
  SELECT linked.unit, followed.weight, step, linked.node AS near, far, ${mayGoOn} AS open,
    CAST(abs(far_us - at_us) / 1000.0 AS DOUBLE) AS ms, requests AS near_requests, far_requests
  FROM (SELECT *, unnest(range(${number(depth)})) AS step FROM anchors) AS followed
  JOIN linked ON ${sameKeys(paths, 'followed', 'linked')} AND linked.sitting = followed.sitting AND linked.run = followed.run ${away(direction)} followed.step
)`;
}

function away(direction: PathsSql['direction']): Sql {
  return direction === 'after' ? sql`+` : sql`-`;
}

/** What the requests of one sequence have in common. */
function keysOf({ byId }: PathsSql): Sql {
  return byId ? sql`unit, thread` : sql`unit`;
}

function sameKeys({ byId }: PathsSql, one: string, other: string): Sql {
  const same = (name: string) => raw(`${one}.${name} = ${other}.${name}`);
  return byId ? sql`${same('unit')} AND ${same('thread')}` : same('unit');
}

/** Whoever has an anchor at all: the rest need not be put in order. */
function anchoredUnits({ rows, unit, anchor }: PathsSql): Sql {
  switch (anchor.kind) {
    case 'rows':
      return sql`anchored AS (
  SELECT DISTINCT unit FROM (SELECT ${unit} AS unit FROM ${rows.relation} WHERE ${anchor.inside} AND ${anchor.condition}) AS anchored_rows WHERE unit IS NOT NULL
), `;
    case 'attempts':
      return sql`anchored AS (
  SELECT unit AS anchored_unit, at_us AS anchored_us, max(weight) AS anchored_weight FROM (${anchor.moments}) AS moments GROUP BY 1, 2
), `;
    case 'sessions':
      return sql``;
  }
}

function seen({ rows, unit, node, anchor, byId, weighted, dialect }: PathsSql): Sql {
  const condition = anchor.kind === 'sessions' ? anchor.inside : anchor.condition;
  const inside = anchor.kind === 'rows' ? sql`${anchor.inside} AND ` : sql``;
  const all = sql`SELECT ${unit} AS unit${byId ? sql`, coalesce(session, '') AS thread` : sql``}, ${dialect.epochUs(sql`time`)} AS at_us, ${node} AS node, ${weighted ? WEIGHT : sql`1`} AS weight, ${inside}(${condition}) AS anchors
    FROM ${rows.relation}
    WHERE ${rows.where}`;
  const columns = byId ? sql`unit, thread, at_us, node, weight` : sql`unit, at_us, node, weight`;
  if (anchor.kind === 'attempts') {
    return sql`SELECT ${columns}, CASE WHEN anchors THEN anchored_weight END AS anchor_weight FROM (
    ${all}
  ) AS stepped LEFT JOIN anchored ON unit = anchored_unit AND at_us = anchored_us
  WHERE unit IN (SELECT anchored_unit FROM anchored)`;
  }
  return sql`SELECT ${columns}, CASE WHEN anchors THEN weight END AS anchor_weight FROM (
    ${all}
  ) AS stepped WHERE unit IS NOT NULL${anchor.kind === 'rows' ? sql` AND unit IN (SELECT unit FROM anchored)` : sql``}`;
}

/** The first request of each session, or the last of each that has ended, where it lies in the range. */
function edges(paths: PathsSql): Sql {
  const { direction, counting, range, known, gap } = paths;
  if (counting === 'transitions') {
    return sql`SELECT * FROM runs WHERE anchor_weight IS NOT NULL`;
  }
  const within = (time: Sql) => sql`${time} >= ${number(range.from)} AND ${time} < ${number(range.to)}`;
  return direction === 'after'
    ? sql`SELECT * FROM runs WHERE begins AND ${within(sql`at_us`)}`
    : sql`SELECT * FROM runs WHERE ends AND ${within(sql`last_us`)} AND last_us + ${number(gap)} <= ${number(known.to)}`;
}

/** The anchors that paths begin at: the first of each unit, of each session, or all. */
function chosen(paths: PathsSql): Sql {
  const keys = keysOf(paths);
  const columns = sql`${keys}, sitting, run, anchor_weight AS weight`;
  if (paths.counting === 'transitions') {
    return sql`SELECT ${columns} FROM candidates`;
  }
  const [by, order] =
    paths.counting === 'units'
      ? [sql`unit`, paths.byId ? sql`at_us, thread, run` : sql`at_us, run`]
      : [sql`${keys}, sitting`, sql`run`];
  return sql`SELECT ${columns} FROM (SELECT *, row_number() OVER (PARTITION BY ${by} ORDER BY ${order}) AS nth FROM candidates) AS ordered WHERE nth = 1`;
}

/** Several columns as one text, which `nodeKeys` takes apart again. */
export function nodeText(texts: readonly Sql[]): Sql {
  return join(
    texts.map((text) => sql`coalesce(${text}, chr(${raw(String(NULL_CODE))}))`),
    ` || chr(${SEPARATOR_CODE}) || `
  );
}

/** Control characters that no log has in a route. */
const NULL_CODE = 30;
const SEPARATOR_CODE = 31;

/** The values of the keys of a node, null where a row has none. */
export function nodeKeys(node: string, count: number): Array<string | null> {
  const parts = node.split(String.fromCharCode(SEPARATOR_CODE));
  const values = [...parts.slice(0, count - 1), parts.slice(count - 1).join(' ')];
  return values.map((value) => (value === String.fromCharCode(NULL_CODE) ? null : value));
}

/** Sessions and runs of a unit are counted in one running sum, a session as so many: a unit has fewer runs. */
const SITTING = 2 ** 32;

function number(value: number): Sql {
  return raw(String(value));
}
