import { ApitrailError } from '@apitrail/contract';

import type { Action, AddAction, MetadataAction, ProtocolAction, RemoveAction, TransactionAction } from './actions';
import { parseSchema, type SchemaField } from './schema';
import { readBounds, type FileBounds } from './stats';

/** The highest protocol this writes and reads. */
export const READER_VERSION = 1;
export const WRITER_VERSION = 2;

/** A live file of the table. */
export interface DataFile extends FileBounds {
  add: AddAction;
}

/** A table as it was at one version of its log. Never changed: the next version is another object. */
export interface TableState {
  version: number;
  protocol: ProtocolAction;
  metadata: MetadataAction;
  fields: readonly SchemaField[];
  /** Live files by their path in the log. */
  files: ReadonlyMap<string, DataFile>;
  /** Files removed but not yet to be deleted, by path. */
  tombstones: ReadonlyMap<string, RemoveAction>;
  /** Newest transaction of each application, by its id. */
  transactions: ReadonlyMap<string, TransactionAction>;
}

/** Collects actions, oldest first, into the state they lead to. */
export class TableStateBuilder {
  private protocol: ProtocolAction | undefined;
  private metadata: MetadataAction | undefined;
  private readonly files: Map<string, DataFile>;
  private readonly tombstones: Map<string, RemoveAction>;
  private readonly transactions: Map<string, TransactionAction>;

  /** `table` is for messages; `base` is the state to go on from. */
  constructor(
    private readonly table: string,
    base?: TableState
  ) {
    this.protocol = base?.protocol;
    this.metadata = base?.metadata;
    this.files = new Map(base?.files);
    this.tombstones = new Map(base?.tombstones);
    this.transactions = new Map(base?.transactions);
  }

  /** Applies the actions of one log entry or checkpoint. Throws APITRAIL_LAKE_UNSUPPORTED for what this cannot read. */
  apply(actions: readonly Action[]): void {
    for (const { protocol, metaData, add, remove, txn } of actions) {
      if (protocol) {
        this.protocol = this.readable(protocol);
      } else if (metaData) {
        this.metadata = metaData;
      } else if (add) {
        this.addFile(add);
      } else if (remove) {
        this.files.delete(remove.path);
        this.tombstones.set(remove.path, remove);
      } else if (txn) {
        this.transactions.set(txn.appId, txn);
      }
    }
  }

  /** The state at `version`. Throws APITRAIL_LAKE_UNREADABLE when the log has not said what the table is. */
  build(version: number): TableState {
    const { protocol, metadata, files, tombstones, transactions, table } = this;
    if (!protocol || !metadata) {
      throw new ApitrailError(
        'APITRAIL_LAKE_UNREADABLE',
        `The log of ${table} has no protocol or no metadata up to version ${version}: its beginning is missing. Restore the folder _delta_log from a backup.`,
        { where: table }
      );
    }
    return { version, protocol, metadata, fields: this.fields(metadata), files, tombstones, transactions };
  }

  private fields(metadata: MetadataAction): SchemaField[] {
    try {
      return parseSchema(metadata.schemaString);
    } catch (error) {
      throw new ApitrailError('APITRAIL_LAKE_UNREADABLE', `The schema in the log of ${this.table} is damaged.`, {
        where: this.table,
        cause: error,
      });
    }
  }

  private addFile(add: AddAction): void {
    if (add.deletionVector) {
      throw this.unsupported('it uses deletion vectors');
    }
    this.tombstones.delete(add.path);
    this.files.set(add.path, { add, ...readBounds(add.stats) });
  }

  private readable(protocol: ProtocolAction): ProtocolAction {
    if (protocol.minReaderVersion > READER_VERSION) {
      throw this.unsupported(`it needs reader version ${protocol.minReaderVersion} where this is ${READER_VERSION}`);
    }
    return protocol;
  }

  private unsupported(why: string): ApitrailError {
    return new ApitrailError('APITRAIL_LAKE_UNSUPPORTED', `The Delta table ${this.table} cannot be read: ${why}.`, {
      where: this.table,
    });
  }
}

/** Throws APITRAIL_LAKE_UNSUPPORTED when the table asks more of a writer than this one does. */
export function assertWritable(table: string, { protocol }: TableState): void {
  if (protocol.minWriterVersion > WRITER_VERSION) {
    throw new ApitrailError(
      'APITRAIL_LAKE_UNSUPPORTED',
      `The Delta table ${table} needs writer version ${protocol.minWriterVersion} where this is ${WRITER_VERSION}; another program has raised it. It can still be read.`,
      { where: table }
    );
  }
}
