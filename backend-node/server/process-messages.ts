import type { ListenAddress } from '../config/listen';
import type { Settings } from '../config/settings';

/** The processes `apitrail serve` starts. A slow query must not hold up what is taken in, so they are two. */
export const PROCESS_ROLES = ['query', 'ingest'] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

/** Why a process is told to end: everything ends, or it alone took too much memory. */
export type StopReason = 'shutdown' | 'memory';

/** What the supervisor says to a process. */
export type ToProcess =
  { type: 'start'; settings: Settings; listen: ListenAddress; restarts: number } | { type: 'stop'; why: StopReason };

/** What a process says to the supervisor. `rss` is its resident memory in bytes. */
export type FromProcess =
  | { type: 'ready'; listen: ListenAddress }
  | { type: 'failed'; code: string; message: string; where?: string }
  | { type: 'alive'; rss: number };

/** How often a process says that it is alive. */
export const ALIVE_INTERVAL_MS = 1000;
