import fc from 'fast-check';

import { ApitrailError } from '@apitrail/contract';

import { checkSql } from '../gate';
import { expandMacros } from '../macros';
import { anySql } from './grammar';
import { PLACE, Scene } from './scene';

/** What lets SQL through: gives the text to run, or throws an ApitrailError. */
export type Gate = (sql: string, scene: Scene) => Promise<string>;

/** The gate of the product, as the process for SQL uses it. */
export const realGate: Gate = async (sql, scene) => {
  const written = expandMacros(sql, { from: 0, to: 3_600_000, intervalMs: 60_000, timezone: 'UTC' });
  const tables = new Map(scene.vocabulary.tables.map((name) => [name, scene.vocabulary.columns]));
  return (await checkSql(written.sql, { tables, ask: scene.ask, origin: written })).sql;
};

export interface FuzzOptions {
  gate: Gate;
  seed: number;
  runs: number;
  /** Ends a batch before its runs are done. */
  milliseconds?: number;
  /** Told of a statement before it runs, so that whoever watches knows it if the engine takes the process down. */
  onRun?: (sql: string) => void;
}

export interface FuzzResult {
  asked: number;
  /** How many were let through. */
  ran: number;
  /** Different refusals, with numbers and names left out, and how often each was said. */
  refusals: Map<string, number>;
  /** The statement that broke a promise, as short as could be, and which. */
  failure?: { sql: string; reason: string; seed: number; path: string };
}

/**
 * Asks random SQL of an engine that knows a canary. Nothing that is let through may show it, change anything, or stop the
 * engine; and what is refused must be refused with an error for the user.
 */
export async function fuzz({ gate, seed, runs, milliseconds, onRun }: FuzzOptions): Promise<FuzzResult> {
  let scene = await Scene.open();
  const result: FuzzResult = { asked: 0, ran: 0, refusals: new Map() };
  const property = fc.asyncProperty(anySql(scene.vocabulary), async (sql) => {
    result.asked++;
    let text: string;
    try {
      text = await gate(sql.replaceAll(PLACE, scene.directory), scene);
    } catch (error) {
      if (!(error instanceof ApitrailError) || !/^APITRAIL_SQL_(REFUSED|SYNTAX)$/.test(error.code)) {
        throw error;
      }
      const kind = error.message.replace(/^[^ ]+ (?=[a-z])|"[^"]*"|\d+/g, '…');
      result.refusals.set(kind, (result.refusals.get(kind) ?? 0) + 1);
      return;
    }
    onRun?.(text);
    result.ran++;
    const complaint = await scene.complaint(await scene.answer(text));
    if (complaint !== undefined) {
      await scene.close();
      scene = await Scene.open();
      throw new Error(complaint);
    }
  });
  try {
    const details = await fc.check(property, {
      seed,
      numRuns: runs,
      ...(milliseconds === undefined ? {} : { interruptAfterTimeLimit: milliseconds }),
    });
    if (details.failed && details.counterexample) {
      const [sql] = details.counterexample;
      const reason =
        details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
      result.failure = { sql, reason, seed, path: details.counterexamplePath ?? '' };
    }
    return result;
  } finally {
    await scene.close();
  }
}
