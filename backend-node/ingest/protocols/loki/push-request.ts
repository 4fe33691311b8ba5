/** One line of a stream. */
export interface LokiEntry {
  /** µs since the epoch; NaN where it cannot be read. */
  time: number;
  line: string;
  /** Structured metadata, and labels that the client’s pipeline found in the line. */
  metadata?: Readonly<Record<string, unknown>>;
  /** Why it is no entry. */
  fault?: string;
}

/** Lines with the same labels. */
export interface LokiStream {
  /** Undefined where they cannot be read. */
  labels: ReadonlyMap<string, string> | undefined;
  entries: LokiEntry[];
}
