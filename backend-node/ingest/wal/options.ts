/** What was put into the write-ahead log with one `append`. */
export interface WalEntry {
  /** Its number. Numbers grow, are never used twice and may have gaps, where something could not be written. */
  seq: number;
  payload: Buffer;
}

/** Part of the log that cannot be read any more, or was set aside earlier and lies there still. */
export interface WalProblem {
  /** The file that was set aside, or, where nothing is left of it, the folder. */
  file: string;
  /** What is lost, as far as it is known, and what to do. */
  message: string;
}

/** Where the log says what it did that somebody should know. Fits pino. */
export interface WalLog {
  warn(details: Record<string, unknown>, message: string): void;
  error(details: Record<string, unknown>, message: string): void;
}

export interface WalOptions {
  /** 32 bytes; see `storageKey`. */
  key: Buffer;
  /** Last number known from elsewhere, such as the `txn` version of the table: numbers begin above it. */
  firstSeq: number;
  /**
   * Called at once when the disk could not say that it has what was written. Nothing is known of the log any more, so
   * whoever is called ends the process before anybody gets an answer; the next process reads what is there.
   */
  onFatal(error: unknown): void;
  /** Size at which a segment is closed. Default: 16 MiB. */
  segmentBytes?: number;
  /** Room that is left free on the disk. Default: 512 MiB. */
  reserveBytes?: number;
  /** Size of the log above which nothing more is taken. Default: 4 GiB. */
  backlogBytes?: number;
  /** Bytes that may wait in memory to be written. One payload is taken however large it is. Default: 128 MiB. */
  queueBytes?: number;
  log?: WalLog;
}
