/** Roughly what a label, or a pair of metadata, takes in memory. */
export const LABEL_BYTES = 96;

/** One line of a stream. */
export interface LokiEntry {
  /** µs since the epoch; NaN where it cannot be read. */
  time: number;
  line: string;
  /** Structured metadata, and labels that the client’s pipeline found in the line. */
  metadata?: Readonly<Record<string, unknown>>;
  /** Why it is no entry. */
  fault?: string;
  /** What came, where it is no entry. */
  unread?: unknown;
  /** It was left out: it is nested too deep to be written again. */
  cut?: boolean;
}

/** Lines with the same labels. */
export interface LokiStream {
  /** Undefined where they cannot be read. */
  labels: ReadonlyMap<string, string> | undefined;
  /** What came, where it is no labels. */
  unreadLabels?: unknown;
  entries: LokiEntry[];
}
