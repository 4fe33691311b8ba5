import { ApitrailError } from '@apitrail/contract';

import type { Engine } from '../../engine/engine';
import { join, labelled, sql, type Sql } from '../../engine/sql';
import type { Dataset, Snapshot } from '../dataset';
import { FileSnapshot, type SnapshotFile } from '../file-snapshot';
import { emptyRelation } from '../parquet-relation';
import { parseTimestampUs } from '../stats';
import { columnsNamed, type ExternalDatasetConfig } from './config';
import { listFiles, type ListedFile } from './files';
import { boundReader, recordColumns } from './mapping';
import { readColumns, readFooters, theirRows, type FileFooter } from './metadata';

/** Files that can be read together, and how. */
interface Shape {
  columns: Set<string>;
  /** The record's columns out of theirs. */
  select: Sql;
  withFolders: boolean;
  readBound: ((text: string) => number | undefined) | undefined;
}

interface ExternalFile extends SnapshotFile {
  stamp: string;
  shape: string;
}

/** A folder of Parquet files that somebody else writes, read as the record through a column mapping. */
export class ExternalDataset implements Dataset {
  readonly name: string;
  readonly description?: string;
  /** What is known of files, by path; it holds as long as a file does not change. */
  private known = new Map<string, ExternalFile>();
  private readonly shapes = new Map<string, Promise<Shape>>();

  /** `base` is the folder that a relative `files` starts from: that of the configuration. */
  constructor(
    private readonly config: ExternalDatasetConfig,
    private readonly engine: Engine,
    private readonly base: string
  ) {
    this.name = config.name;
    if (config.description !== undefined) {
      this.description = config.description;
    }
  }

  /**
   * Lists the files anew; footers are read only of those that are new or have changed. Throws APITRAIL_BAD_CONFIG when
   * a column of the mapping is in none of them, or its type does not fit.
   */
  async snapshot(): Promise<Snapshot> {
    const listed = await listFiles(this.config.files, this.base);
    const fresh = listed.filter(({ path, stamp }) => this.known.get(path)?.stamp !== stamp);
    const footers = await readFooters(this.engine, fresh, this.config.columns.time.column);
    const files = await Promise.all(
      listed.map(async (file) => {
        const footer = footers.get(file.path);
        return footer ? this.describe(file, footer) : this.known.get(file.path);
      })
    );
    const present = files.filter((file) => file !== undefined);
    this.known = new Map(present.map((file) => [file.path, file]));
    const shapes = new Map(
      await Promise.all(
        [...new Set(present.map(({ shape }) => shape))].map(async (key) => [key, await this.shape(key)] as const)
      )
    );
    this.assertColumns(present, shapes);
    return new FileSnapshot(undefined, present, (some) => this.toSql(some, shapes));
  }

  private async describe(
    { path, bytes, stamp }: ListedFile,
    { shape, rows, bounds }: FileFooter
  ): Promise<ExternalFile> {
    if (!this.shapes.has(shape)) {
      const reading = this.readShape(path);
      this.shapes.set(shape, reading);
      reading.catch(() => this.shapes.delete(shape));
    }
    const { readBound } = await this.shape(shape);
    const read = (text: string | null) => (text === null ? undefined : readBound?.(text));
    const lower = bounds.map(({ min }) => read(min));
    const upper = bounds.map(({ max }) => read(max));
    const known = bounds.length > 0 && [...lower, ...upper].every((bound) => bound !== undefined);
    return {
      path,
      bytes,
      stamp,
      shape,
      rows,
      oldest: known ? Math.floor(Math.min(...(lower as number[]))) : null,
      newest: known ? Math.ceil(Math.max(...(upper as number[]))) : null,
    };
  }

  private async readShape(path: string): Promise<Shape> {
    const { types, withFolders } = await readColumns(this.engine, path, columnsNamed(this.config));
    const { time } = this.config.columns;
    return {
      columns: new Set(types.keys()),
      select: recordColumns(this.config, types, path),
      withFolders,
      readBound: boundReader(time, types.get(time.column), parseTimestampUs),
    };
  }

  private async shape(key: string): Promise<Shape> {
    const shape = await this.shapes.get(key);
    if (!shape) {
      throw new ApitrailError(
        'APITRAIL_INTERNAL',
        `Files of the dataset ${this.name} have a shape that was never read.`
      );
    }
    return shape;
  }

  private assertColumns(files: readonly ExternalFile[], shapes: ReadonlyMap<string, Shape>): void {
    const first = files[0];
    if (!first) {
      return;
    }
    const present = new Set([...shapes.values()].flatMap(({ columns }) => [...columns]));
    const missing = columnsNamed(this.config).filter((column) => !present.has(column));
    if (missing.length > 0) {
      const where = `datasets.${this.name}`;
      const columns = [...(shapes.get(first.shape)?.columns ?? [])].join(', ');
      throw new ApitrailError(
        'APITRAIL_BAD_CONFIG',
        `${where}: no file has the column ${missing.join(', ')}. ${first.path} has ${columns}.`,
        { where }
      );
    }
  }

  private toSql(files: readonly ExternalFile[], shapes: ReadonlyMap<string, Shape>): Sql {
    if (files.length === 0) {
      return emptyRelation();
    }
    const parts = [...shapes].flatMap(([key, { select, withFolders }]) => {
      const paths = files.filter(({ shape }) => shape === key).map(({ path }) => path);
      return paths.length > 0 ? [sql`SELECT ${select} FROM ${theirRows(paths, withFolders)}`] : [];
    });
    const count = `${files.length} ${files.length === 1 ? 'file' : 'files'}`;
    return labelled(sql`(${join(parts, ' UNION ALL ')})`, `${this.name} /* ${count} */`);
  }
}
