import { ApitrailError, type SavedCohort } from '@apitrail/contract';

import { sql } from '../engine/sql';
import { openMembers, type MemberSource } from '../cohorts/members';
import type { Profile } from './profile';

/** Most saved cohorts that are looked at, the first by name, where the configuration names none. */
export const MOST_COHORTS = 20;

/** Waits for a turn, and gives up what takes too long. */
export type Admit = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

export interface CohortSegmentSource {
  members: MemberSource;
  /** Which saved cohorts; undefined for the first. */
  names: readonly string[] | undefined;
  /** The time that says who is in a cohort without a range of its own, epoch milliseconds. */
  range: { from: number; to: number };
  admit: Admit;
  /** Told of a cohort that could not be worked out; the others are. */
  onFault: (error: unknown, cohort: string) => void;
}

/**
 * Adds the segment `cohort:NAME` to the profiles of a cohort's members: customers of cohorts of customers, and all customers of
 * cohorts of accounts. Each cohort takes a turn of its own, so that panels need not wait for all of them.
 */
export async function addCohortSegments(
  profiles: ReadonlyMap<string, Profile>,
  source: CohortSegmentSource
): Promise<void> {
  const byAccount = groupedByAccount(profiles);
  for (const cohort of await chosen(source)) {
    const ofUnit = (unit: string) =>
      cohort.unit === 'account' ? (byAccount.get(unit) ?? []) : [profiles.get(unit)].filter((one) => one !== undefined);
    try {
      await source.admit(async (signal) => {
        for (const unit of await membersAmong(cohort, source, signal, (name) => ofUnit(name).length > 0)) {
          ofUnit(unit).forEach(({ segments }) => segments.push(`cohort:${cohort.name}`));
        }
      });
    } catch (error) {
      if (error instanceof ApitrailError && ENDS.has(error.code)) {
        return;
      }
      source.onFault(error, cohort.name);
    }
  }
}

/** After these the companion stops. */
const ENDS: ReadonlySet<string> = new Set(['APITRAIL_QUERY_CANCELLED', 'APITRAIL_STOPPING']);

async function chosen({ members, names, onFault }: CohortSegmentSource): Promise<SavedCohort[]> {
  const isOfCustomers = ({ unit }: SavedCohort) => unit === 'customer' || unit === 'account';
  try {
    const saved = (await members.cohorts.list()) as SavedCohort[];
    return names
      ? saved.filter((cohort) => names.includes(cohort.name) && isOfCustomers(cohort))
      : saved.filter(isOfCustomers).slice(0, MOST_COHORTS);
  } catch (error) {
    onFault(error, '');
    return [];
  }
}

/** Members of whom there are profiles; the others are not held. */
async function membersAmong(
  cohort: SavedCohort,
  { members, range }: CohortSegmentSource,
  signal: AbortSignal,
  isKnown: (unit: string) => boolean
): Promise<string[]> {
  const found = await openMembers(cohort, { dataset: 'requests', ...range, now: range.to, signal }, members);
  try {
    const known: string[] = [];
    for await (const { values } of members.engine.stream(sql`SELECT unit FROM ${found.members.relation}`, { signal })) {
      known.push(...(values[0] as string[]).filter(isKnown));
    }
    return known;
  } finally {
    await found.release();
  }
}

function groupedByAccount(profiles: ReadonlyMap<string, Profile>): Map<string, Profile[]> {
  const groups = new Map<string, Profile[]>();
  for (const profile of profiles.values()) {
    if (profile.account !== null) {
      const group = groups.get(profile.account);
      if (group) {
        group.push(profile);
      } else {
        groups.set(profile.account, [profile]);
      }
    }
  }
  return groups;
}
