import { once } from 'node:events';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';

import { ApitrailError } from '@apitrail/contract';
import type { DuckDBConnection } from '@duckdb/node-api';

import { answer } from './answer';
import { openEngine } from './fence';
import { limitsProblem } from './own-limits';
import { ANSWER_FD, type FromChild, type ToChild } from './protocol';

/**
 * The process that runs SQL of others: it makes the engine ready, answers one question, and is ended by its parent. It ends
 * itself at once when the parent is gone.
 */
async function serveOnce(): Promise<void> {
  const pipe = new Socket({ fd: ANSWER_FD, readable: false, writable: true });
  pipe.on('error', endAtOnce);
  const send = async (message: FromChild) => {
    if (!pipe.write(`${JSON.stringify(message)}\n`)) {
      await once(pipe, 'drain');
    }
  };
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  // A plain exit would wait for the engine's threads.
  process.stdin.on('end', endAtOnce).on('error', endAtOnce);

  const start = await next(lines);
  if (start?.type !== 'start') {
    return endAtOnce();
  }
  const problem = limitsProblem(start.options.limits);
  if (problem !== undefined) {
    return send({ type: 'unsafe', reason: problem });
  }
  let connection: DuckDBConnection;
  try {
    connection = await openEngine(start.options);
  } catch (error) {
    return send({ type: 'unsafe', reason: error instanceof Error ? error.message : String(error) });
  }
  await send({ type: 'ready' });
  const asked = await next(lines);
  if (asked?.type !== 'ask') {
    return endAtOnce();
  }
  try {
    await answer(asked.ask, connection, start.options, send);
  } catch (error) {
    const { code, message, where } = coded(error);
    await send({ type: 'error', code, message, ...(where === undefined ? {} : { where }) });
  }
}

async function next(lines: AsyncIterator<string>): Promise<ToChild | undefined> {
  const { value, done } = await lines.next();
  return done ? undefined : (JSON.parse(value) as ToChild);
}

function coded(error: unknown): ApitrailError {
  return error instanceof ApitrailError
    ? error
    : new ApitrailError('APITRAIL_SQL_FAILED', error instanceof Error ? error.message : String(error));
}

function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

void serveOnce().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  endAtOnce();
});
