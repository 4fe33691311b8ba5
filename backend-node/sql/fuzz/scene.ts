import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What must never be in an answer. It is nowhere in what is asked. */
const CANARY = `canary-${Math.random().toString(36).slice(2)}`;

/** Longest a statement may take before it is interrupted. */
const PATIENCE_MS = 1000;
const INTERRUPT_MS = 20;
const ROWS = 50;

/** Stands for the folder in statements, so that a seed gives the same ones every time. */
export const PLACE = '{folder}';

/** Words that statements are made of, of one engine and one folder. */
export interface Vocabulary {
  /** Names of every function and pragma the engine has. */
  functions: readonly string[];
  /** Tables that may be read, and columns of them. */
  tables: readonly string[];
  columns: readonly string[];
  /** Tables that may not. */
  forbiddenTables: readonly string[];
  /** Files that hold the canary, and where one could be written. */
  files: readonly string[];
  types: readonly string[];
}

/**
 * An engine that can read everything, on purpose, so that nothing but what is before it keeps the canary: files, tables of
 * others, a variable and a setting hold it.
 */
export class Scene {
  private constructor(
    readonly directory: string,
    readonly vocabulary: Vocabulary,
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private undisturbed: string
  ) {}

  static async open(): Promise<Scene> {
    const directory = await mkdtemp(join(tmpdir(), 'apitrail-fuzz-'));
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '1',
      memory_limit: '1GB',
      temp_directory: '',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      custom_user_agent: CANARY,
    });
    const connection = await instance.connect();
    for (const statement of statements(directory)) {
      await connection.run(statement);
    }
    const list = async (sql: string) =>
      (await connection.runAndReadAll(sql)).getRowsJson().map(([name]) => String(name));
    const scene = new Scene(
      directory,
      {
        functions: [
          ...(await list(
            `SELECT DISTINCT function_name FROM duckdb_functions() WHERE regexp_matches(function_name, '^\\w+$') AND NOT regexp_matches(function_name, '^icu_collate_[^d]') ORDER BY 1`
          )),
          ...['getenv', 'delta_scan', 'iceberg_scan', 'read_xlsx', 'st_read', 'copy_dir', 'add_parquet_key'],
        ],
        tables: ['requests', 'plans'],
        columns: ['time', 'service', 'status', 'duration_ms', 'attributes', 'plan', 'price'],
        forbiddenTables: [
          'tenant_b',
          'secret.rows',
          'tenant_view',
          'duckdb_settings',
          'information_schema.tables',
          'sqlite_master',
        ],
        files: FILES.map((file) => `${PLACE}/${file}`),
        types: (await list(`SELECT DISTINCT logical_type FROM duckdb_types() ORDER BY 1`)).filter(
          (type) =>
            /^[A-Z_ ]+$/.test(type) &&
            !/^(ANY|ARRAY|ENUM|LIST|MAP|NULL|STRUCT|TABLE|TEMPLATE|TYPE|UNION|UNKNOWN|LAMBDA|POINTER)$/.test(type)
        ),
      },
      instance,
      connection,
      ''
    );
    scene.undisturbed = await scene.state();
    return scene;
  }

  async close(): Promise<void> {
    this.connection.closeSync();
    this.instance.closeSync();
    await rm(this.directory, { recursive: true, force: true });
  }

  readonly ask = async (statement: string, text: string): Promise<string> =>
    String((await this.connection.runAndReadAll(statement, [text])).getRows()[0]![0]);

  /** Runs a statement and gives what whoever asked would see: the rows, or the error. */
  async answer(sql: string): Promise<string> {
    const started = Date.now();
    const timer = setInterval(() => {
      if (Date.now() - started > PATIENCE_MS) {
        this.connection.interrupt();
      }
    }, INTERRUPT_MS);
    try {
      const reader = await this.connection.streamAndReadUntil(sql, ROWS);
      return JSON.stringify([reader.columnNames(), reader.getRowsJson()]);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      clearInterval(timer);
    }
  }

  /** What must never be in an answer. */
  readonly canary = CANARY;

  /** Says so when an answer holds the canary. */
  seen(answer: string): string | undefined {
    return answer.includes(CANARY) ? `the canary was seen: ${answer.slice(0, 300)}` : undefined;
  }

  /** What is wrong after an answer: undefined when nothing is. */
  async complaint(answer: string): Promise<string | undefined> {
    const seen = this.seen(answer);
    if (seen !== undefined) {
      return seen;
    }
    if ((await this.answer('SELECT 1 AS alive')) !== '[["alive"],[[1]]]') {
      return 'the engine does not answer any more';
    }
    const state = await this.state();
    return state === this.undisturbed
      ? undefined
      : `the engine or the folder was changed:\n${this.undisturbed}\n${state}`;
  }

  /** Everything a statement could change: settings, what the catalog holds, variables, files. */
  private async state(): Promise<string> {
    const engine = await this.connection.runAndReadAll(`SELECT
      (SELECT md5(string_agg(name || '=' || coalesce(value, ''), ';' ORDER BY name)) FROM duckdb_settings()),
      (SELECT string_agg(database_name || '.' || table_name, ',' ORDER BY database_name, table_name) FROM duckdb_tables()),
      (SELECT string_agg(name, ',' ORDER BY name) FROM duckdb_variables()),
      (SELECT count(*) FROM duckdb_views() WHERE NOT internal), (SELECT count(*) FROM duckdb_schemas()),
      (SELECT count(*) FROM duckdb_secrets()), (SELECT count(*) FROM duckdb_logs()),
      (SELECT count(*) FROM duckdb_databases()), (SELECT count(*) FROM requests), (SELECT count(*) FROM tenant_b)`);
    const files = await Promise.all(
      (await readdir(this.directory, { recursive: true })).sort().map(async (file) => {
        const { size, mtimeMs } = await stat(join(this.directory, file));
        return `${file} ${size} ${mtimeMs}`;
      })
    );
    return `${JSON.stringify(engine.getRowsJson())} ${files.join(', ')}`;
  }
}

const FILES = ['canary.csv', 'canary.json', 'canary.txt', 'canary.parquet', '*', 'out.csv'];

function statements(directory: string): string[] {
  const file = (name: string) => `'${join(directory, name)}'`;
  return [
    `CREATE TABLE requests AS SELECT TIMESTAMPTZ '2026-11-02' + to_minutes(i) AS time, 'shop' AS service,
       200 + i AS status, i * 1.5 AS duration_ms, MAP {'plan': 'pro'} AS attributes FROM range(20) t(i)`,
    `CREATE TABLE plans AS SELECT 'pro' AS plan, 30 AS price`,
    `CREATE TABLE tenant_b AS SELECT '${CANARY}' AS service`,
    `CREATE SCHEMA secret`,
    `CREATE TABLE secret.rows AS SELECT '${CANARY}' AS service`,
    `CREATE VIEW tenant_view AS SELECT '${CANARY}' AS service`,
    `SET VARIABLE canary = '${CANARY}'`,
    `COPY tenant_b TO ${file('canary.csv')} (HEADER)`,
    `COPY tenant_b TO ${file('canary.txt')} (FORMAT csv)`,
    `COPY tenant_b TO ${file('canary.json')}`,
    `COPY tenant_b TO ${file('canary.parquet')} (FORMAT parquet)`,
  ];
}
