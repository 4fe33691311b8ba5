import type { MacroOptions } from '../macros';
import type { UserColumn, ValueLoss } from '../user-sql';

/** Limits that the operating system holds a process for SQL to. */
export interface ProcessLimits {
  /** Memory of its own, bytes (RLIMIT_DATA). */
  dataBytes: number;
  /** Time on processors, seconds (RLIMIT_CPU). */
  cpuSeconds: number;
  /** Largest file it may write, bytes (RLIMIT_FSIZE). */
  fileBytes: number;
  /** Files and sockets open at once (RLIMIT_NOFILE). */
  openFiles: number;
}

/** What a process for SQL is started with. */
export interface ChildOptions {
  /** What its operating system is asked to hold it to; it refuses to serve where that is not so. */
  limits: ProcessLimits;
  /** What the engine plans with, bytes: less than `limits.dataBytes`. */
  memoryBytes: number;
  threads: number;
  /** Folder it may spill to; undefined: nothing is spilled. */
  spillDirectory: string | undefined;
  /** What the engine may spill, bytes. */
  spillBytes: number;
}

export interface ChildTable {
  name: string;
  columns: readonly string[];
  /** A SELECT without parameters. */
  rows: string;
}

/** The one question a process answers. */
export interface ChildAsk {
  text: string;
  macros: MacroOptions;
  tables: readonly ChildTable[];
  /** Every file that may be read. */
  paths: readonly string[];
  limit: number;
}

/** What the parent says, a line of JSON each, on standard input. Its end is the end of the process. */
export type ToChild = { type: 'start'; options: ChildOptions } | { type: 'ask'; ask: ChildAsk };

/**
 * What the child says, a line of JSON each, on its own pipe. Numbers JSON cannot hold are the texts `NaN`, `Infinity` and
 * `-Infinity`. `losses` are places of columns.
 */
export type FromChild =
  | { type: 'ready' }
  | { type: 'unsafe'; reason: string }
  | { type: 'columns'; columns: UserColumn[]; executed: string }
  | { type: 'rows'; count: number; values: unknown[][] }
  | { type: 'done'; cut: boolean; losses: Record<ValueLoss, number[]> }
  | { type: 'error'; code: string; message: string; where?: string };

/** Descriptor of the pipe that the child answers on. */
export const ANSWER_FD = 3;
