/** Asks DuckDB a statement with one text bound as `$1`, and gives the one text it answers with. */
export type AskText = (statement: string, text: string) => Promise<string>;

/** Bounds on what a user may write. They keep the gate quick and functions that make values out of nothing small. */
export interface GateLimits {
  /** Longest text, bytes of UTF-8; four times as much when macros are expanded. */
  textBytes: number;
  /** Deepest nesting of the parse tree. */
  depth: number;
  /** Most nodes of the parse tree: expressions, tables, queries. */
  nodes: number;
  /** Longest string literal, characters. */
  literalLength: number;
  /** Largest constant that says how long a text or list is to be: `repeat`, `range`, `generate_series`. */
  size: number;
}

/** Where the text that is checked came from, when macros were expanded: errors then point into what the user wrote. */
export interface Origin {
  /** What the user wrote. */
  text: string;
  /** Offset in `text` of an offset in the expanded text; both count UTF-16 units. */
  originalPosition(offset: number): number;
}

export interface GateOptions {
  /** Tables that may be read, by name, with the names of their columns (for suggestions). */
  tables: ReadonlyMap<string, readonly string[]>;
  ask: AskText;
  limits?: Partial<GateLimits>;
  /** What `expandMacros` gave. */
  origin?: Origin;
}

/** A statement that may run. */
export interface CheckedSql {
  /** The text of the tree that was checked; never the user's own. */
  sql: string;
  /** Names of the tables of ours that it reads. */
  tables: string[];
  /**
   * Line and column of what the user wrote, of an offset in `sql`, UTF-16 units: where an error is that comes up while it
   * runs. Undefined where that cannot be told.
   */
  placeOf(offset: number): string | undefined;
}
