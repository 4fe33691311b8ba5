import type { Dataset, Relation, Snapshot, TimeRange } from './dataset';
import type { Lake } from './lake';
import { dataFilePath } from './layout';
import { parquetRelation } from './parquet-relation';
import { filesInRange } from './pruning';
import type { DataFile, TableState } from './table-state';

/** The lake's own requests, as a dataset. */
export class LakeDataset implements Dataset {
  readonly name: string;
  readonly description = 'Requests in the lake.';

  constructor(
    private readonly lake: Lake,
    name = 'requests'
  ) {
    this.name = name;
  }

  /** The newest version of the table's log with its live files. Only what was added to the log since is read. */
  async snapshot(): Promise<Snapshot> {
    return new LakeSnapshot(this.lake.table, await this.lake.snapshot());
  }
}

class LakeSnapshot implements Snapshot {
  readonly version: number;
  readonly files: number;
  readonly rows: number | null;
  readonly oldest: number | null;
  readonly newest: number | null;

  constructor(
    private readonly table: string,
    private readonly state: TableState
  ) {
    const files = [...state.files.values()];
    this.version = state.version;
    this.files = files.length;
    this.rows = sumRows(files);
    this.oldest = extreme(files, ({ oldest }) => oldest, Math.min);
    this.newest = extreme(files, ({ newest }) => newest, Math.max);
  }

  relation(range: TimeRange): Relation {
    const files = filesInRange(this.state.files.values(), range);
    return {
      sql: parquetRelation(files.map(({ add }) => dataFilePath(this.table, add.path))),
      files: files.length,
      bytes: files.reduce((sum, { add }) => sum + add.size, 0),
      rows: sumRows(files),
    };
  }
}

/** The rows of files together; null when one of them does not say. */
function sumRows(files: readonly DataFile[]): number | null {
  return files.reduce<number | null>((sum, { rows }) => (sum === null || rows === null ? null : sum + rows), 0);
}

/** The least or greatest of what files say; null when one of them does not, or there is none. */
function extreme(
  files: readonly DataFile[],
  of: (file: DataFile) => number | null,
  pick: (a: number, b: number) => number
): number | null {
  return files.reduce<number | null>((found, file, index) => {
    const value = of(file);
    return index === 0 ? value : found === null || value === null ? null : pick(found, value);
  }, null);
}
