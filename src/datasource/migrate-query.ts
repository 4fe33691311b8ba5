import { QUERY_VERSION } from '@apitrail/contract';

import type { ApitrailQuery } from './types';

type SavedQuery = Record<string, unknown>;

/** What brings a query saved as the version (the index, from 1) to the next. Version 1 is the first, so there is none yet. */
const STEPS: Readonly<Record<number, (query: SavedQuery) => SavedQuery>> = {};

/**
 * Brings a saved query to the current version of the query model. A query without a version is of version 1. One that
 * was saved by a newer Apitrail is left as it is: the companion refuses it and says so.
 */
export function migrateQuery<T extends ApitrailQuery>(query: T, steps = STEPS, current: number = QUERY_VERSION): T {
  const from = typeof query.version === 'number' ? query.version : 1;
  let migrated: SavedQuery = { ...query };
  for (let version = from; version < current; version++) {
    migrated = { ...(steps[version]?.(migrated) ?? migrated), version: version + 1 };
  }
  return migrated as unknown as T;
}
