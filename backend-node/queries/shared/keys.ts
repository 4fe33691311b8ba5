import { ApitrailError, OTHER_GROUP, parseKey } from '@apitrail/contract';

import type { Dialect } from '../../engine/dialect';
import { identifier, param, sql, type Sql } from '../../engine/sql';
import { columnSql } from './columns';

export type KeyValue = string | number | null;

/** A key of the record as SQL, and back. */
export interface KeyExpression {
  key: string;
  /** What its values are in a frame. */
  kind: 'string' | 'number' | 'time';
  /** The value rows are grouped by: as cheap as it can be, not always what a person reads. */
  sql: Sql;
  /** The text a person reads, of an expression that `sql` gave. */
  text(value: Sql): Sql;
  /** Type of a list of such values as a parameter. */
  listType: 'varchar[]' | 'double[]' | 'bigint[]';
  /** The value a person reads, of what `sql` gives. */
  read(value: unknown): KeyValue;
}

const varchar = (value: Sql) => sql`CAST(${value} AS VARCHAR)`;
const asIs = (value: unknown) => (value ?? null) as KeyValue;

/** The expression of a key. Throws an ApitrailError for what is none. */
export function keyExpression(key: string, dialect: Dialect): KeyExpression {
  const parsed = parseKey(key);
  if (parsed === undefined) {
    throw new ApitrailError('APITRAIL_UNKNOWN_KEY', `${key} is not a key of the record.`, { where: key });
  }
  if (parsed.kind === 'status_class') {
    return {
      key,
      kind: 'string',
      sql: sql`CASE WHEN status BETWEEN 100 AND 599 THEN ${dialect.integerDivide(identifier('status'), sql`100`)} END`,
      text: (value) => sql`concat(${varchar(value)}, 'xx')`,
      listType: 'bigint[]',
      read: (value) => (value == null ? null : `${String(value)}xx`),
    };
  }
  if (parsed.kind === 'attribute') {
    const value = dialect.mapValue(identifier('attributes'), param('varchar', parsed.attribute));
    return { key, kind: 'string', sql: value, text: (text) => text, listType: 'varchar[]', read: asIs };
  }
  const column = columnSql(parsed.column.name);
  switch (parsed.column.type) {
    case 'timestamp':
      return {
        key,
        kind: 'time',
        sql: dialect.epochUs(column),
        text: (value) => varchar(dialect.fromEpochUs(value)),
        listType: 'bigint[]',
        read: (value) => (value == null ? null : Number(value) / 1000),
      };
    case 'integer':
    case 'long':
      return {
        key,
        kind: 'number',
        sql: column,
        text: varchar,
        listType: 'bigint[]',
        read: (value) => (value == null ? null : Number(value)),
      };
    case 'double':
      return { key, kind: 'number', sql: column, text: varchar, listType: 'double[]', read: asIs };
    default:
      return { key, kind: 'string', sql: column, text: (text) => text, listType: 'varchar[]', read: asIs };
  }
}

/** The value of a key as the text a person reads, VARCHAR, null where a row has none. Throws an ApitrailError for what is no key. */
export function keyAsText(key: string, dialect: Dialect): Sql {
  const { kind, listType, sql: value, text } = keyExpression(key, dialect);
  return kind === 'string' && listType === 'varchar[]'
    ? value
    : sql`CASE WHEN ${value} IS NOT NULL THEN ${text(value)} END`;
}

/** The text of a key's value: in labels, where a null key is the empty string, and in the names of rows. Times are to the microsecond. */
export function keyText(value: KeyValue, kind: KeyExpression['kind']): string {
  if (value === null) {
    return '';
  }
  return kind === 'time' && typeof value === 'number' ? timeText(value) : String(value);
}

/** Epoch milliseconds as ISO 8601, to the microsecond where there are any. */
function timeText(ms: number): string {
  const us = Math.round(ms * 1000);
  const rest = ((us % 1000) + 1000) % 1000;
  const text = new Date((us - rest) / 1000).toISOString();
  return rest === 0 ? text : text.replace('Z', `${String(rest).padStart(3, '0')}Z`);
}

/** Values of the keys of one group, in the order of the keys; `other` is what lies outside the top. */
export interface Group {
  values: KeyValue[];
  other: boolean;
}

/** Labels of a group: a text per key. */
export function groupLabels(keys: readonly KeyExpression[], group: Group): Record<string, string> {
  return Object.fromEntries(keys.map((key, index) => [key.key, groupText(keys, group, index)]));
}

/** Text of one key of a group. */
export function groupText(keys: readonly KeyExpression[], group: Group, index: number): string {
  return group.other ? OTHER_GROUP : keyText(group.values[index] ?? null, keys[index]!.kind);
}

/** One name for a group, for legends and rows: its texts with a space between. */
export function groupName(keys: readonly KeyExpression[], group: Group): string {
  return group.other ? OTHER_GROUP : keys.map((_, index) => groupText(keys, group, index)).join(' ');
}
