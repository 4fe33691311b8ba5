import { judgeWith, type Weights } from '../classifier/judge';
import { RouteAssigner, type AssignerOptions } from '../assigner';
import { scoreRows, type LabelledRow, type Score } from './metrics';

/** Templates that the shipped assigner gives to rows of one API, shown in so many batches. */
export function assignAll(rows: readonly LabelledRow[], batches: number, options: AssignerOptions = {}): string[] {
  const assigner = RouteAssigner.create(options);
  return inBatches(rows, batches).flatMap((batch) => {
    const seen = batch.map(({ api, method, path, status }) => ({ service: api, method, path, status }));
    assigner.observe(seen);
    return seen.map((row) => assigner.assign(row).route ?? '');
  });
}

/** Score of rows shown all at once, with other weights than those shipped. */
export function scoreWith(weights: Weights, rows: readonly LabelledRow[]): Score {
  return scoreRows(rows, assignAll(rows, 1, { judge: judgeWith(weights) }));
}

function inBatches<T>(rows: readonly T[], batches: number): T[][] {
  const size = Math.max(1, Math.ceil(rows.length / batches));
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size));
}
