/** What macros are expanded to. */
export interface MacroOptions {
  /** Start of the range, epoch milliseconds, inclusive. */
  from: number;
  /** End of the range, epoch milliseconds, exclusive. */
  to: number;
  /** Width of buckets where the query names none, milliseconds. */
  intervalMs: number;
  /** IANA zone whose midnights buckets of a day and more start at. */
  timezone: string;
}

/** SQL without macros, and the way back to what was written. */
export interface ExpandedSql {
  sql: string;
  /** What the user wrote. */
  text: string;
  /** Offset in `text` of an offset in `sql`; both count UTF-16 units. What a macro became points at the macro. */
  originalPosition(offset: number): number;
}
