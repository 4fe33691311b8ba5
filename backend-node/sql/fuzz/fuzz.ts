import fc from 'fast-check';

import { anySql } from './grammar';
import type { Vocabulary } from './scene';

/** What becomes of a statement. */
export interface Outcome {
  /** The rows or the error, as whoever asked would see them. */
  answer: string;
  /** Whether it was let through. */
  ran: boolean;
}

/** Something that answers SQL and knows a canary. */
export interface Subject {
  vocabulary: Vocabulary;
  ask(sql: string): Promise<Outcome>;
  /** What is wrong after an answer: undefined when nothing is. */
  complaint(outcome: Outcome): Promise<string | undefined>;
  /** Makes everything as it was before something went wrong. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

export interface FuzzOptions {
  seed: number;
  runs: number;
  /** Ends the runs before all are done. */
  milliseconds?: number;
}

export interface FuzzResult {
  asked: number;
  /** How many were let through. */
  ran: number;
  /** The statement that broke a promise, as short as could be, and which promise. */
  failure?: { sql: string; reason: string; seed: number; path: string };
}

/**
 * Asks random SQL. Nothing that is let through may show the canary, change anything, or stop what answers. The same seed
 * asks the same.
 */
export async function fuzz(subject: Subject, { seed, runs, milliseconds }: FuzzOptions): Promise<FuzzResult> {
  const result: FuzzResult = { asked: 0, ran: 0 };
  const property = fc.asyncProperty(anySql(subject.vocabulary), async (sql) => {
    result.asked++;
    const outcome = await subject.ask(sql);
    result.ran += outcome.ran ? 1 : 0;
    const complaint = await subject.complaint(outcome);
    if (complaint !== undefined) {
      await subject.renew();
      throw new Error(complaint);
    }
  });
  const details = await fc.check(property, {
    seed,
    numRuns: runs,
    ...(milliseconds === undefined ? {} : { interruptAfterTimeLimit: milliseconds }),
  });
  if (details.failed && details.counterexample) {
    const [sql] = details.counterexample;
    const thrown = details.errorInstance;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    result.failure = { sql, reason, seed, path: details.counterexamplePath ?? '' };
  }
  return result;
}
