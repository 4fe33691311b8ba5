import { randomUUID } from 'node:crypto';
import { link, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { parseActions, serialiseActions, type Action, type CommitInfoAction } from './actions';
import { hasCode, removeIfThere, syncDirectory, temporaryBeside, writeNewFile } from './durable';
import { entryName } from './layout';

/** What a commit says of itself. */
export interface Operation {
  name: string;
  parameters: Record<string, string>;
  isBlindAppend: boolean;
}

/** How commits of Apitrail name their writer. */
export const ENGINE_INFO = 'Apitrail';

/** Longest pause between attempts, milliseconds. */
const MAX_PAUSE_MS = 200;

/**
 * Puts one log entry in place: written under another name, flushed, linked, the folder flushed. A link never replaces
 * a file and a reader never sees half of one. Returns false, with nothing changed, when another commit has the version.
 */
export async function commitEntry(
  directory: string,
  version: number,
  operation: Operation,
  actions: readonly Action[]
): Promise<boolean> {
  const path = join(directory, entryName(version));
  const temporary = temporaryBeside(path);
  const commitInfo: CommitInfoAction = {
    timestamp: Date.now(),
    operation: operation.name,
    operationParameters: operation.parameters,
    engineInfo: ENGINE_INFO,
    isBlindAppend: operation.isBlindAppend,
    operationMetrics: metricsOf(actions),
    txnId: randomUUID(),
  };
  try {
    await writeNewFile(temporary, serialiseActions([{ commitInfo }, ...actions]));
    try {
      await link(temporary, path);
    } catch (error) {
      // Over a network a link may be made and its answer lost: the entry itself says whose it is.
      if (!hasCode(error, 'EEXIST')) {
        throw error;
      }
      if ((await commitId(path)) !== commitInfo.txnId) {
        return false;
      }
    }
  } finally {
    await removeIfThere(temporary);
  }
  await syncDirectory(directory);
  return true;
}

/** What an entry of these actions says of itself. */
export function metricsOf(actions: readonly Action[]): CommitInfoAction['operationMetrics'] {
  const count = (kind: 'add' | 'remove') => String(actions.filter((action) => action[kind]).length);
  return { numAddedFiles: count('add'), numRemovedFiles: count('remove') };
}

/** Waits before another attempt, at random so that writers do not meet again. */
export async function pauseBeforeRetry(attempt: number): Promise<void> {
  await sleep(Math.random() * Math.min(MAX_PAUSE_MS, 2 ** attempt));
}

async function commitId(path: string): Promise<string | undefined> {
  return parseActions(await readFile(path, 'utf8')).find(({ commitInfo }) => commitInfo)?.commitInfo?.txnId;
}
