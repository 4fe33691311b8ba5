import { DuckDBInstance, version, type DuckDBConnection } from '@duckdb/node-api';

import type { Value } from './same-answer';

/** DuckDB as a program that knows nothing of Apitrail would use it: one connection, settings as the companion has them. */
export class RawDuckDb {
  readonly version = version();

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection
  ) {}

  static async open(threads: number): Promise<RawDuckDb> {
    const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
    const connection = await instance.connect();
    await connection.run(`SET TimeZone = 'UTC'`);
    await connection.run(`SET parquet_metadata_cache = true`);
    return new RawDuckDb(instance, connection);
  }

  /** Runs a statement and reads every value of its answer, row by row. */
  async rows(text: string): Promise<Value[][]> {
    const reader = await this.connection.runAndReadAll(text);
    return reader.getRowsJS().map((row) => row.map(plain));
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

function plain(value: unknown): Value {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  return typeof value === 'bigint' ? Number(value) : (value as Value);
}
