import { DeltaTable, type Appended, type AppendOptions, type DeltaTableOptions } from './delta-table';
import type { NewRows } from './new-rows';
import { REQUESTS_TABLE } from './table-definition';
import type { TableState } from './table-state';

export type { Appended, AppendOptions } from './delta-table';
export type LakeOptions = DeltaTableOptions;

/**
 * The lake in a folder: the Delta table of requests and Apitrail's state. Any number of processes may read it and append
 * to it at the same time.
 */
export class Lake {
  private constructor(
    /** The table of requests. */
    readonly requests: DeltaTable
  ) {}

  /** Absolute path of the lake. */
  get directory(): string {
    return this.requests.lake;
  }

  /** Absolute path of the table of requests. */
  get table(): string {
    return this.requests.path;
  }

  /**
   * Opens the lake in `directory`. Throws APITRAIL_NOT_FOUND when there is none and `create` is not set, and
   * APITRAIL_LAKE_UNSUPPORTED when the file system or the table's protocol lacks what is needed.
   */
  static async open(directory: string, options: LakeOptions): Promise<Lake> {
    return new Lake(await DeltaTable.open(REQUESTS_TABLE, directory, options));
  }

  /** The newest state of the table of requests. */
  snapshot(): Promise<TableState> {
    return this.requests.snapshot();
  }

  /** How far the input of an application is in the table; undefined when nothing of it is. */
  transactionVersion(appId: string): Promise<number | undefined> {
    return this.requests.transactionVersion(appId);
  }

  /** Adds requests; see `DeltaTable.append`. */
  append(rows: NewRows, options: AppendOptions = {}): Promise<Appended> {
    return this.requests.append(rows, options);
  }

  /** Writes a checkpoint of the newest version and removes log entries past their retention. Gives its version. */
  checkpoint(): Promise<number> {
    return this.requests.checkpoint();
  }
}
