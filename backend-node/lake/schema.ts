import { PARTITION_COLUMN, type ColumnType } from '@apitrail/contract';

import type { TableDefinition } from './table-definition';

/** A field of a Delta schema. `type` is a name, or an object for maps, lists and structs. */
export interface SchemaField {
  name: string;
  type: unknown;
  nullable: boolean;
  metadata: Record<string, unknown>;
}

const DELTA_TYPES: Record<ColumnType, unknown> = {
  string: 'string',
  integer: 'integer',
  long: 'long',
  double: 'double',
  timestamp: 'timestamp',
  date: 'date',
  'map<string,string>': { type: 'map', keyType: 'string', valueType: 'string', valueContainsNull: true },
};

const DUCKDB_TYPES: Record<ColumnType, string> = {
  string: 'VARCHAR',
  integer: 'INTEGER',
  long: 'BIGINT',
  double: 'DOUBLE',
  timestamp: 'TIMESTAMPTZ',
  date: 'DATE',
  'map<string,string>': 'MAP(VARCHAR, VARCHAR)',
};

/** DuckDB's name for a type of the record. */
export function duckDbType(type: ColumnType): string {
  return DUCKDB_TYPES[type];
}

/** Delta's plain types, and what DuckDB calls them. */
const PLAIN_TYPES: Record<string, string> = {
  string: 'VARCHAR',
  byte: 'TINYINT',
  short: 'SMALLINT',
  integer: 'INTEGER',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  binary: 'BLOB',
  date: 'DATE',
  timestamp: 'TIMESTAMPTZ',
};

/** DuckDB's name for the type of a field, whoever declared it; undefined for those that are not read here, such as structs. */
export function fieldDuckDbType({ type }: SchemaField): string | undefined {
  if (typeof type === 'string') {
    return PLAIN_TYPES[type];
  }
  return canonical(type) === canonical(DELTA_TYPES['map<string,string>'])
    ? DUCKDB_TYPES['map<string,string>']
    : undefined;
}

/** Columns of a table, and its partition. All nullable, so that one can be added by a later commit. */
export function tableFields({ columns, partitioned }: TableDefinition): SchemaField[] {
  return [...columns, ...(partitioned ? [PARTITION_COLUMN] : [])].map((column) => ({
    name: column.name,
    type: DELTA_TYPES[column.type],
    nullable: true,
    metadata: { comment: column.description },
  }));
}

/** A schema as a `metaData` action holds it. */
export function schemaString(fields: readonly SchemaField[]): string {
  return JSON.stringify({ type: 'struct', fields });
}

/** The fields of a `metaData` action's schema. Throws a SyntaxError when it is none. */
export function parseSchema(text: string): SchemaField[] {
  const schema = JSON.parse(text) as { fields?: SchemaField[] };
  if (!Array.isArray(schema?.fields)) {
    throw new SyntaxError('the schema has no fields');
  }
  return schema.fields;
}

/** What has to happen to a table's fields for it to take rows. */
export interface SchemaPlan {
  /** The fields with those of the definition that were missing; undefined when none was. */
  extended: SchemaField[] | undefined;
  /** Names of fields whose type is another than the definition's. */
  conflicts: string[];
}

/** Compares a table's fields with its definition's. Fields only the table has are left as they are. */
export function planSchema(definition: TableDefinition, fields: readonly SchemaField[]): SchemaPlan {
  const wanted = tableFields(definition);
  const present = new Map(fields.map((field) => [field.name, field]));
  const missing = wanted.filter((field) => !present.has(field.name));
  const conflicts = wanted.filter((field) => {
    const other = present.get(field.name);
    return other !== undefined && canonical(other.type) !== canonical(field.type);
  });
  return {
    extended: missing.length > 0 ? [...fields, ...missing] : undefined,
    conflicts: conflicts.map((field) => field.name),
  };
}

/** Writers differ in the order of keys and in whether map values may be null. */
function canonical(type: unknown): string {
  if (typeof type !== 'object' || type === null) {
    return JSON.stringify(type);
  }
  const { valueContainsNull: _, ...rest } = type as Record<string, unknown>;
  return JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
}
