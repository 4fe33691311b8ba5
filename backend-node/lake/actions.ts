/** Actions of the Delta transaction log (PROTOCOL.md of delta-io/delta), as far as reader version 1 and writer version 2 have them. */

export interface ProtocolAction {
  minReaderVersion: number;
  minWriterVersion: number;
}

export interface MetadataAction {
  id: string;
  name?: string;
  description?: string;
  format: { provider: string; options: Record<string, string> };
  /** Schema of the table as JSON in a string. */
  schemaString: string;
  partitionColumns: string[];
  configuration: Record<string, string>;
  createdTime?: number;
}

export interface AddAction {
  /** Relative to the table, percent-encoded. */
  path: string;
  partitionValues: Record<string, string | null>;
  /** Bytes. */
  size: number;
  /** Epoch milliseconds. */
  modificationTime: number;
  dataChange: boolean;
  /** FileStats as JSON in a string. */
  stats?: string;
  /** What the writer notes of the file; readers take no heed of it. Apitrail's are in `file-tags.ts`. */
  tags?: Record<string, string | null>;
  /** Written by tables with deletion vectors, which are beyond this protocol version. */
  deletionVector?: unknown;
}

export interface RemoveAction {
  path: string;
  /** Epoch milliseconds. */
  deletionTimestamp?: number;
  dataChange: boolean;
  extendedFileMetadata?: boolean;
  partitionValues?: Record<string, string | null>;
  size?: number;
}

/** How far an application's input has been taken in, in the same commit as the files it became. */
export interface TransactionAction {
  appId: string;
  version: number;
  /** Epoch milliseconds. */
  lastUpdated?: number;
}

export interface CommitInfoAction {
  timestamp: number;
  operation: string;
  operationParameters: Record<string, string>;
  engineInfo: string;
  isBlindAppend: boolean;
  /** Counts of what the entry does, as text, as Delta has them: an entry that says something else has lost lines. */
  operationMetrics: { numAddedFiles: string; numRemovedFiles: string };
  /** Unique to the commit: tells one's own entry from another's when an answer was lost. */
  txnId: string;
}

/** One line of a log entry: exactly one of these keys. */
export interface Action {
  protocol?: ProtocolAction;
  metaData?: MetadataAction;
  add?: AddAction;
  remove?: RemoveAction;
  txn?: TransactionAction;
  commitInfo?: Partial<CommitInfoAction>;
}

/** A log entry: one action a line. */
export function serialiseActions(actions: readonly Action[]): string {
  return actions.map((action) => `${JSON.stringify(action)}\n`).join('');
}

/** Reads a log entry. Throws a SyntaxError with the line that is not whole, and for an entry with no action at all. */
export function parseActions(text: string): Action[] {
  const actions: Action[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') {
      continue;
    }
    try {
      const action: unknown = JSON.parse(line);
      if (typeof action !== 'object' || action === null || Array.isArray(action)) {
        throw new SyntaxError('not an object');
      }
      actions.push(action);
    } catch (error) {
      throw new SyntaxError(`line ${index + 1} is not a JSON object`, { cause: error });
    }
  }
  if (actions.length === 0) {
    throw new SyntaxError('it is empty');
  }
  return actions;
}
