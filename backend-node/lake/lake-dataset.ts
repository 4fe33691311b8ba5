import type { Dataset, Snapshot } from './dataset';
import { FileSnapshot, type SnapshotFile } from './file-snapshot';
import type { HotFile } from './hot/hot-files';
import { HotRows, notCommitted } from './hot/hot-rows';
import type { Lake } from './lake';
import { dataFilePath, INGEST_APP_ID } from './layout';
import { parquetRelation } from './parquet-relation';
import type { DataFile, TableState } from './table-state';

/** The requests in the lake, as a dataset: those in the table, and those that were taken in and are in no commit yet. */
export class LakeDataset implements Dataset {
  readonly name = 'requests';
  readonly description = 'Requests in the lake.';
  private readonly hot: HotRows;
  private tableFiles: { state: TableState; files: readonly SnapshotFile[] } | undefined;
  private newest:
    { state: TableState; hot: readonly HotFile[]; missing: string | undefined; snapshot: Snapshot } | undefined;

  /** `hot` are the hot files of the lake. */
  constructor(
    private readonly lake: Lake,
    hot?: HotRows
  ) {
    this.hot = hot ?? new HotRows(lake.directory);
  }

  /**
   * The newest version of the table's log with its live files, and the hot files that are past it. Only what was added to
   * the log since is read. Throws APITRAIL_LAKE_UNREADABLE when there is no telling which rows are in both.
   */
  async snapshot(): Promise<Snapshot> {
    // The order matters: what is committed between the two steps is in both of them, and counted once.
    const { files: hot, missing } = await this.hot.look();
    const state = await this.lake.snapshot();
    if (this.newest?.state === state && this.newest.hot === hot && this.newest.missing === missing) {
      return this.newest.snapshot;
    }
    const past = notCommitted(hot, state.transactions.get(INGEST_APP_ID)?.version);
    const files = [...this.filesOf(state), ...past.map(hotSnapshotFile)];
    const snapshot = requestsSnapshot(state.version, files, missing);
    this.newest = { state, hot, missing, snapshot };
    return snapshot;
  }

  private filesOf(state: TableState): readonly SnapshotFile[] {
    if (this.tableFiles?.state !== state) {
      const files = [...state.files.values()].map((file) => snapshotFile(this.lake.table, file));
      this.tableFiles = { state, files };
    }
    return this.tableFiles.files;
  }
}

/** A snapshot of hot files alone, where there is no table yet. */
export function hotSnapshot(files: readonly HotFile[], missing?: string): Snapshot {
  return requestsSnapshot(undefined, notCommitted(files, undefined).map(hotSnapshotFile), missing);
}

function requestsSnapshot(version: number | undefined, files: readonly SnapshotFile[], missing?: string): Snapshot {
  const toSql = (some: readonly SnapshotFile[]) =>
    parquetRelation(
      some.map(({ path }) => path),
      some.reduce((sum, { rows }) => sum + (rows ?? 0), 0) || undefined
    );
  return new FileSnapshot(version, files, toSql, missing);
}

function hotSnapshotFile({ path, bytes, rows, oldest, newest, unweighted }: HotFile): SnapshotFile {
  return { path, bytes: bytes ?? 0, rows, oldest, newest, ...(unweighted && { unweighted }) };
}

const DAY_MS = 86_400_000;

/** Files that another writer added without statistics are bounded by their partition. */
function snapshotFile(table: string, { add, rows, oldest, newest, unweighted, nulls }: DataFile): SnapshotFile {
  const day = Date.parse(`${add.partitionValues.date ?? ''}T00:00:00Z`);
  const bounded = oldest !== null && newest !== null;
  const bounds = bounded || Number.isNaN(day) ? { oldest, newest } : { oldest: day, newest: day + DAY_MS - 1 };
  const known = { ...(unweighted && { unweighted }), ...(nulls && { nulls }) };
  return { path: dataFilePath(table, add.path), bytes: add.size, rows, ...bounds, ...known };
}
