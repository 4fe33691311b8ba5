import type { Filter } from '@apitrail/contract';

import { identifier, join, param, raw, sql, type Sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import type { RowSource } from '../shared/select';
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

/** More services with alternating versions than this are all read again, without naming them. */
const MOST_NAMED = 50;

/** Changes of `service_version` per service and environment, seen in the requests of the range and some time around it. */
export async function seenDeploys(context: HandlerContext, filters: readonly Filter[]): Promise<Annotation[]> {
  const range = { from: context.range.from - LOOK_BACK_MS, to: context.range.to + LOOK_AHEAD_MS };
  const all = context.rows(applicable(filters, PLACE_KEYS).filters, range);
  const rows = { ...all, where: sql`${all.where} AND service_version IS NOT NULL` };
  // Most services change from one version to the next, or not at all: then when each was seen says everything.
  const places = await readPlaces(context, spansOf(context, rows));
  const alternating = places.filter(({ stretches }) => overlap(stretches));
  if (alternating.length > 0) {
    const step = Math.max(1, Math.ceil((range.to - range.from) / MOST_STEPS / MINUTE)) * MINUTE;
    const where = sql`${rows.where} AND ${inPlaces(alternating)}`;
    const finer = await readPlaces(context, stretchesOf(context, { ...rows, where }, step));
    const stretches = new Map(finer.map((place) => [nameOf(place), place.stretches]));
    alternating.forEach((place) => (place.stretches = stretches.get(nameOf(place)) ?? place.stretches));
  }
  return places.flatMap(({ service, environment, stretches }) =>
    versionChanges(stretches).map((change) => annotationOf(change, service, environment))
  );
}

const PLACE = raw('service, environment');

/** When each version was first and last seen. */
function spansOf({ dialect }: HandlerContext, rows: RowSource): Sql {
  const us = dialect.epochUs(sql`time`);
  return sql`SELECT ${PLACE}, service_version, CAST(count(*) AS DOUBLE) AS requests, min(${us}) AS first, max(${us}) AS last
FROM ${rows.relation}
WHERE ${rows.where}
GROUP BY ${PLACE}, service_version
ORDER BY ${PLACE}, first, service_version`;
}

/** Stretches of one version after another, told apart by steps of `step` milliseconds. */
function stretchesOf({ dialect }: HandlerContext, rows: RowSource, step: number): Sql {
  const us = dialect.epochUs(sql`time`);
  const steps = sql`SELECT ${PLACE}, service_version, ${dialect.bucketUs(sql`time`, step * 1000)} AS step, count(*) AS requests, min(${us}) AS first, max(${us}) AS last
FROM ${rows.relation}
WHERE ${rows.where}
GROUP BY 1, 2, 3, 4`;
  // Steps of one version that follow each other have the same difference between the two numbers.
  const numbered = sql`SELECT *,
  row_number() OVER (PARTITION BY ${PLACE} ORDER BY step, first, service_version)
  - row_number() OVER (PARTITION BY ${PLACE}, service_version ORDER BY step, first) AS stretch
FROM (${steps}) AS steps`;
  return sql`SELECT ${PLACE}, service_version, CAST(sum(requests) AS DOUBLE) AS requests, min(first) AS first, max(last) AS last
FROM (${numbered}) AS numbered
GROUP BY ${PLACE}, service_version, stretch
ORDER BY ${PLACE}, min(step), min(first), service_version`;
}

interface Place {
  service: string | null;
  environment: string | null;
  stretches: Stretch[];
}

async function readPlaces(context: HandlerContext, statement: Sql): Promise<Place[]> {
  const { values, rowCount } = await context.run(statement);
  const places = new Map<string, Place>();
  for (let row = 0; row < rowCount; row++) {
    const [service, environment, version, requests, first, last] = values.map((column) => column[row] ?? null);
    const place = { service: service as string | null, environment: environment as string | null, stretches: [] };
    const name = nameOf(place);
    const known = places.get(name) ?? place;
    places.set(name, known);
    known.stretches.push({
      version: String(version),
      requests: Number(requests),
      first: Math.floor(Number(first) / 1000),
      last: Math.floor(Number(last) / 1000),
    });
  }
  return [...places.values()];
}

function nameOf({ service, environment }: Pick<Place, 'service' | 'environment'>): string {
  return JSON.stringify([service, environment]);
}

/** Whether a version was seen while another was; of stretches in the order of their first requests. */
function overlap(stretches: readonly Stretch[]): boolean {
  return stretches.some(({ first }, index) => index > 0 && stretches.slice(0, index).some(({ last }) => last >= first));
}

function inPlaces(places: readonly Place[]): Sql {
  if (places.length > MOST_NAMED) {
    return sql`TRUE`;
  }
  const is = (column: string, value: string | null) =>
    value === null ? sql`${identifier(column)} IS NULL` : sql`${identifier(column)} = ${param('varchar', value)}`;
  const each = places.map(
    ({ service, environment }) => sql`(${is('service', service)} AND ${is('environment', environment)})`
  );
  return sql`(${join(each, ' OR ')})`;
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
