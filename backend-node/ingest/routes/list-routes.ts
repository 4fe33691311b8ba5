import type { Engine } from '../../engine/engine';
import { identifier, join, param, raw, sql } from '../../engine/sql';
import type { DeltaTable } from '../../lake/delta-table';
import { dataFilePath } from '../../lake/layout';
import { parquetFiles } from '../../lake/parquet-relation';
import { overlaps } from '../../lake/pruning';
import { totalsOf } from '../../lake/rewrite';
import type { DeclaredDocument } from './declared/declared-route';
import type { RouteRule } from './rules';

/** A route that is in the lake, or that a rule or a document declares. */
export interface ListedRoute {
  /** Null where the rows name none, or the rule or document is for all services. */
  service: string | null;
  method: string | null;
  route: string | null;
  source: string | null;
  /** Requests that have it, by their weights. */
  requests: number;
  /** Time of the newest, ISO 8601. */
  last_seen: string | null;
  /** The document that declares it, with its version: `Shop v2`. */
  document: string | null;
  deprecated: boolean;
}

export interface ListRoutesOptions {
  /** The table of requests, and what reads it; undefined when there is no lake yet. */
  table: { table: DeltaTable; engine: Engine } | undefined;
  rules: readonly RouteRule[];
  documents: readonly DeclaredDocument[];
  service?: string;
  /** Epoch milliseconds. */
  from?: number;
  to?: number;
}

/** All routes, those with the most requests first, then those that nothing has asked for. */
export async function listRoutes(options: ListRoutesOptions): Promise<ListedRoute[]> {
  const { rules, documents, service } = options;
  const declared = declaredRoutes(documents);
  const seen = (await seenRoutes(options)).map((route) => {
    const known = declared.find(route);
    return { ...route, document: known?.document ?? null, deprecated: known?.deprecated ?? false };
  });
  const unseen = [...rules.flatMap(listedRule), ...declared.all].filter(
    (route) =>
      (service === undefined || route.service === null || route.service === service) &&
      !seen.some(
        (other) =>
          other.route === route.route &&
          (route.method === null || other.method === route.method) &&
          (route.service === null || other.service === route.service)
      )
  );
  return [...seen, ...unseen];
}

function listedRule({ service, method, match, route }: RouteRule): ListedRoute[] {
  const template = route ?? match;
  // The route of an expression with groups is known only once it fits.
  return template === undefined || /\$(?:\d|<)/.test(template)
    ? []
    : [{ ...NEVER, service: service ?? null, method: method ?? null, route: template, source: 'rule' }];
}

const NEVER = { requests: 0, last_seen: null, document: null, deprecated: false };

function declaredRoutes(documents: readonly DeclaredDocument[]) {
  const all = documents.flatMap(({ service, name, version, routes }) =>
    routes.flatMap(({ template, methods }) =>
      Object.entries(methods).map(([method, { deprecated = false }]): ListedRoute => ({
        ...NEVER,
        ...{ service, method, route: template, source: 'openapi', document: `${name} v${version}`, deprecated },
      }))
    )
  );
  const key = (service: string | null, method: string | null, route: string | null) =>
    JSON.stringify([service, method, route]);
  const byKey = new Map(all.map((route) => [key(route.service, route.method, route.route), route]));
  return {
    all,
    find: ({ service, method, route }: Pick<ListedRoute, 'service' | 'method' | 'route'>) =>
      [service, null].map((owner) => byKey.get(key(owner, method, route))).find((found) => found !== undefined),
  };
}

const COLUMNS = [
  { name: 'time', type: 'TIMESTAMPTZ' },
  ...['service', 'method', 'route', 'route_source'].map((name) => ({ name, type: 'VARCHAR' })),
  { name: 'weight', type: 'DOUBLE' },
];

async function seenRoutes({ table: source, service, from, to }: ListRoutesOptions): Promise<ListedRoute[]> {
  if (source === undefined) {
    return [];
  }
  const { table, engine } = source;
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const files = [...(await table.snapshot()).files.values()].filter((file) => overlaps(file, range));
  if (files.length === 0) {
    return [];
  }
  const paths = files.map(({ add }) => dataFilePath(table.path, add.path));
  const micros = (ms: number) => param('timestamptz_us', Math.round(ms * 1000));
  const time = identifier('time');
  const where = [
    raw('true'),
    ...(service === undefined ? [] : [sql`service = ${param('varchar', service)}`]),
    ...(from === undefined ? [] : [sql`${time} >= ${micros(from)}`]),
    ...(to === undefined ? [] : [sql`${time} < ${micros(to)}`]),
  ];
  const { values, rowCount } = await engine.run(
    sql`SELECT service, method, route, route_source, sum(coalesce(weight, 1)) AS requests, max(${time}) AS last_seen
      FROM ${parquetFiles(COLUMNS, paths, totalsOf(files).rows || undefined)} WHERE ${join(where, ' AND ')}
      GROUP BY 1, 2, 3, 4 ORDER BY requests DESC, 1, 3, 2, 4`
  );
  const [services, methods, routes, sources, requests, seen] = values as [
    Array<string | null>,
    Array<string | null>,
    Array<string | null>,
    Array<string | null>,
    number[],
    number[],
  ];
  return Array.from({ length: rowCount }, (_, index) => ({
    ...NEVER,
    service: services[index]!,
    method: methods[index]!,
    route: routes[index]!,
    source: sources[index]!,
    requests: requests[index]!,
    last_seen: new Date(Math.floor(seen[index]!)).toISOString(),
  }));
}
