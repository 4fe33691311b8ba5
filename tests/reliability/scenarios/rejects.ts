import { kills } from './kills';
import type { Report, WorkloadOptions } from '../workload';

/** Rejects come to their time so long after they were sent, milliseconds. */
const LATE_BY_MS = 4_000;

/**
 * Kills, while `apitrail rejects replay` tries again what was rejected, and is killed too: each reject is a dead letter or a
 * row, and in the end a row, once.
 */
export async function rejects(
  options: WorkloadOptions,
  count: number,
  progress?: (done: number) => void
): Promise<Report> {
  return { ...(await kills({ ...options, lateBy: LATE_BY_MS }, count, progress)), scenario: 'rejects' };
}
