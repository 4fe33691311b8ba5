import { parseKey, recordColumn } from '@apitrail/contract';

import { sqlLiteral } from '../../../sql-literal';
import { identifier } from './literals';
import { UnwritableQuery } from './unwritable';

/** Who owns an error: as stored, else by what its status says. */
export const OWNER = `coalesce(error_owner, CASE
    WHEN status IN (401, 403) THEN 'auth'
    WHEN status = 429 THEN 'rate_limit'
    WHEN status BETWEEN 400 AND 499 THEN 'client'
    WHEN status = 502 THEN 'network'
    WHEN status = 503 THEN 'capacity'
    WHEN status = 504 THEN 'upstream'
    WHEN status >= 500 THEN 'own'
  END)`;

const STATUS_CLASS = `CASE WHEN status BETWEEN 100 AND 599 THEN (status // 100) || 'xx' END`;

/** A key of the record in SQL. */
export interface KeySql {
  key: string;
  /** Its value, of its own type. */
  sql: string;
  /** Its value as a text. */
  text: string;
  /** What the column of the answer is called, as SQL. */
  name: string;
  kind: 'text' | 'number' | 'time';
}

/** The expression of a key. Throws UnwritableQuery for what is none, such as a variable. */
export function keySql(key: string): KeySql {
  const parsed = parseKey(key);
  const name = identifier(key);
  const textual = (sql: string): KeySql => ({ key, sql, text: sql, name, kind: 'text' });
  if (parsed === undefined) {
    throw new UnwritableQuery(`${key} is not a key of the record, so there is no column for it. Choose a key first.`);
  }
  if (parsed.kind === 'status_class') {
    return textual(STATUS_CLASS);
  }
  if (parsed.kind === 'attribute') {
    return textual(`attributes[${sqlLiteral(parsed.attribute)}]`);
  }
  const { name: column, type } = parsed.column;
  switch (type) {
    case 'double':
      return {
        key,
        sql: column,
        text: `regexp_replace(CAST(${column} AS VARCHAR), '\\.0$', '')`,
        name,
        kind: 'number',
      };
    case 'integer':
    case 'long':
      return { key, sql: column, text: `CAST(${column} AS VARCHAR)`, name, kind: 'number' };
    case 'timestamp':
      return { key, sql: column, text: `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%gZ')`, name, kind: 'time' };
    case 'date':
      return textual(`CAST(${column} AS VARCHAR)`);
    default:
      return textual(column === 'error_owner' ? OWNER : column);
  }
}

/** Type of a key's column as filters compare it. */
export function columnType(key: string): 'text' | 'number' | 'time' | 'attribute' {
  if (key.startsWith('attributes.')) {
    return 'attribute';
  }
  const type = recordColumn(key)?.type;
  return type === 'timestamp' ? 'time' : type === 'integer' || type === 'long' || type === 'double' ? 'number' : 'text';
}
