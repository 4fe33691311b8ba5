import type { Filter, KeyFilter } from '@apitrail/contract';

import { columnType, keySql } from './keys';
import { hasVariable, text, variableOf, type Variables } from './literals';
import { UnwritableQuery } from './unwritable';

/** Conditions in which filters hold, to be joined with AND. A row of which one is null does not match. */
export function conditions(filters: readonly Filter[] | undefined, variables: Variables): string[] {
  return (filters ?? []).map((filter) => condition(filter, variables));
}

/** One condition of which nothing has to be known to put it beside others. */
export function allOf(pieces: readonly string[]): string {
  return pieces.length === 0 ? 'TRUE' : pieces.length === 1 ? pieces[0]! : `(${pieces.join(' AND ')})`;
}

function condition(filter: Filter, variables: Variables): string {
  if ('any' in filter) {
    const pieces = conditions(filter.any, variables);
    return pieces.length === 0 ? 'FALSE' : pieces.length === 1 ? pieces[0]! : `(${pieces.join(' OR ')})`;
  }
  if ('all' in filter) {
    return allOf(conditions(filter.all, variables));
  }
  return keyCondition(filter, variables);
}

function keyCondition(filter: KeyFilter, variables: Variables): string {
  const { key, operator } = filter;
  const { sql, text: asText } = keySql(key);
  switch (operator) {
    case 'exists':
      return `${sql} IS NOT NULL`;
    case '!exists':
      return `${sql} IS NULL`;
    case '=~':
      return `regexp_matches(${asText}, ${pattern(filter.value ?? '', variables)})`;
    case '!~':
      return `(${asText} IS NULL OR NOT regexp_matches(${asText}, ${pattern(filter.value ?? '', variables)}))`;
    case '=':
      return statusRange(filter) ?? oneOf(filter, variables);
    case '=|':
      return oneOf(filter, variables);
    case '!=':
    case '!=|':
      return noneOf(filter, variables);
    default:
      return compared(filter, variables);
  }
}

/** A class of statuses as people write it. */
function statusRange({ key, value = '' }: KeyFilter): string | undefined {
  const digit = key === 'status_class' ? /^([1-5])xx$/.exec(value)?.[1] : undefined;
  return digit === undefined ? undefined : `status BETWEEN ${digit}00 AND ${digit}99`;
}

function given({ operator, value, values }: KeyFilter): string[] {
  return operator.endsWith('|') ? (values ?? []) : [value ?? ''];
}

function oneOf(filter: KeyFilter, variables: Variables): string {
  const { sql } = keySql(filter.key);
  const items = given(filter).map((value) => item(filter.key, value, variables));
  if (items.length === 0) {
    return 'FALSE';
  }
  return items.length === 1 && !items[0]!.list ? `${sql} = ${items[0]!.sql}` : `${sql} IN (${list(items)})`;
}

/** What is not the value, and what has none. */
function noneOf(filter: KeyFilter, variables: Variables): string {
  const { sql } = keySql(filter.key);
  const items = given(filter).map((value) => item(filter.key, value, variables));
  if (items.length === 0) {
    return 'TRUE';
  }
  return items.length === 1 && !items[0]!.list
    ? `${sql} IS DISTINCT FROM ${items[0]!.sql}`
    : `(${sql} IS NULL OR ${sql} NOT IN (${list(items)}))`;
}

interface Item {
  sql: string;
  /** Whether it may become several values: a variable. */
  list: boolean;
}

function list(items: readonly Item[]): string {
  return items.map(({ sql }) => sql).join(', ');
}

/** A value of a filter as it stands beside its column. */
function item(key: string, value: string, variables: Variables): Item {
  const variable = variableOf(value, variables);
  if (columnType(key) === 'number' || columnType(key) === 'time') {
    return variable === undefined
      ? { sql: ordered(key, value, variables), list: false }
      : { sql: `\${${variable}:csv}`, list: true };
  }
  return variable === undefined
    ? { sql: text(value, variables), list: false }
    : { sql: `\${${variable}:sqlstring}`, list: true };
}

/** A pattern; a variable with several values matches any of them. */
function pattern(value: string, variables: Variables): string {
  const variable = variableOf(value, variables);
  return variable === undefined ? text(value, variables) : `'(\${${variable}:pipe})'`;
}

function ordered(key: string, value: string, variables: Variables): string {
  if (hasVariable(value, variables)) {
    return value;
  }
  if (columnType(key) === 'number') {
    const number = value.trim() === '' ? NaN : Number(value);
    if (!Number.isFinite(number)) {
      throw new UnwritableQuery(`${key} is a number, ${JSON.stringify(value)} is not. Mend the filter first.`);
    }
    return String(number);
  }
  const ms = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : Date.parse(value);
  if (!Number.isFinite(new Date(ms).getTime())) {
    throw new UnwritableQuery(`${key} is a time, ${JSON.stringify(value)} is not. Mend the filter first.`);
  }
  return `TIMESTAMPTZ '${new Date(ms).toISOString()}'`;
}

const DECIMAL = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i;

/** Numbers and times as such, texts as texts; attributes as numbers where both sides are one. */
function compared({ key, operator, value = '' }: KeyFilter, variables: Variables): string {
  const { sql } = keySql(key);
  const type = columnType(key);
  if (type === 'number' || type === 'time') {
    return `${sql} ${operator} ${ordered(key, value, variables)}`;
  }
  const asText = `${sql} ${operator} ${text(value, variables)}`;
  if (type === 'text' || !DECIMAL.test(value) || !Number.isFinite(Number(value))) {
    return asText;
  }
  const number = `TRY_CAST(${sql} AS DOUBLE)`;
  return `CASE WHEN isfinite(${number}) THEN ${number} ${operator} ${Number(value)} ELSE ${asText} END`;
}
