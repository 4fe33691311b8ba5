import type { Committed } from './commits';
import type { FileSummary } from './summary';

/** A file’s place in the summary while it is worked on. */
export interface Outcome extends FileSummary {
  id?: string;
  before: { rows: number; rejected: number; blank: number };
  /** Rejects of a last line that was not taken in. */
  openRejects: number;
}

export function newOutcome(file: string): Outcome {
  return {
    file,
    outcome: 'imported',
    rows: 0,
    rejected: 0,
    blank: 0,
    held_back: 0,
    before: { rows: 0, rejected: 0, blank: 0 },
    openRejects: 0,
  };
}

/** What became of a file, as far as it is in the lake. */
export function summaryOf({ id, before, openRejects, ...summary }: Outcome, committed: Committed): FileSummary {
  const now = id === undefined ? undefined : committed.sources.get(id);
  return {
    ...summary,
    rows: now ? now.rows - before.rows : summary.rows,
    rejected: (now ? now.rejected - before.rejected : summary.rejected) + openRejects,
    blank: now ? now.blank - before.blank : summary.blank,
  };
}
