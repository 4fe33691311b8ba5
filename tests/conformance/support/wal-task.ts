/** What a process of `wal-child.ts` does. */
export interface WalTask {
  directory: string;
  /** Tells its payloads from those of other runs. */
  run: number;
  appenders: number;
  /** Payloads of each appender, one after the other. */
  each: number;
  /** Size of the largest payload. */
  largest: number;
  segmentBytes: number;
}
