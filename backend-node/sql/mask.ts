import { endOfQuoted, PARTITION_COLUMN, RECORD_COLUMNS } from '@apitrail/contract';

import { tokenAt } from './macros/tokens';

/** Names in quotes that are kept: those of the columns that everybody has. */
const COLUMNS: ReadonlySet<string> = new Set([...RECORD_COLUMNS, PARTITION_COLUMN].map(({ name }) => name));

/**
 * SQL with everything left out that may name a person: texts and numbers become `?`, comments go. Names of tables, columns
 * and functions stay, so that a log tells what was asked and not about whom; but a name in quotes stays only where it is a
 * column of the record, since a text is often put into double quotes by mistake.
 */
export function maskSql(sql: string): string {
  let masked = '';
  for (let offset = 0; offset < sql.length;) {
    const end = endOfQuoted(sql, offset);
    const token = end === undefined ? tokenAt(sql, offset) : sql.slice(offset, end);
    masked += end === undefined ? maskCode(token) : maskQuoted(token);
    offset += token.length;
  }
  return masked.replace(/\s+/g, ' ').trim();
}

/** A number, or a parameter's, is left out; a word or sign stays. */
function maskCode(token: string): string {
  return token.replace(/^\$?\d.*/s, '?');
}

function maskQuoted(token: string): string {
  if (token.startsWith('--') || token.startsWith('/*')) {
    return ' ';
  }
  if (token.startsWith('"')) {
    return COLUMNS.has(token.slice(1, -1)) ? token : '"?"';
  }
  return '?';
}
