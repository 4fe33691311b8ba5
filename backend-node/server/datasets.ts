import { ApitrailError } from '@apitrail/contract';

import type { DuckDb } from '../engine/duckdb';
import type { Dataset, Snapshot } from '../lake/dataset';
import { ExternalDataset } from '../lake/external/external-dataset';
import { HotRows } from '../lake/hot/hot-rows';
import { Lake } from '../lake/lake';
import { hotSnapshot, LakeDataset } from '../lake/lake-dataset';
import { emptyRelation } from '../lake/parquet-relation';
import type { Settings } from '../config/settings';

/**
 * The datasets that queries may name: the lake as `requests`, then those of the configuration. `interrupted` says whether the
 * process that takes in is known to have ended, and the next one not to be ready.
 */
export function openDatasets(
  settings: Settings,
  engine: DuckDb,
  interrupted?: () => boolean
): ReadonlyMap<string, Dataset> {
  const datasets: Dataset[] = [
    new AwaitedLake(settings.lake, engine, interrupted),
    ...settings.datasets.map((config) => new ExternalDataset(config, engine, settings.lake)),
  ];
  return new Map(datasets.map((dataset) => [dataset.name, dataset]));
}

/**
 * A lake that may not be there yet: empty until something is imported or taken in, then the lake, without a restart. Reading
 * never makes it, so that a mistyped folder is not filled with an empty table.
 */
export class AwaitedLake implements Dataset {
  readonly name = 'requests';
  readonly description = 'Requests in the lake.';
  private lake: Promise<LakeDataset | undefined> | undefined;
  private readonly hot: HotRows;

  constructor(
    readonly directory: string,
    private readonly engine: DuckDb,
    interrupted?: () => boolean
  ) {
    this.hot = new HotRows(directory, interrupted);
  }

  async snapshot(): Promise<Snapshot> {
    const lake = await this.open();
    if (lake) {
      return lake.snapshot();
    }
    // Before there is a table there may be rows for it. It is looked for once more after them, as its log is read after them.
    const { files, missing } = await this.hot.look();
    const made = files.length > 0 ? await this.open() : undefined;
    if (made) {
      return made.snapshot();
    }
    return files.length > 0 ? hotSnapshot(files, missing) : { ...EMPTY, ...(missing !== undefined && { missing }) };
  }

  /** Whether there is a lake, or rows for one. Throws an ApitrailError when there is one that cannot be read. */
  async exists(): Promise<boolean> {
    return (await this.open()) !== undefined || (await this.hot.list()).length > 0;
  }

  private async open(): Promise<LakeDataset | undefined> {
    this.lake ??= Lake.open(this.directory, { engine: this.engine }).then(
      (lake) => new LakeDataset(lake, this.hot),
      (error: unknown) => {
        if (error instanceof ApitrailError && error.code === 'APITRAIL_NOT_FOUND') {
          return undefined;
        }
        throw error;
      }
    );
    const pending = this.lake;
    try {
      const opened = await pending;
      this.forgetUnless(opened !== undefined, pending);
      return opened;
    } catch (error) {
      this.forgetUnless(false, pending);
      throw error;
    }
  }

  /** The next one looks again, unless the lake was found. */
  private forgetUnless(found: boolean, pending: Promise<LakeDataset | undefined>): void {
    if (!found && this.lake === pending) {
      this.lake = undefined;
    }
  }
}

const EMPTY: Snapshot = {
  version: undefined,
  rows: 0,
  files: 0,
  oldest: null,
  newest: null,
  relation: () => ({ sql: emptyRelation(), files: 0, paths: [], bytes: 0, rows: 0 }),
};
