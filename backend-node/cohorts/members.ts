import type { SavedCohort } from '@apitrail/contract';

import { duckDbDialect } from '../engine/dialect';
import { isRetryable } from '../engine/duckdb-errors';
import type { Engine } from '../engine/engine';
import { datasetNamed, type Dataset } from '../lake/dataset';
import type { CohortCache } from '../queries/cohorts/cohort-cache';
import type { CohortSource } from '../queries/cohorts/definitions';
import { openMembersOf, type OpenMembers } from '../queries/cohorts/prepare';

/** What members of cohorts are worked out from. */
export interface MemberSource {
  engine: Engine;
  datasets: ReadonlyMap<string, Dataset>;
  cohorts: CohortSource;
  cache?: CohortCache | undefined;
  /** What else the stored value of a key may be, given what a person wrote. */
  pseudonyms(): Promise<(key: string, value: string) => string[]>;
}

export interface MemberRequest {
  dataset: string;
  /** Epoch milliseconds: which time says who is in it, of cohorts without a range of their own. */
  from: number;
  to: number;
  now: number;
  signal?: AbortSignal | undefined;
}

/** How long before the present the members of a cohort without a range are looked for, where nobody says: 30 days. */
export const DEFAULT_MEMBERS_MS = 30 * 86_400_000;

/** Works out the members of a cohort. They stay until they are released. Throws an ApitrailError. */
export async function openMembers(
  cohort: SavedCohort,
  { dataset, from, to, now, signal }: MemberRequest,
  source: MemberSource
): Promise<OpenMembers> {
  const known = datasetNamed(dataset, source.datasets);
  const pseudonyms = await source.pseudonyms();
  for (let attempt = 0; ; attempt++) {
    try {
      return await openMembersOf(
        {
          range: { from, to },
          snapshot: await known.snapshot(),
          ...{ engine: source.engine, dialect: duckDbDialect, now, signal, pseudonyms },
          forAlerting: false,
          userSql: undefined,
          tablesIn: () => Promise.resolve([]),
          postedAnnotations: () => Promise.resolve(undefined),
          cohorts: source.cohorts,
          cohortCache: source.cache,
        },
        cohort,
        dataset
      );
    } catch (error) {
      // A file was compacted away meanwhile: the next snapshot has what took its place.
      if (attempt > 0 || !isRetryable(error)) {
        throw error;
      }
    }
  }
}
