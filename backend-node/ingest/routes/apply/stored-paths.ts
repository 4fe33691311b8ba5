import { PARTITION_COLUMN } from '@apitrail/contract';

import type { Runner } from '../../../engine/duckdb';
import { identifier, join, literal, param, raw, sql, type Sql } from '../../../engine/sql';
import { parquetFiles } from '../../../lake/parquet-relation';
import { STATUSES, type StoredPath } from './reassign';

/** Which rows are looked at. */
export interface RowScope {
  /** Rows of one service only. */
  service?: string;
  /** `from <= time < to`, epoch milliseconds. */
  from?: number;
  to?: number;
}

/** Different paths that are held in memory at a time. */
const PAGE = 100_000;

const COLUMNS = [
  { name: 'time', type: 'TIMESTAMPTZ' },
  { name: 'service', type: 'VARCHAR' },
  { name: 'method', type: 'VARCHAR' },
  { name: 'path', type: 'VARCHAR' },
  { name: 'status', type: 'INTEGER' },
  { name: 'route', type: 'VARCHAR' },
  { name: 'route_source', type: 'VARCHAR' },
];

/** The columns of data files that routes depend on. */
export function routeColumns(paths: readonly string[], rows?: number): Sql {
  return parquetFiles(COLUMNS, paths, rows);
}

/** The status of a row as `STATUSES` has it. */
function statusKind(rows: Sql): Sql {
  const { succeeded, bad, absent, failed } = STATUSES;
  const [a, b, c, d] = [succeeded, bad, absent, failed].map((status) => raw(String(status))) as [Sql, Sql, Sql, Sql];
  const status = sql`${rows}.status`;
  return sql`CASE WHEN ${status} IS NULL OR ${status} < 400 THEN ${a} WHEN ${status} = 400 THEN ${b}
    WHEN ${status} IN (404, 405) THEN ${c} ELSE ${d} END`;
}

/** Rows whose path says something, within a scope. */
function inScope(rows: Sql, { service, from, to }: RowScope): Sql {
  const micros = (ms: number): Sql => param('timestamptz_us', Math.round(ms * 1000));
  return join(
    [
      sql`${rows}.path IS NOT NULL AND ${rows}.path NOT IN ('', '*')`,
      ...(service === undefined ? [] : [sql`${rows}.service = ${param('varchar', service)}`]),
      ...(from === undefined ? [] : [sql`${rows}."time" >= ${micros(from)}`]),
      ...(to === undefined ? [] : [sql`${rows}."time" < ${micros(to)}`]),
    ],
    ' AND '
  );
}

const ROWS = identifier('r');
const MAP = identifier('m');
const STORED = identifier('stored_paths');

/** Gathers the different paths of data files into a temporary table of the session. Gives how many there are. */
export async function gatherPaths(
  run: Runner,
  files: Sql,
  scope: RowScope,
  options: { lostOnly?: boolean; signal?: AbortSignal }
): Promise<number> {
  const { lostOnly, signal } = options;
  const lost = lostOnly
    ? sql` AND (${ROWS}.route IS NULL OR ${ROWS}.route_source IN ('rule', 'openapi')) AND coalesce(${ROWS}.status, 200) < 400`
    : sql``;
  await run(
    sql`CREATE OR REPLACE TEMP TABLE ${STORED} AS
      SELECT ${ROWS}.service, ${ROWS}.method, ${ROWS}.path, ${statusKind(ROWS)} AS status, ${ROWS}.route,
        ${ROWS}.route_source, count(*) AS rows
      FROM ${files} AS ${ROWS} WHERE ${inScope(ROWS, scope)}${lost} GROUP BY ALL`,
    { signal }
  );
  return (await run(sql`SELECT count(*) FROM ${STORED}`)).values[0]?.[0] as number;
}

/** The gathered paths, page by page, each with its number and how many rows have it. */
export async function* storedPages(
  run: Runner,
  count: number,
  signal?: AbortSignal
): AsyncGenerator<Array<{ id: number; stored: StoredPath; rows: number }>> {
  for (let first = 0; first < count; first += PAGE) {
    const { values, rowCount } = await run(
      sql`SELECT rowid, service, method, path, status, route, route_source, rows FROM ${STORED}
        WHERE rowid >= ${param('bigint', first)} AND rowid < ${param('bigint', first + PAGE)}`,
      { signal }
    );
    const [ids, services, methods, paths, statuses, routes, sources, rows] = values as [
      number[],
      Array<string | null>,
      Array<string | null>,
      string[],
      number[],
      Array<string | null>,
      Array<string | null>,
      number[],
    ];
    yield Array.from({ length: rowCount }, (_, index) => ({
      id: ids[index]!,
      rows: rows[index]!,
      stored: {
        service: services[index]!,
        method: methods[index]!,
        path: paths[index]!,
        status: statuses[index]!,
        route: routes[index]!,
        route_source: sources[index]!,
      },
    }));
  }
}

/**
 * Writes what becomes of the gathered paths as a Parquet file that other sessions can join. `changes` is a file of JSON
 * lines with `id`, `route` and `route_source`.
 */
export async function writeMapping(run: Runner, changes: string, mapping: string, signal?: AbortSignal): Promise<void> {
  await run(
    sql`COPY (
      SELECT s.service, s.method, s.path, s.status, s.route, s.route_source, c.route AS new_route, c.route_source AS new_source
      FROM ${STORED} AS s JOIN read_ndjson(${literal(changes)},
        columns = {'id': 'BIGINT', 'route': 'VARCHAR', 'route_source': 'VARCHAR'}) AS c ON s.rowid = c.id
    ) TO ${literal(mapping)} (FORMAT parquet)`,
    { signal }
  );
}

/** Which of the data files have rows that a mapping changes, by path, with how many. */
export async function changedFiles(
  run: Runner,
  files: Sql,
  mapping: string,
  scope: RowScope,
  signal?: AbortSignal
): Promise<Map<string, number>> {
  const { values, rowCount } = await run(
    sql`SELECT ${ROWS}.filename, count(*) FROM (SELECT *, filename FROM ${files}) AS ${ROWS}
      JOIN read_parquet(${literal(mapping)}) AS ${MAP} ON ${fits(scope)} GROUP BY 1`,
    { signal }
  );
  const [names, counts] = values as [string[], number[]];
  return new Map(Array.from({ length: rowCount }, (_, index) => [names[index]!, counts[index]!]));
}

/** The rows of a table with the routes of a mapping, all other columns as they are. */
export function withNewRoutes(rows: Sql, mapping: string, scope: RowScope): Sql {
  return sql`SELECT ${ROWS}.* EXCLUDE (${identifier(PARTITION_COLUMN.name)}) REPLACE (
      CASE WHEN ${MAP}.path IS NULL THEN ${ROWS}.route ELSE ${MAP}.new_route END AS route,
      CASE WHEN ${MAP}.path IS NULL THEN ${ROWS}.route_source ELSE ${MAP}.new_source END AS route_source)
    FROM ${rows} AS ${ROWS} LEFT JOIN read_parquet(${literal(mapping)}) AS ${MAP} ON ${fits(scope)}`;
}

/** Comparisons of one side with the other only: with anything else an outer join becomes a loop over all pairs. */
function fits(scope: RowScope): Sql {
  const same = (name: string): Sql => sql`${ROWS}.${identifier(name)} IS NOT DISTINCT FROM ${MAP}.${identifier(name)}`;
  return join(
    [
      sql`(CASE WHEN ${inScope(ROWS, scope)} THEN ${ROWS}.path END) = ${MAP}.path`,
      sql`${statusKind(ROWS)} = ${MAP}.status`,
      ...['service', 'method', 'route', 'route_source'].map(same),
    ],
    ' AND '
  );
}
