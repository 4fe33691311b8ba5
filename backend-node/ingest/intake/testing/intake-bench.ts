import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadSettings, type Settings } from '../../../config/settings';
import { openDuckDb, type DuckDb } from '../../../engine/duckdb';
import { raw, sql } from '../../../engine/sql';
import { Lake } from '../../../lake/lake';
import { LakeDataset } from '../../../lake/lake-dataset';
import { stateDirectory, walDirectory } from '../../../lake/layout';
import { select } from '../../../lake/testing/temporary-lake';
import { openIntake, type OpenIntake, type OpenIntakeOptions } from '../open-intake';
import { testDecoder } from './test-batches';

const quiet = (): void => undefined;
export const SILENT = { info: quiet, warn: quiet, error: quiet, fatal: quiet };

/** A lake in a folder of its own, and what queries of it see. */
export class IntakeBench {
  private constructor(
    readonly folder: string,
    readonly settings: Settings,
    private readonly engine: DuckDb
  ) {}

  static async open(ingest: Partial<Settings['ingest']> = {}): Promise<IntakeBench> {
    return IntakeBench.at(await mkdtemp(join(tmpdir(), 'apitrail-')), ingest);
  }

  /** The lake in the folder `lake` of a folder. */
  static async at(folder: string, ingest: Partial<Settings['ingest']> = {}): Promise<IntakeBench> {
    const flags = { lake: 'lake', privacy: { key_file: join(folder, 'pseudonym.key') } };
    const settings = await loadSettings({ flags, environment: {}, workingFolder: folder });
    const room = { disk_reserve: 0, ...ingest };
    return new IntakeBench(
      folder,
      { ...settings, ingest: { ...settings.ingest, ...room } },
      await openDuckDb({ threads: 1 })
    );
  }

  /** What a process that is killed now leaves behind: a lake as this one is on the disk, with nobody at work in it. */
  async killed(): Promise<IntakeBench> {
    const folder = await mkdtemp(join(tmpdir(), 'apitrail-'));
    const lake = join(folder, 'lake');
    await copyOfLake(this.lake, lake);
    await rm(join(stateDirectory(lake), 'ingest.lock'), { force: true });
    await rm(join(walDirectory(lake), 'wal.lock'), { force: true });
    return new IntakeBench(folder, { ...this.settings, lake }, await openDuckDb({ threads: 1 }));
  }

  get lake(): string {
    return this.settings.lake;
  }

  intake(options: Partial<OpenIntakeOptions> = {}): Promise<OpenIntake> {
    return openIntake({
      settings: this.settings,
      log: SILENT,
      decoderNamed: (name) => (name === testDecoder.name ? testDecoder : undefined),
      onFatal: (error) => {
        throw error;
      },
      ...options,
    });
  }

  /** Ids of the rows that queries see, hot ones included, in order. */
  async ids(): Promise<string[]> {
    const rows = await this.select('request_id AS id', 'ORDER BY 1');
    return rows.map(({ id }) => id as string);
  }

  async select(columns: string, tail = ''): Promise<Array<Record<string, unknown>>> {
    const lake = await Lake.open(this.lake, { engine: this.engine });
    return select(this.engine, new LakeDataset(lake), columns, tail);
  }

  /** Ids of the rows that are in a commit. */
  async committedIds(): Promise<string[]> {
    const lake = await Lake.open(this.lake, { engine: this.engine });
    const files = [...(await lake.snapshot()).files.values()].map(({ add }) => join(lake.table, add.path));
    if (files.length === 0) {
      return [];
    }
    const list = files.map((file) => `'${file}'`).join(',');
    const found = await this.engine.run(
      sql`SELECT request_id FROM read_parquet([${raw(list)}], hive_partitioning = false) ORDER BY 1`
    );
    return found.values[0] as string[];
  }

  async close(): Promise<void> {
    await this.engine.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Waits until something holds; a test that waits in vain ends by the limit of the runner. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Copies a lake at which somebody is at work: where a file goes while it is copied, it begins again. */
async function copyOfLake(from: string, to: string): Promise<void> {
  for (let left = 20; ; left--) {
    try {
      await cp(from, to, { recursive: true, filter: (path) => !path.endsWith('.socket') });
      return;
    } catch (error) {
      if (left === 0 || (error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw error;
      }
      await rm(to, { recursive: true, force: true });
    }
  }
}
