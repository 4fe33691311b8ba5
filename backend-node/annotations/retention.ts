import type { DuckDb } from '../engine/duckdb';
import { param, sql, type Sql } from '../engine/sql';
import type { DeltaTable } from '../lake/delta-table';
import { groupFiles } from '../lake/rewrite';
import { newestRows } from './relation';

/** Rows are kept at least this long after they were recorded: by them a request that is sent again is known. */
const RETRIED_MS = 86_400_000;

/**
 * Takes out the annotations that ended before a time, in epoch milliseconds, with all earlier rows of their ids, so that
 * none of those comes back. Gives how many.
 */
export async function retainAnnotations(
  table: DeltaTable,
  engine: DuckDb,
  before: number,
  { dryRun = false }: { dryRun?: boolean } = {}
): Promise<number> {
  const state = await table.snapshot();
  const expired = (newest: Sql) => sql`SELECT id FROM ${newest} AS newest
WHERE greatest(time, coalesce(time_end, time)) < ${param('timestamptz_us', before * 1000)}
  AND recorded_at < ${param('timestamptz_us', (Date.now() - RETRIED_MS) * 1000)}`;
  const newest = newestRows(table.path, state);
  const found = await engine.run(sql`SELECT count(*) FROM (${expired(newest)}) AS expired`);
  const count = Number(found.values[0]![0] ?? 0);
  if (count > 0 && !dryRun) {
    await table.rewrite(groupFiles([...state.files.values()], Infinity), {
      operation: 'DELETE',
      parameters: { predicate: '["ended before what retention keeps"]' },
      transform: (rows) => sql`SELECT * FROM ${rows} AS every WHERE id NOT IN (${expired(newest)})`,
    });
  }
  return count;
}
