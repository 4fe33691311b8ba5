import type { Sql } from '../engine/sql';
import type { CountedNulls, Relation, Snapshot, TimeRange } from './dataset';
import { liesWithin, overlaps } from './pruning';
import type { FileBounds } from './stats';

/** A file of a snapshot. */
export interface SnapshotFile extends FileBounds {
  /** Absolute path. */
  path: string;
  bytes: number;
}

/** A snapshot that is a set of files, whoever wrote them. */
export class FileSnapshot<File extends SnapshotFile> implements Snapshot {
  readonly rows: number | null;
  readonly files: number;
  readonly oldest: number | null;
  readonly newest: number | null;
  readonly missing?: string;

  /** The newest first: who wants the newest rows has them early, and then need not read what is older. */
  private readonly all: readonly File[];

  constructor(
    readonly version: number | undefined,
    files: readonly File[],
    private readonly toSql: (files: readonly File[]) => Sql,
    missing?: string
  ) {
    if (missing !== undefined) {
      this.missing = missing;
    }
    const all = files.toSorted((a, b) => (b.newest ?? Infinity) - (a.newest ?? Infinity) || 0);
    this.all = all;
    this.files = all.length;
    this.rows = sumRows(all);
    this.oldest = extreme(all, ({ oldest }) => oldest, Math.min);
    this.newest = extreme(all, ({ newest }) => newest, Math.max);
  }

  relation(range: TimeRange): Relation {
    return this.relationOf(this.all.filter((file) => overlaps(file, range)));
  }

  countedNulls(column: string, range: TimeRange): CountedNulls {
    const counted: CountedNulls = { rows: 0, nulls: 0, rest: undefined };
    const rest: File[] = [];
    for (const file of this.all.filter((one) => overlaps(one, range))) {
      const nulls = file.nulls?.[column];
      if (nulls !== undefined && file.rows !== null && liesWithin(file, range)) {
        counted.rows += file.rows;
        counted.nulls += nulls;
      } else {
        rest.push(file);
      }
    }
    return rest.length === 0 ? counted : { ...counted, rest: this.relationOf(rest) };
  }

  private relationOf(files: readonly File[]): Relation {
    return {
      sql: this.toSql(files),
      files: files.length,
      paths: files.map(({ path }) => path),
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      rows: sumRows(files),
      unweighted: files.every(({ unweighted }) => unweighted === true),
    };
  }
}

/** The rows of files together; null when one of them does not say. */
function sumRows(files: readonly FileBounds[]): number | null {
  return files.reduce<number | null>((sum, { rows }) => (sum === null || rows === null ? null : sum + rows), 0);
}

/** The least or greatest of what files with rows say; null when one of them does not, or there is none. */
function extreme(
  files: readonly FileBounds[],
  of: (file: FileBounds) => number | null,
  pick: (a: number, b: number) => number
): number | null {
  const values = files.filter(({ rows }) => rows !== 0).map(of);
  return values.length === 0 || values.includes(null) ? null : (values as number[]).reduce((a, b) => pick(a, b));
}
