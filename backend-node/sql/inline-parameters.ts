import { ApitrailError } from '@apitrail/contract';

import type { Parameter, Sql } from '../engine/sql';

/**
 * The text of SQL with its parameters as literals: a view can have none. Only for SQL of ours, whose parameters are what a
 * person wrote. Throws APITRAIL_BAD_VALUE for a text with a character of code 0, which no statement can hold.
 */
export function inlineParameters(sql: Sql): string {
  const { text, parameters } = sql.compile();
  const parts: string[] = [];
  let copied = 0;
  for (let at = 0; at < text.length;) {
    const quote = text[at] === "'" || text[at] === '"' ? text[at]! : undefined;
    if (quote) {
      // A doubled quote within is two quoted pieces in a row, which is as good.
      const end = text.indexOf(quote, at + 1);
      at = end < 0 ? text.length : end + 1;
      continue;
    }
    const number = /^\$(\d+)/.exec(text.slice(at, at + 8))?.[1];
    if (number === undefined) {
      at++;
      continue;
    }
    parts.push(text.slice(copied, at), literalOf(parameters[Number(number) - 1]!));
    at += number.length + 1;
    copied = at;
  }
  return parts.join('') + text.slice(copied);
}

function literalOf({ type, value }: Parameter): string {
  if (type.endsWith('[]')) {
    const item = type.slice(0, -2) as Parameter['type'];
    const items = value == null ? undefined : (value as unknown[]).map((one) => literalOf({ type: item, value: one }));
    return items ? `CAST([${items.join(', ')}] AS ${type.toUpperCase()})` : `CAST(NULL AS ${type.toUpperCase()})`;
  }
  if (value === null || value === undefined) {
    return `CAST(NULL AS ${type === 'timestamptz_us' ? 'TIMESTAMPTZ' : type.toUpperCase()})`;
  }
  switch (type) {
    case 'varchar':
      return quoted(expectType(value, 'string', type));
    case 'boolean':
      return String(expectType(value, 'boolean', type));
    case 'double':
      return `CAST('${expectType(value, 'number', type)}' AS DOUBLE)`;
    case 'timestamptz_us':
      return `make_timestamptz(CAST(${BigInt(value as number | bigint)} AS BIGINT))`;
    default:
      return `CAST(${BigInt(value as number | bigint)} AS BIGINT)`;
  }
}

function quoted(text: string): string {
  if (text.includes('\0')) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      'A filter has a character of code 0, which SQL cannot hold. Remove it.',
      {
        where: 'filters',
      }
    );
  }
  return `'${text.replaceAll("'", "''")}'`;
}

function expectType(value: unknown, wanted: 'string' | 'boolean' | 'number', type: string) {
  if (typeof value !== wanted) {
    throw new TypeError(`${String(value)} cannot be bound as ${type}`);
  }
  return value as string;
}
