import type { Dataset, Snapshot } from './dataset';
import { FileSnapshot, type SnapshotFile } from './file-snapshot';
import type { Lake } from './lake';
import { dataFilePath } from './layout';
import { parquetRelation } from './parquet-relation';
import type { DataFile, TableState } from './table-state';

/** The requests in the lake, as a dataset. */
export class LakeDataset implements Dataset {
  readonly description = 'Requests in the lake.';
  private state: TableState | undefined;
  private newest: Snapshot | undefined;

  constructor(
    private readonly lake: Lake,
    readonly name = 'requests'
  ) {}

  /** The newest version of the table's log with its live files. Only what was added to the log since is read. */
  async snapshot(): Promise<Snapshot> {
    const state = await this.lake.snapshot();
    if (!this.newest || state !== this.state) {
      const files = [...state.files.values()].map((file) => snapshotFile(this.lake.table, file));
      this.newest = new FileSnapshot(state.version, files, (some) =>
        parquetRelation(
          some.map(({ path }) => path),
          some.reduce((sum, { rows }) => sum + (rows ?? 0), 0) || undefined
        )
      );
      this.state = state;
    }
    return this.newest;
  }
}

const DAY_MS = 86_400_000;

/** Files that another writer added without statistics are bounded by their partition. */
function snapshotFile(table: string, { add, rows, oldest, newest, unweighted }: DataFile): SnapshotFile {
  const day = Date.parse(`${add.partitionValues.date ?? ''}T00:00:00Z`);
  const known = oldest !== null && newest !== null;
  const bounds = known || Number.isNaN(day) ? { oldest, newest } : { oldest: day, newest: day + DAY_MS - 1 };
  return { path: dataFilePath(table, add.path), bytes: add.size, rows, ...bounds, ...(unweighted && { unweighted }) };
}
