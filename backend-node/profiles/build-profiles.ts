import { parseDuration, parseQuery, type CustomersQuery } from '@apitrail/contract';

import { duckDbDialect } from '../engine/dialect';
import type { Engine } from '../engine/engine';
import { join, raw, sql } from '../engine/sql';
import type { MemberSource } from '../cohorts/members';
import { datasetNamed, type Dataset } from '../lake/dataset';
import { withTables } from '../queries/customers/experience-sql';
import { FAILED } from '../queries/customers/failures';
import { listCustomers, type CustomerRow } from '../queries/customers/list';
import { customerSource, type CustomerSource } from '../queries/customers/source';
import type { HandlerContext } from '../queries/handler';
import { runQuery } from '../queries/run-query';
import { addCohortSegments, type Admit } from './cohort-segments';
import type { ProfilesConfig } from './config';
import type { BuiltInSegment, Profile, ProfileFailure } from './profile';

const DAY_MS = 86_400_000;
/** Failures that a profile lists. */
const MOST_FAILURES = 5;
const AT_RISK = 70;

export interface ProfileSource {
  engine: Engine;
  datasets: ReadonlyMap<string, Dataset>;
  config: ProfilesConfig;
  /** Where saved cohorts and their members come from. */
  members: MemberSource;
  /** A turn of queries for each heavy step. */
  admit: Admit;
  /** Told of a cohort that could not be worked out: profiles go without it. */
  onCohortFault: (error: unknown, cohort: string) => void;
  /** Epoch milliseconds. */
  now: number;
}

/** Makes the profiles of the customers that were last seen, from what is in the lake and what is about to be. */
export async function buildProfiles(source: ProfileSource): Promise<Map<string, Profile>> {
  const { config, members, admit, onCohortFault, now } = source;
  const profiles = await admit((signal) => profilesOf(source, signal));
  await addCohortSegments(profiles, {
    ...{ members, admit, names: config.cohorts, onFault: onCohortFault },
    range: { from: now - parseDuration(config.window), to: now },
  });
  return profiles;
}

async function profilesOf(source: ProfileSource, signal: AbortSignal): Promise<Map<string, Profile>> {
  const { engine, datasets, config, now } = source;
  const query = {
    ...(parseQuery({ refId: 'profiles', queryType: 'customers', orderBy: 'last_seen' }) as CustomersQuery),
    limit: config.limit,
  };
  const range = { from: now - parseDuration(config.window), to: now };
  const profiles = new Map<string, Profile>();
  await runQuery({
    ...{ query, range, engine, now, signal, dialect: duckDbDialect, forAlerting: false },
    snapshot: await datasetNamed('requests', datasets).snapshot(),
    pseudonyms: () => [],
    userSql: undefined,
    cohorts: undefined,
    cohortCache: undefined,
    tablesIn: () => Promise.resolve([]),
    postedAnnotations: () => Promise.resolve(undefined),
    handle: async (context) => {
      const customers = await customerSource(query, context);
      const { rows } = await listCustomers(query, customers, context, { orderBy: 'last_seen' });
      const failures = await lastFailures(customers, context);
      const asOf = customers.experience.horizonUs / 1000;
      rows.forEach((row) => profiles.set(row.unit, profileOf(row, failures.get(row.unit) ?? [], range.from, asOf)));
      return { frames: [] };
    },
  });
  return profiles;
}

const FAILURE_COLUMNS = ['service', 'method', 'route', 'status', 'error_group'] as const;

async function lastFailures(
  { experience, units }: CustomerSource,
  context: HandlerContext
): Promise<Map<string, ProfileFailure[]>> {
  const { rows, unit, dialect } = experience;
  const columns = join(FAILURE_COLUMNS.map((name) => raw(name)));
  const select = sql`SELECT unit, CAST(at_us AS DOUBLE), ${columns} FROM (
  SELECT *, row_number() OVER (PARTITION BY unit ORDER BY at_us DESC, service, route) AS place FROM (
    SELECT ${unit} AS unit, ${dialect.epochUs(sql`time`)} AS at_us, ${columns} FROM ${rows.relation} WHERE ${rows.where} AND ${FAILED} AND ${unit} IS NOT NULL
  ) AS failures
) AS placed WHERE place <= ${raw(String(MOST_FAILURES))} ORDER BY unit, place`;
  const table = await context.run(units.tables ? sql`${withTables([units.tables])}${select}` : select);
  const [names, times, ...values] = table.values as [string[], number[], ...unknown[][]];
  const found = new Map<string, ProfileFailure[]>();
  names.forEach((name, row) => {
    const failure = {
      time: new Date(times[row]! / 1000).toISOString(),
      ...Object.fromEntries(FAILURE_COLUMNS.map((column, index) => [column, values[index]![row] ?? null])),
    } as ProfileFailure;
    const own = found.get(name);
    if (own) {
      own.push(failure);
    } else {
      found.set(name, [failure]);
    }
  });
  return found;
}

function profileOf(row: CustomerRow, failures: ProfileFailure[], from: number, asOf: number): Profile {
  const segments: Array<[BuiltInSegment, boolean]> = [
    ['new', asOf - row.first_seen <= 7 * DAY_MS && row.first_seen - from > DAY_MS],
    ['returning', row.sessions > 1],
    ['at_risk', row.health < AT_RISK],
    ['hit_by_errors', failures.length > 0 && asOf - Date.parse(failures[0]!.time) <= DAY_MS],
    ['abandoned', row.abandoned > 0],
    ['quiet', row.recency_part > 0.5],
  ];
  return {
    customer: row.unit,
    account: row.account,
    as_of: new Date(asOf).toISOString(),
    segments: segments.flatMap(([segment, is]) => (is ? [segment] : [])),
    health: Math.round(row.health * 10) / 10,
    parts: {
      failures: row.failures_part,
      slowness: row.slowness_part,
      abandoned: row.abandoned_part,
      recency: row.recency_part,
    },
    requests: row.requests,
    sessions: row.sessions,
    errors: row.errors,
    first_seen: new Date(row.first_seen).toISOString(),
    last_seen: new Date(row.last_seen).toISOString(),
    last_failures: failures,
  };
}
