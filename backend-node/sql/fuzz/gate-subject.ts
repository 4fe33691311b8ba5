import { ApitrailError } from '@apitrail/contract';

import { checkSql } from '../gate';
import { expandMacros } from '../macros';
import type { Outcome, Subject } from './fuzz';
import { PLACE, Scene } from './scene';

/** What lets SQL through: gives the text to run, or throws an ApitrailError. */
export type Gate = (sql: string, scene: Scene) => Promise<string>;

/** The gate of the product, as the process for SQL uses it. */
export const realGate: Gate = async (sql, scene) => {
  const written = expandMacros(sql, { from: 0, to: 3_600_000, intervalMs: 60_000, timezone: 'UTC' });
  const tables = new Map(scene.vocabulary.tables.map((name) => [name, scene.vocabulary.columns]));
  return (await checkSql(written.sql, { tables, ask: scene.ask, origin: written })).sql;
};

/** The gate alone before an engine that can read everything. `onRun` is told of statements before they run. */
export async function gateSubject(gate: Gate, onRun?: (sql: string) => void): Promise<Subject> {
  let scene = await Scene.open();
  const { vocabulary } = scene;
  return {
    vocabulary,
    ask: async (sql) => {
      let text: string;
      try {
        text = await gate(sql.replaceAll(PLACE, scene.directory), scene);
      } catch (error) {
        return refused(error);
      }
      onRun?.(text);
      return { answer: await scene.answer(text), ran: true };
    },
    complaint: async ({ answer, ran }) => (ran ? scene.complaint(answer) : scene.seen(answer)),
    renew: async () => {
      await scene.close();
      scene = await Scene.open();
    },
    close: () => scene.close(),
  };
}

/** A refusal must be an error for the user; anything else is a fault of the gate. */
function refused(error: unknown): Outcome {
  if (error instanceof ApitrailError && /^APITRAIL_SQL_(REFUSED|SYNTAX)$/.test(error.code)) {
    return { answer: error.userMessage, ran: false };
  }
  throw error;
}
