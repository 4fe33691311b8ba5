import {
  PARTITION_COLUMN,
  RECORD_COLUMNS,
  type ColumnType,
  type RecordColumn,
  type SqlSchema,
} from '@apitrail/contract';

import type { Engine } from '../engine/engine';
import { param, sql } from '../engine/sql';
import { datasetNamed, type Dataset } from '../lake/dataset';
import { LEFT_OUT_TABLE } from '../ingest/noise';
import { duckDbType } from '../lake/schema';
import { ALLOWED_FUNCTIONS, ALLOWED_TABLE_FUNCTIONS } from '../sql/gate/functions/allowed';
import { MACROS } from '../sql/macros';
import type { SqlSandbox } from '../sql/process/sandbox';
import type { Ask, Endpoint } from './endpoint';

export interface SqlSchemaSources {
  datasets: ReadonlyMap<string, Dataset>;
  engine: Engine;
  sandbox: SqlSandbox;
  /** Throws where the caller may not ask SQL. */
  authorise(ask: Ask): void;
}

/**
 * `GET /api/resources/sql-schema?dataset=…`: what SQL may name, for editors. Refused where SQL may not be asked, with the
 * reason. Whoever asks for it is about to ask SQL, so a process is made ready.
 */
export function sqlSchemaEndpoint(sources: SqlSchemaSources): Endpoint {
  let functions: Promise<SqlSchema['functions']> | undefined;
  return {
    method: 'GET',
    path: '/api/resources/sql-schema',
    answer: async (ask): Promise<SqlSchema> => {
      sources.sandbox.assertOn();
      sources.authorise(ask);
      sources.sandbox.warmUp();
      functions ??= readFunctions(sources.engine);
      functions.catch(() => (functions = undefined));
      return {
        tables: tablesOf(ask.query.dataset ?? 'requests', sources.datasets),
        functions: await functions,
        macros: MACROS.map(({ name, description, signature }) => ({ name, description, example: signature })),
      };
    },
  };
}

function tablesOf(name: string, datasets: ReadonlyMap<string, Dataset>): SqlSchema['tables'] {
  // Refuses a name that is none.
  datasetNamed(name, datasets);
  const own = name === 'requests' ? 'The requests in the lake' : `The requests of the dataset ${name}`;
  const others = [...datasets.values()].filter((other) => other.name !== 'requests');
  return [
    { name: 'requests', description: `${own}, of all times, with the filters of the query.`, columns: COLUMNS },
    ...others.map((other) => ({
      name: other.name,
      description: other.description ?? `All requests of the dataset ${other.name}.`,
      columns: COLUMNS,
    })),
    ...(datasets.has(LEFT_OUT_TABLE.name) ? [] : [LEFT_OUT]),
  ];
}

const COLUMNS = [...RECORD_COLUMNS, PARTITION_COLUMN].map(({ name, type, description, unit }: RecordColumn) => ({
  name,
  type: engineType(type),
  description: unit ? `${description} (${unit})` : description,
}));

const LEFT_OUT: SqlSchema['tables'][number] = {
  name: LEFT_OUT_TABLE.name,
  description: 'How many requests rules of noise left out, by rule, service, environment, minute and status.',
  columns: LEFT_OUT_TABLE.columns.map(({ name, type, description }) => ({ name, type: engineType(type), description })),
};

function engineType(type: ColumnType): string {
  const name = duckDbType(type);
  return name === 'TIMESTAMPTZ' ? 'TIMESTAMP WITH TIME ZONE' : name;
}

/** Functions that may be called and have a name, with the first sentence that the engine says of them. */
async function readFunctions(engine: Engine): Promise<SqlSchema['functions']> {
  const names = [...new Set([...ALLOWED_FUNCTIONS, ...ALLOWED_TABLE_FUNCTIONS])]
    .filter((name) => /^[a-z]\w*$/.test(name))
    .sort();
  const { values } = await engine.run(
    sql`SELECT function_name, any_value(description) FROM duckdb_functions()
        WHERE list_contains(${param('varchar[]', names)}, function_name) GROUP BY function_name`
  );
  const [found = [], descriptions = []] = values as [string[], Array<string | null>];
  const known = new Map(found.map((name, index) => [name, descriptions[index] ?? '']));
  return names.map((name) => ({ name, description: (known.get(name) ?? '').split('\n', 1)[0]!.trim() }));
}
