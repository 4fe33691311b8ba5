import type { Filter } from '@apitrail/contract';

import { identifier, join, param, raw, sql, type Sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import type { RowSource } from '../shared/select';
import { type Annotation, ANNOTATION_KEYS } from './annotation';
import { applicable } from './applicable';
import { pauseAfter } from './pause';
import { type Stretch, type VersionChange, versionChanges } from './version-changes';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** How far before the range versions are looked for: a service that was silent for longer is begun anew. */
export const LOOK_BACK_MS = 7 * DAY;
/** How far after the range: a rolling deploy that takes longer is shown without an end. */
export const LOOK_AHEAD_MS = DAY;

/** Most steps the time is cut into; how often versions alternate within one does not matter. */
const MOST_STEPS = 10_000;

/** Versions of a service in an environment that are looked at: those that answered most. */
export const MOST_VERSIONS = 1000;
/** Most stretches of alternating versions that are read: steps become wider until there are no more. */
const MOST_STRETCHES = 1_000_000;

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
  const crowded = places.filter(({ versions }) => versions > MOST_VERSIONS);
  noticeCrowded(context, crowded);
  const alternating = places.filter(({ stretches }) => overlap(stretches));
  if (alternating.length > 0) {
    const where = sql`${rows.where} AND ${inPlaces(alternating)}`;
    const steps = stepsOf(context, { ...rows, where }, stepOf(range, alternating));
    const finer = await readPlaces(context, stretchesOf(crowded.length > 0 ? mostFrequent(steps) : steps));
    const stretches = new Map(finer.map((place) => [nameOf(place), place.stretches]));
    alternating.forEach((place) => (place.stretches = stretches.get(nameOf(place)) ?? place.stretches));
  }
  const deploys: Annotation[] = [];
  for (const { service, environment, stretches } of places) {
    for (const change of await versionChanges(stretches)) {
      deploys.push(annotationOf(change, service, environment));
    }
  }
  return deploys;
}

function noticeCrowded(context: HandlerContext, [first, ...others]: readonly Place[]): void {
  if (!first) {
    return;
  }
  const where = [first.service ?? 'requests without a service', first.environment].filter((name) => name !== null);
  const more = others.length === 0 ? '' : `, and so have ${others.length} more`;
  const count = (number: number) => number.toLocaleString('en-US');
  context.notice(
    'warning',
    `${where.join(' in ')} has ${count(first.versions)} values of service_version${more}: deploys are seen of the ${count(MOST_VERSIONS)} that answered most. It should name a release, not a build, a commit or a pod.`
  );
}

const PLACE = raw('service, environment');

/** When each version was first and last seen, and how many versions there are. */
function spansOf({ dialect }: HandlerContext, rows: RowSource): Sql {
  const us = dialect.epochUs(sql`time`);
  const spans = sql`SELECT ${PLACE}, service_version, count(*) AS requests, min(${us}) AS first, max(${us}) AS last, count(*) OVER (PARTITION BY ${PLACE}) AS versions
FROM ${rows.relation}
WHERE ${rows.where}
GROUP BY ${PLACE}, service_version`;
  return sql`SELECT ${PLACE}, service_version, CAST(requests AS DOUBLE), first, last, CAST(versions AS DOUBLE)
FROM (${mostFrequent(spans)}) AS spans
ORDER BY ${PLACE}, first, service_version`;
}

/** Of rows with the requests of versions those of the versions that answered most, in each place. */
function mostFrequent(rows: Sql): Sql {
  return sql`SELECT * FROM (
  SELECT *, dense_rank() OVER (PARTITION BY ${PLACE} ORDER BY total DESC, began DESC, service_version) AS frequency
  FROM (SELECT *, sum(requests) OVER version AS total, min(first) OVER version AS began FROM (${rows}) AS counted WINDOW version AS (PARTITION BY ${PLACE}, service_version)) AS totals
) AS ranked WHERE frequency <= ${param('bigint', MOST_VERSIONS)}`;
}

/** Requests of each version in each step of `step` milliseconds. */
function stepsOf({ dialect }: HandlerContext, rows: RowSource, step: number): Sql {
  const us = dialect.epochUs(sql`time`);
  return sql`SELECT ${PLACE}, service_version, ${dialect.bucketUs(sql`time`, step * 1000)} AS step, count(*) AS requests, min(${us}) AS first, max(${us}) AS last
FROM ${rows.relation}
WHERE ${rows.where}
GROUP BY 1, 2, 3, 4`;
}

/** Stretches of one version after another, told apart by steps. */
function stretchesOf(steps: Sql): Sql {
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

/** Milliseconds of a step: as many as leave no more stretches than can be read. */
function stepOf({ from, to }: { from: number; to: number }, places: readonly Place[]): number {
  const most = (step: number) =>
    places
      .flatMap(({ stretches }) => stretches)
      .reduce((sum, { requests, first, last }) => sum + Math.min(requests, (last - first) / step + 2), 0);
  let step = Math.max(1, Math.ceil((to - from) / MOST_STEPS / MINUTE)) * MINUTE;
  while (step < to - from && most(step) > MOST_STRETCHES) {
    step *= 2;
  }
  return step;
}

interface Place {
  service: string | null;
  environment: string | null;
  /** How many versions there are, also those that are not looked at. */
  versions: number;
  stretches: Stretch[];
}

/** Rows in the order of their places. */
async function readPlaces(context: HandlerContext, statement: Sql): Promise<Place[]> {
  const { values, rowCount } = await context.run(statement);
  const places: Place[] = [];
  for (let row = 0; row < rowCount; row++) {
    const at = (column: number) => values[column]?.[row] ?? null;
    const [service, environment] = [at(0) as string | null, at(1) as string | null];
    let place = places.at(-1);
    if (!place || place.service !== service || place.environment !== environment) {
      place = { service, environment, versions: Number(at(6) ?? 0), stretches: [] };
      places.push(place);
    }
    place.stretches.push({
      version: String(at(2)),
      requests: Number(at(3)),
      first: Math.floor(Number(at(4)) / 1000),
      last: Math.floor(Number(at(5)) / 1000),
    });
    await pauseAfter(row);
  }
  return places;
}

function nameOf({ service, environment }: Pick<Place, 'service' | 'environment'>): string {
  return JSON.stringify([service, environment]);
}

/** Whether a version was seen while another was; of stretches in the order of their first requests. */
function overlap(stretches: readonly Stretch[]): boolean {
  let seen = -Infinity;
  return stretches.some(({ first, last }) => {
    const overlaps = first <= seen;
    seen = Math.max(seen, last);
    return overlaps;
  });
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
