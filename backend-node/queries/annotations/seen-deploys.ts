import type { Filter } from '@apitrail/contract';

import { join, raw, sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import { type Annotation, ANNOTATION_KEYS } from './annotation';
import { applicable } from './applicable';
import { type Stretch, type VersionChange, versionChanges } from './version-changes';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** How far before the range versions are looked for: a service that was silent for longer is begun anew. */
export const LOOK_BACK_MS = 7 * DAY;
/** How far after the range: a rolling deploy that takes longer is shown without an end. */
export const LOOK_AHEAD_MS = DAY;

/** Most steps the time is cut into; how often versions alternate within one does not matter. */
const MOST_STEPS = 10_000;

/** Where requests were served: filters on it decide which deploys are seen. Of other keys a deploy has none. */
const PLACE_KEYS: ReadonlySet<string> = new Set(['service', 'environment', 'instance', 'region', 'host']);

/** Changes of `service_version` per service and environment, seen in the requests of the range and some time around it. */
export async function seenDeploys(context: HandlerContext, filters: readonly Filter[]): Promise<Annotation[]> {
  const { dialect } = context;
  const range = { from: context.range.from - LOOK_BACK_MS, to: context.range.to + LOOK_AHEAD_MS };
  const rows = context.rows(applicable(filters, PLACE_KEYS).filters, range);
  const us = dialect.epochUs(sql`time`);
  const step = Math.max(1, Math.ceil((range.to - range.from) / MOST_STEPS / MINUTE)) * MINUTE;
  const place = raw('service, environment');
  const steps = sql`SELECT ${place}, service_version, ${dialect.bucketUs(sql`time`, step * 1000)} AS step, count(*) AS requests, min(${us}) AS first, max(${us}) AS last
FROM ${rows.relation}
WHERE ${rows.where} AND service_version IS NOT NULL
GROUP BY 1, 2, 3, 4`;
  // Steps of one version that follow each other have the same difference between the two numbers.
  const numbered = sql`SELECT *,
  row_number() OVER (PARTITION BY ${place} ORDER BY step, first, service_version)
  - row_number() OVER (PARTITION BY ${place}, service_version ORDER BY step, first) AS stretch
FROM (${steps}) AS steps`;
  const stretches = sql`SELECT ${place}, service_version, CAST(sum(requests) AS DOUBLE) AS requests, min(first) AS first, max(last) AS last
FROM (${numbered}) AS numbered
GROUP BY ${join([place, raw('service_version, stretch')])}
ORDER BY ${place}, min(step), min(first), service_version`;
  const table = await context.run(stretches);
  return groupByPlace(table.values, table.rowCount).flatMap(({ service, environment, stretches: seen }) =>
    versionChanges(seen).map((change) => annotationOf(change, service, environment))
  );
}

interface Place {
  service: string | null;
  environment: string | null;
  stretches: Stretch[];
}

function groupByPlace(columns: ReadonlyArray<readonly unknown[]>, rowCount: number): Place[] {
  const places: Place[] = [];
  for (let row = 0; row < rowCount; row++) {
    const [service, environment, version, requests, first, last] = columns.map((column) => column[row] ?? null);
    let place = places.at(-1);
    if (!place || place.service !== service || place.environment !== environment) {
      place = { service: service as string | null, environment: environment as string | null, stretches: [] };
      places.push(place);
    }
    place.stretches.push({
      version: String(version),
      requests: Number(requests),
      first: Math.floor(Number(first) / 1000),
      last: Math.floor(Number(last) / 1000),
    });
  }
  return places;
}

function annotationOf(change: VersionChange, service: string | null, environment: string | null): Annotation {
  const { version, previous, time, timeEnd, returned } = change;
  const where = environment === null ? '' : ` in ${environment}`;
  return {
    id: ['seen', service ?? '', environment ?? '', version, time].join(':'),
    kind: 'deploy',
    time,
    timeEnd,
    title: [service, ...(returned ? ['back to'] : []), version].filter((part) => part !== null).join(' '),
    text: `${describe(change, previous)}${where}. Seen in the requests.`,
    tags: [],
    service,
    environment,
    serviceVersion: version,
  };
}

function describe({ outcome, returned, version, timeEnd }: VersionChange, previous: string): string {
  switch (outcome) {
    case 'replaced':
      return `${returned ? 'Took the place of' : 'Replaced'} ${previous}${timeEnd === undefined ? '' : ' step by step'}`;
    case 'withdrawn':
      return `Answered for a while, then ${previous} went on without it`;
    case 'beside':
      return `First request of ${version}; ${previous} answered before`;
  }
}

/** Keys that filters on deploys may be on. */
export const DEPLOY_KEYS: ReadonlySet<string> = new Set([...ANNOTATION_KEYS, ...PLACE_KEYS]);
