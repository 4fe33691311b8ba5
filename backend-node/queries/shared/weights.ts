import type { ResultTable } from '../../engine/engine';
import { sql, type Sql } from '../../engine/sql';
import type { Relation, Snapshot } from '../../lake/dataset';

/** What was found, by the files looked at. Files never change, so it holds as long as the snapshot does. */
const found = new WeakMap<Snapshot, Map<string, Promise<boolean>>>();

/**
 * Whether any row of the files carries a weight other than 1. Statistics answer that for files without weights, and one
 * look at the files for others; what it saves is adding up weights where counting will do.
 */
export async function filesHaveWeights(
  snapshot: Snapshot,
  relation: Relation,
  run: (statement: Sql) => Promise<ResultTable>
): Promise<boolean> {
  if (relation.unweighted) {
    return false;
  }
  const known = found.get(snapshot) ?? new Map<string, Promise<boolean>>();
  found.set(snapshot, known);
  const { text } = relation.sql.compile();
  const answer = known.get(text) ?? look(relation, run);
  known.set(text, answer);
  // An answer that failed, such as one that was cancelled, is nobody else's.
  answer.catch(() => known.delete(text));
  return answer;
}

async function look(relation: Relation, run: (statement: Sql) => Promise<ResultTable>): Promise<boolean> {
  const weights = await run(sql`SELECT 1 FROM ${relation.sql} WHERE weight IS NOT NULL AND weight <> 1 LIMIT 1`);
  return weights.rowCount > 0;
}
