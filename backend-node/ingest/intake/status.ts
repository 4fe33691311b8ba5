/** Why something was refused that may be sent again, as the code of its `Overload` says. */
export type RefusalCode = 'APITRAIL_INGEST_BUSY' | 'APITRAIL_DISK_FULL' | 'APITRAIL_STOPPING';

/** What keeps what was taken in from its way into the lake, or soon will. */
export interface IngestProblem {
  /** What to look up: a code of the contract. */
  code: string;
  /** What is wrong, where, and how to mend it. No personal data. */
  message: string;
  /** When it was first seen, milliseconds since the epoch. */
  since: number;
}

/** Distribution of a duration, in seconds, since the process began: as Prometheus wants it. */
export interface DurationSummary {
  /** Upper bounds of the buckets, ascending; the last, infinite one is not listed. */
  bounds: readonly number[];
  /** How many were at most as long as each bound; cumulative, aligned with `bounds`. */
  counts: readonly number[];
  count: number;
  /** Sum of all, seconds. */
  sum: number;
}

/**
 * What ingest has done since the process began, and how it stands: numbers only, nothing of what was sent. Everything that
 * counts up begins at 0 with the process, as counters of Prometheus do; what was taken in again from the write-ahead log
 * after a restart counts in `recovered` alone.
 */
export interface IngestStatus {
  /** Batches, rows and bytes of bodies that were acknowledged. Rows as sent, before rules leave any out. */
  batches: number;
  rows: number;
  bytes: number;
  /** The same by decoder. */
  decoders: ReadonlyArray<{ decoder: string; batches: number; rows: number; bytes: number; ignored: number }>;
  /** Items that could not be understood, by decoder and kind of reason (numbers in reasons are written `N`). */
  rejected: ReadonlyArray<{ decoder: string; reason: string; count: number }>;
  /** Values that could not be one of their column's and became null, by column. */
  unusable: ReadonlyArray<{ column: string; count: number }>;
  /** Batches known by their idempotency key, and records known by their id, that were not taken in again. */
  repeated: { batches: number; records: number };
  /** Keys and ids that are remembered, and those that were forgotten before their time because there were too many. */
  idempotency: { entries: number; evicted: number };
  /** Batches refused, by code. */
  refused: Readonly<Record<RefusalCode, number>>;
  /** Rows that rules left out, by rule. */
  leftOut: ReadonlyArray<{ rule: string; rows: number }>;
  /** Of these the rows of rules that count by status, by its class (`5xx`; empty where there was none). */
  countedByStatus: ReadonlyArray<{ rule: string; status: string; rows: number }>;
  /** From `submit` to the answer of the disk. */
  acknowledgement: DurationSummary;
  /** From the answer of the disk until the rows can be queried. */
  freshness: DurationSummary;
  /** Time a flush into the lake takes. */
  flushing: DurationSummary;
  wal: {
    /** Bytes on the disk, and bytes that wait to be written. */
    bytes: number;
    pendingBytes: number;
    segments: number;
    /** Last number on the disk, and last number that is in the lake: their difference is the lag in batches. */
    durableSeq: number;
    flushedSeq: number;
    /** Age of the oldest acknowledged batch that is in no commit yet, seconds; 0 when there is none. */
    lagSeconds: number;
  };
  hot: {
    /** Files and rows that can be queried and are in no commit yet. */
    files: number;
    rows: number;
    bytes: number;
    /** Rows that are acknowledged and cannot be queried yet. */
    waitingRows: number;
  };
  flush: {
    commits: number;
    rows: number;
    failures: number;
    /** When the last one ended, milliseconds since the epoch; null before the first. */
    lastAt: number | null;
  };
  memory: {
    /** What bodies and rows on their way take, as far as it is counted, and what they may take (`ingest.memory`). */
    bytes: number;
    limit: number;
    /** Resident memory of the process. */
    rss: number;
  };
  /** What was taken in again from the write-ahead log when the process began. */
  recovered: { batches: number; rows: number; seconds: number };
  /** Dead letters that lie there, as of at most a minute ago, and those deleted for want of room or time. */
  rejects: {
    files: number;
    letters: number;
    bytes: number;
    /** When the oldest came in, milliseconds since the epoch; null when there is none. */
    oldestAt: number | null;
    droppedByAge: number;
    droppedBySize: number;
  };
  /** Batches whose rows could not be made again after a restart; they lie whole among the rejects. */
  deadBatches: number;
  problems: readonly IngestProblem[];
  /** Why nothing can be taken in now, and whoever sends is told to come again; null while it can. */
  closed: { code: string; message: string } | null;
}
