import type { ListenAddress } from '../config/listen';
import type { Settings } from '../config/settings';
import type { ProcessReport, ProcessState } from './process-report';

/**
 * The processes `apitrail serve` starts: a slow query must not hold up what is taken in, nor may sorting files. Only `query`
 * and `ingest` listen.
 */
export const PROCESS_ROLES = ['query', 'ingest', 'maintenance'] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

/** Why a process is told to end: everything ends, or it alone took too much memory. */
export type StopReason = 'shutdown' | 'memory';

/** What the supervisor says to a process. */
export type ToProcess =
  | { type: 'start'; settings: Settings; listen: ListenAddress | undefined; restarts: number }
  | { type: 'stop'; why: StopReason }
  | { type: 'process'; state: ProcessState };

/** What a process says to the supervisor. `rss` is its resident memory in bytes. */
export type FromProcess =
  | { type: 'ready'; listen: ListenAddress | undefined }
  | { type: 'failed'; code: string; message: string; where?: string }
  | { type: 'alive'; rss: number }
  | { type: 'report'; report: ProcessReport };

/** How often a process says that it is alive. */
export const ALIVE_INTERVAL_MS = 1000;

/** How often a process says how it is: its metrics, and what is wrong. */
export const REPORT_INTERVAL_MS = 2000;
