/** How something that is wrong can be mended. */
export type Remedy =
  /** A checkpoint is written anew from the log, `_last_checkpoint` pointed at it. */
  | 'checkpoint'
  /** What dead processes left is deleted; it holds no committed row. */
  | 'leftovers'
  /** Not by `verify`: vacuum deletes it when it is older than a day. */
  | 'orphans'
  /** Permissions are set. */
  | 'modes'
  /** Statistics are computed from the file, which is whole, and noted in the log. */
  | 'statistics'
  /** The file is taken out of the table, and its rows with it. */
  | 'drop'
  /** Not by Apitrail: the message says what else can be done. */
  | 'none';

/** Something that is wrong with a table. */
export interface Finding {
  /** An error makes answers wrong or reading fail; a warning costs disk space, time or caution. */
  severity: 'error' | 'warning';
  /** What was looked at: `log`, `checkpoint`, `file`, `checksum`, `rows`, `statistics`, `sort`, `schema`, `partition`, `double`, `unchecked`, `orphan`, `mode`, `leftover`. */
  check: string;
  table: string;
  /** The file, relative to the lake. */
  where: string;
  message: string;
  mend: Remedy;
  /** Rows of the file as the log has them, where dropping it would lose them. */
  rows?: number;
  /** Whether it was mended in this run. */
  mended?: boolean;
}

/** Takes findings about one table. */
export type Report = (finding: Omit<Finding, 'table'>) => void;
