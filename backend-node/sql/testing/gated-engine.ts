import { DuckDBInstance, type DuckDBConnection, type Json } from '@duckdb/node-api';

import { checkSql, type GateOptions } from '../gate';

/** Rows of `requests` as tests see them: two services, statuses, a map, and times an hour apart. */
const REQUESTS = `
  CREATE TABLE requests AS SELECT * FROM (VALUES
    (TIMESTAMPTZ '2026-11-02 10:00:00+00', 'shop', 'GET', '/orders/{id}', 200, 10.0, 'ann', MAP {'plan': 'pro', 'region': 'eu'}),
    (TIMESTAMPTZ '2026-11-02 10:30:00+00', 'shop', 'GET', '/orders/{id}', 500, 20.0, 'bob', MAP {'plan': 'free'}),
    (TIMESTAMPTZ '2026-11-02 11:00:00+00', 'shop', 'POST', '/orders', 201, 30.0, 'ann', MAP {'plan': 'pro'}),
    (TIMESTAMPTZ '2026-11-02 12:00:00+00', 'pay', 'POST', '/payments', 402, 40.0, 'cyd', MAP {}),
    (TIMESTAMPTZ '2026-11-03 12:00:00+00', 'pay', 'POST', '/payments', NULL, NULL, NULL, NULL)
  ) v("time", service, method, route, status, duration_ms, customer, attributes)`;

const PLANS = `CREATE TABLE plans AS SELECT * FROM (VALUES ('ann', 'pro', 30), ('bob', 'free', 0)) v(customer, plan, price)`;

/** Tables that are there, with their columns. */
export const TABLES: ReadonlyMap<string, readonly string[]> = new Map([
  ['requests', ['time', 'service', 'method', 'route', 'status', 'duration_ms', 'customer', 'attributes']],
  ['plans', ['customer', 'plan', 'price']],
]);

/** A real DuckDB with tables, and the gate before it. */
export class GatedEngine {
  private constructor(
    private readonly instance: DuckDBInstance,
    readonly connection: DuckDBConnection
  ) {}

  static async open(): Promise<GatedEngine> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '2',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    await connection.run(`SET TimeZone = 'UTC'`);
    await connection.run(REQUESTS);
    await connection.run(PLANS);
    return new GatedEngine(instance, connection);
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }

  readonly ask = async (statement: string, text: string): Promise<string> =>
    String((await this.connection.runAndReadAll(statement, [text])).getRows()[0]![0]);

  /** The text that may run. */
  async check(text: string, options: Partial<GateOptions> = {}): Promise<string> {
    return (await checkSql(text, { ask: this.ask, tables: TABLES, ...options })).sql;
  }

  /** Rows of a statement that goes through the gate, values as JSON says them. */
  async rows(text: string): Promise<Json[][]> {
    return this.run(await this.check(text));
  }

  /** Rows of a statement that does not. */
  async run(sql: string): Promise<Json[][]> {
    return (await this.connection.runAndReadAll(sql)).getRowsJson();
  }
}
