import { ApitrailError } from '@apitrail/contract';

import { memoryError } from '../child/engine-error';

/** What is known of a process that ended before it had answered. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of what it wrote to standard error. */
  stderr: string;
}

const NO_MEMORY = /bad_alloc|heap out of memory|Cannot allocate memory|allocation failed|out of memory/i;

/** The coded error for a process that ended by itself or by the system. */
export function exitError({ code, signal, stderr }: Exit): ApitrailError {
  if (signal === 'SIGXCPU') {
    return timeoutError();
  }
  if (NO_MEMORY.test(stderr)) {
    return memoryError();
  }
  const how = signal ?? `exit code ${code}`;
  return new ApitrailError(
    'APITRAIL_SQL_FAILED',
    signal === 'SIGKILL'
      ? 'The process that ran the SQL was killed from outside, by the system when the machine has no more memory, or by a person. Ask again, for less at once.'
      : `The process that ran the SQL ended (${how}) before it had answered. Ask again; the log of the companion has more.`,
    { cause: stderr }
  );
}

/** The error of SQL that took too long. */
export function timeoutError(seconds?: number): ApitrailError {
  return new ApitrailError(
    'APITRAIL_SQL_TIMEOUT',
    `The SQL did not end within ${seconds === undefined ? 'its time' : `${seconds} s`} (sql.timeout) and was ended. Ask for a shorter range, or join and sort fewer rows.`
  );
}

/** The error of a process that was not ready in its time, which has nothing to do with what was asked. */
export function startError(milliseconds: number): ApitrailError {
  return new ApitrailError(
    'APITRAIL_SQL_FAILED',
    `The process for SQL did not start within ${milliseconds / 1000} s: the machine has too much to do, or too little memory. Ask again later, or lower sql.slots.`
  );
}
