import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { RECORD_COLUMNS, type QueryResponse, type QueryResult } from '@apitrail/contract';

import { openDuckDb, type DuckDb } from '../../engine/duckdb';
import { literal, raw, sql, join, identifier } from '../../engine/sql';
import type { Dataset, Relation, Snapshot } from '../../lake/dataset';
import { parquetRelation } from '../../lake/parquet-relation';
import { runQueries, type QueryContext } from '../run';

/** A row as a test writes it: only the columns it is about; times as ISO 8601 or epoch milliseconds. */
export type Row = Record<string, unknown>;

const SQL_TYPES: Record<string, string> = {
  string: 'VARCHAR',
  integer: 'INTEGER',
  long: 'BIGINT',
  double: 'DOUBLE',
  timestamp: 'TIMESTAMPTZ',
  'map<string,string>': 'MAP(VARCHAR, VARCHAR)',
};

/** Real Parquet files in a folder of their own, the engine that reads them, and queries over them. */
export class Bench {
  private constructor(
    readonly directory: string,
    readonly engine: DuckDb
  ) {}

  static async open(): Promise<Bench> {
    return new Bench(await mkdtemp(path.join(tmpdir(), 'apitrail-queries-')), await openDuckDb({ threads: 2 }));
  }

  async close(): Promise<void> {
    await this.engine.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Writes rows to a Parquet file with every column of the record. */
  async write(name: string, rows: readonly Row[]): Promise<string> {
    const json = path.join(this.directory, `${name}.ndjson`);
    const parquet = path.join(this.directory, `${name}.parquet`);
    await writeFile(json, rows.map((row) => `${JSON.stringify(asJson(row))}\n`).join(''));
    const columns = RECORD_COLUMNS.map(
      ({ name: column, type }) => sql`${literal(column)}: ${literal(SQL_TYPES[type]!)}`
    );
    const source =
      rows.length === 0
        ? sql`SELECT ${join(RECORD_COLUMNS.map(({ name: column, type }) => sql`CAST(NULL AS ${raw(SQL_TYPES[type]!)}) AS ${identifier(column)}`))} WHERE FALSE`
        : sql`SELECT * FROM read_json(${literal(json)}, format = 'newline_delimited', columns = {${join(columns)}})`;
    await this.engine.run(sql`COPY (${source}) TO ${literal(parquet)} (FORMAT parquet, COMPRESSION zstd)`);
    return parquet;
  }

  /** A dataset over rows, one file per list of rows. */
  async dataset(name: string, ...files: Array<readonly Row[]>): Promise<Dataset> {
    const paths = await Promise.all(files.map((rows, index) => this.write(`${name}-${index}`, rows)));
    return this.over(name, paths);
  }

  /** A dataset over files that are there already. */
  over(name: string, paths: readonly string[]): Dataset {
    return { name, snapshot: () => this.snapshot(paths) };
  }

  private async snapshot(paths: readonly string[]): Promise<Snapshot> {
    const sizes = await Promise.all(paths.map(async (file) => (await stat(file)).size));
    const relation: Relation = {
      sql: parquetRelation(paths),
      files: paths.length,
      paths,
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      rows: null,
    };
    const found = await this.engine.run(
      sql`SELECT count(*)::DOUBLE, epoch_us(min(time))::DOUBLE / 1000, epoch_us(max(time))::DOUBLE / 1000 FROM ${relation.sql}`
    );
    const [rows, oldest, newest] = found.values.map((column) => column[0] as number | null);
    return {
      version: 7,
      rows: rows ?? 0,
      files: paths.length,
      oldest: oldest ?? null,
      newest: newest ?? null,
      relation: () => ({ ...relation, rows: rows ?? 0 }),
    };
  }

  /** Runs queries over one dataset; refIds are A, B, … where a query has none. */
  async query(
    dataset: Dataset,
    range: { from: number | string; to: number | string },
    queries: ReadonlyArray<Record<string, unknown>>,
    context: Partial<QueryContext> = {}
  ): Promise<QueryResponse> {
    return runQueries(
      {
        from: epoch(range.from),
        to: epoch(range.to),
        queries: queries.map((query, index) => ({
          refId: String.fromCharCode(65 + index),
          dataset: dataset.name,
          ...query,
        })),
      },
      { datasets: new Map([[dataset.name, dataset]]), engine: this.engine, ...context }
    );
  }

  /** The result of one query; fails the test when it is an error. */
  async answer(
    dataset: Dataset,
    range: { from: number | string; to: number | string },
    query: Record<string, unknown>,
    context: Partial<QueryContext> = {}
  ): Promise<TestFrame[]> {
    const { results } = await this.query(dataset, range, [query], context);
    const result = Object.values(results)[0]!;
    if (result.error !== undefined) {
      throw new Error(result.error);
    }
    return framesOf(result);
  }
}

/** A frame as a test reads it. */
export interface TestFrame {
  meta: NonNullable<NonNullable<QueryResult['frames']>[number]['schema']['meta']>;
  fields: NonNullable<QueryResult['frames']>[number]['schema']['fields'];
  /** Columns by name. */
  columns: Record<string, unknown[]>;
  /** Rows as objects. */
  rows: Array<Record<string, unknown>>;
}

export function framesOf(result: QueryResult): TestFrame[] {
  return (result.frames ?? []).map(({ schema, data }) => {
    const columns = Object.fromEntries(schema.fields.map(({ name }, index) => [name, data.values[index]!]));
    const rows = (data.values[0] ?? []).map((_, row) =>
      Object.fromEntries(schema.fields.map(({ name }, index) => [name, data.values[index]![row]]))
    );
    return { meta: schema.meta ?? {}, fields: schema.fields, columns, rows };
  });
}

/** Epoch milliseconds of ISO 8601 text; numbers as they are. */
export function epoch(time: number | string): number {
  return typeof time === 'number' ? time : Date.parse(time);
}

function asJson(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      (key === 'time' || key === 'ingested_at') && typeof value === 'number' ? new Date(value).toISOString() : value,
    ])
  );
}
