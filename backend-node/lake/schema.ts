import { PARTITION_COLUMN, RECORD_COLUMNS, type ColumnType, type RecordColumn } from '@apitrail/contract';

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

/** Columns of the table: the record's, and the partition. All nullable, so that one can be added by a later commit. */
export const TABLE_FIELDS: readonly SchemaField[] = [...RECORD_COLUMNS, PARTITION_COLUMN].map(
  (column: RecordColumn) => ({
    name: column.name,
    type: DELTA_TYPES[column.type],
    nullable: true,
    metadata: { comment: column.description },
  })
);

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

/** What has to happen to a table's fields for it to take records. */
export interface SchemaPlan {
  /** The fields with those of the record that were missing; undefined when none was. */
  extended: SchemaField[] | undefined;
  /** Names of fields whose type is another than the record's. */
  conflicts: string[];
}

/** Compares a table's fields with the record's. Fields only the table has are left as they are. */
export function planSchema(fields: readonly SchemaField[]): SchemaPlan {
  const present = new Map(fields.map((field) => [field.name, field]));
  const missing = TABLE_FIELDS.filter((field) => !present.has(field.name));
  const conflicts = TABLE_FIELDS.filter((field) => {
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
