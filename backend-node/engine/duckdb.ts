import { DuckDBInstance, type DuckDBConnection, version as duckDbVersion } from '@duckdb/node-api';
import { mkdir } from 'node:fs/promises';

import { bindingOf } from './duckdb-parameters';
import { aborted, engineError } from './duckdb-errors';
import { keepRows, newTable } from './duckdb-kept-rows';
import { readResult, readStream } from './duckdb-result';
import type { Engine, KeptColumn, KeptRows, ResultTable, RunOptions } from './engine';
import { sql, type Sql } from './sql';

/** How often an interrupt is repeated: DuckDB loses one that comes before execution has begun. */
const INTERRUPT_INTERVAL_MS = 50;

export interface DuckDbOptions {
  /** Threads of the engine; by default as many as the machine has cores. */
  threads?: number;
  /** DuckDB's own limit, such as `2GB`. Advisory: a query may take up to half as much again. */
  memoryLimit?: string;
  /** Folder to spill to; made when it does not exist. Without it nothing is spilled. */
  tempDirectory?: string;
}

/** Runs one statement on the connection of a session. */
export type Runner = (statement: Sql, options?: RunOptions) => Promise<ResultTable>;

/** DuckDB inside this process: one in-memory instance, statements on pooled connections. */
export interface DuckDb extends Engine {
  /** Runs several statements on one connection, so that they share temporary tables; those are gone afterwards. */
  session<T>(work: (run: Runner) => Promise<T>): Promise<T>;
}

/**
 * Starts DuckDB with UTC as its time zone, footers of Parquet files cached (data files never change), and without
 * loading or installing extensions. Throws an ApitrailError when the options are not valid.
 */
export async function openDuckDb(options: DuckDbOptions = {}): Promise<DuckDb> {
  if (options.tempDirectory !== undefined) {
    await mkdir(options.tempDirectory, { recursive: true });
  }
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      temp_directory: options.tempDirectory ?? '',
      ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
      ...(options.memoryLimit === undefined ? {} : { memory_limit: options.memoryLimit }),
    });
    const connection = await instance.connect();
    // These two belong to extensions that are linked in but loaded late, so the instance does not know them yet above.
    await connection.run(`SET GLOBAL TimeZone = 'UTC'`);
    await connection.run(`SET GLOBAL parquet_metadata_cache = true`);
    return new PooledDuckDb(instance, connection);
  } catch (error) {
    throw engineError(error);
  }
}

class PooledDuckDb implements DuckDb {
  readonly name = 'DuckDB';
  readonly version = duckDbVersion();
  private readonly idle: DuckDBConnection[];
  private readonly busy = new Set<DuckDBConnection>();
  private closed = false;

  constructor(
    private readonly instance: DuckDBInstance,
    first: DuckDBConnection
  ) {
    this.idle = [first];
  }

  async run(statement: Sql, options: RunOptions = {}): Promise<ResultTable> {
    return this.withConnection((connection) => runOn(connection, statement, options), true);
  }

  async *stream(statement: Sql, options: RunOptions = {}): AsyncGenerator<ResultTable> {
    const connection = await this.take();
    let ended = false;
    try {
      yield* streamOn(connection, statement, options);
      ended = true;
    } finally {
      // One whose result was not read to its end still runs it.
      this.giveBack(connection, ended);
    }
  }

  async keep(columns: readonly KeptColumn[], parts: AsyncIterable<unknown[][]>): Promise<KeptRows> {
    return this.kept(await this.withConnection((connection) => keepRows(connection, columns, parts), true));
  }

  async keepResult(statement: Sql, options: RunOptions = {}): Promise<KeptRows> {
    const table = newTable();
    await this.run(sql`CREATE TABLE ${table.relation} AS ${statement}`, options);
    return this.kept(table);
  }

  private kept({ relation, drop }: { relation: Sql; drop: Sql }): KeptRows {
    return {
      relation,
      drop: async () => {
        if (!this.closed) {
          await this.run(drop);
        }
      },
    };
  }

  async session<T>(work: (run: Runner) => Promise<T>): Promise<T> {
    return this.withConnection(
      (connection) => work((statement, options = {}) => runOn(connection, statement, options)),
      false
    );
  }

  /** Interrupts what runs, waits for it, and frees the instance. */
  async close(): Promise<void> {
    if (this.closed) {
      return;
    }
    this.closed = true;
    while (this.busy.size > 0) {
      this.busy.forEach((connection) => connection.interrupt());
      await new Promise((resolve) => setTimeout(resolve, INTERRUPT_INTERVAL_MS));
    }
    this.idle.splice(0).forEach((connection) => connection.closeSync());
    this.instance.closeSync();
  }

  private async withConnection<T>(work: (connection: DuckDBConnection) => Promise<T>, reusable: boolean): Promise<T> {
    const connection = await this.take();
    let healthy = false;
    try {
      const result = await work(connection);
      healthy = true;
      return result;
    } finally {
      this.giveBack(connection, healthy && reusable);
    }
  }

  private async take(): Promise<DuckDBConnection> {
    if (this.closed) {
      throw engineError(new Error('the engine is closed'));
    }
    const connection = this.idle.pop() ?? (await this.instance.connect());
    this.busy.add(connection);
    return connection;
  }

  /** One that failed may still be told of an interrupt, one of a session has temporary tables: those are closed. */
  private giveBack(connection: DuckDBConnection, reusable: boolean): void {
    this.busy.delete(connection);
    if (reusable) {
      this.idle.push(connection);
    } else {
      connection.closeSync();
    }
  }
}

async function runOn(connection: DuckDBConnection, statement: Sql, options: RunOptions): Promise<ResultTable> {
  const { signal } = options;
  const stopInterrupting = interruptOnAbort(connection, signal);
  try {
    const prepared = await prepare(connection, statement, signal);
    try {
      const result = readResult(await prepared.run());
      refuseAborted(signal);
      return result;
    } finally {
      prepared.destroySync();
    }
  } catch (error) {
    throw signal?.aborted ? aborted(signal, error) : engineError(error);
  } finally {
    stopInterrupting();
  }
}

async function* streamOn(
  connection: DuckDBConnection,
  statement: Sql,
  { signal }: RunOptions
): AsyncGenerator<ResultTable> {
  const stopInterrupting = interruptOnAbort(connection, signal);
  try {
    const prepared = await prepare(connection, statement, signal);
    try {
      for await (const part of readStream(await prepared.stream())) {
        refuseAborted(signal);
        yield part;
      }
      refuseAborted(signal);
    } finally {
      prepared.destroySync();
    }
  } catch (error) {
    throw signal?.aborted ? aborted(signal, error) : engineError(error);
  } finally {
    stopInterrupting();
  }
}

/** The statement with its parameters bound. */
async function prepare(connection: DuckDBConnection, statement: Sql, signal: AbortSignal | undefined) {
  refuseAborted(signal);
  const { text, parameters } = statement.compile();
  const prepared = await connection.prepare(text);
  try {
    parameters.forEach((parameter, index) => {
      const { value, type } = bindingOf(parameter);
      prepared.bindValue(index + 1, value, type);
    });
    refuseAborted(signal);
    return prepared;
  } catch (error) {
    prepared.destroySync();
    throw error;
  }
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw aborted(signal);
  }
}

function interruptOnAbort(connection: DuckDBConnection, signal: AbortSignal | undefined): () => void {
  if (!signal || signal.aborted) {
    return () => undefined;
  }
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    connection.interrupt();
    timer = setInterval(() => connection.interrupt(), INTERRUPT_INTERVAL_MS);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return () => {
    signal.removeEventListener('abort', onAbort);
    clearInterval(timer);
  };
}
