import type { Filter, KeyFilter } from '@apitrail/contract';

import { columnType, keySql } from './keys';
import { UnwritableQuery } from './unwritable';
import {
  firstText,
  hasVariable,
  joinedText,
  listOfTexts,
  patternText,
  wholeVariable,
  type Variables,
} from './variables';

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
  const { sql } = keySql(key);
  switch (operator) {
    case 'exists':
      return `${sql} IS NOT NULL`;
    case '!exists':
      return `${sql} IS NULL`;
    case '=~':
    case '!~':
      return matched(filter, variables);
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

/** Values of a variable that restrict nothing: none, and what "All" stands for by convention. */
const NO_VALUE = "['']";
const ALL_VALUES = "['.*']";

function oneOf(filter: KeyFilter, variables: Variables): string {
  const { sql } = keySql(filter.key);
  const values = given(filter);
  const variable = values.length === 1 ? wholeVariable(values[0]!, variables) : undefined;
  const among = isAmong(filter.key, values, variables);
  if (variable !== undefined) {
    return `([${variable}] IN (${NO_VALUE}, ${ALL_VALUES}) OR ${among})`;
  }
  const [value] = values;
  return values.length === 1 && !hasVariable(value!, variables)
    ? `${sql} = ${literal(filter.key, value!, variables)}`
    : among;
}

/** What is not the value, and what has none. */
function noneOf(filter: KeyFilter, variables: Variables): string {
  const { sql } = keySql(filter.key);
  const values = given(filter);
  const [value] = values;
  if (value === undefined) {
    return 'TRUE';
  }
  if (values.length === 1 && !hasVariable(value, variables)) {
    return `${sql} IS DISTINCT FROM ${literal(filter.key, value, variables)}`;
  }
  const notAmong = isAmong(filter.key, values, variables, true);
  const variable = values.length === 1 ? wholeVariable(value, variables) : undefined;
  return variable === undefined
    ? `(${sql} IS NULL OR ${notAmong})`
    : `(${sql} IS NULL OR [${variable}] = ${NO_VALUE} OR ([${variable}] <> ${ALL_VALUES} AND ${notAmong}))`;
}

/** Whether the key has one of the values, or none of them; never true where it has no value. */
function isAmong(key: string, values: readonly string[], variables: Variables, not = false): string {
  const { sql } = keySql(key);
  const single: string[] = [];
  const lists: string[] = [];
  for (const value of values) {
    const variable = columnType(key) === 'time' ? undefined : wholeVariable(value, variables);
    if (variable !== undefined || !hasVariable(value, variables)) {
      single.push(variable ?? literal(key, value, variables));
    } else {
      lists.push(listOf(key, value, variables));
    }
  }
  const no = not ? 'NOT ' : '';
  const pieces = [
    ...(single.length > 0 ? [`${sql} ${no}IN (${single.join(', ')})`] : []),
    ...lists.map((list) => `${no}list_contains(${list}, ${sql})`),
  ];
  return pieces.length === 0 ? 'FALSE' : pieces.length === 1 ? pieces[0]! : `(${pieces.join(not ? ' AND ' : ' OR ')})`;
}

/** A list of the values that a text with variables gives, of the type of the key. */
function listOf(key: string, value: string, variables: Variables): string {
  const texts = listOfTexts(value, variables);
  const type = columnType(key);
  return type === 'number' || type === 'time' ? `[${typed(type, 'v')} FOR v IN ${texts}]` : texts;
}

/** A value without variables as it stands beside its column. */
function literal(key: string, value: string, variables: Variables): string {
  const type = columnType(key);
  return type === 'number' || type === 'time' ? ordered(key, value) : joinedText(value, variables);
}

/** A text of which only the variable knows what is in it, as a number or time. */
function typed(type: 'number' | 'time', sql: string): string {
  return type === 'number'
    ? `CAST(${sql} AS DOUBLE)`
    : `coalesce(make_timestamptz(TRY_CAST(${sql} AS BIGINT) * 1000), TRY_CAST(${sql} AS TIMESTAMPTZ))`;
}

/** Patterns; one that is a variable as a whole may restrict nothing. */
function matched({ key, operator, value = '' }: KeyFilter, variables: Variables): string {
  if (columnType(key) === 'time') {
    throw new UnwritableQuery(`${key} is a time, which has no pattern. Compare it with < or >= instead.`);
  }
  const { text: asText } = keySql(key);
  const pattern = patternText(value, variables);
  const matches = `regexp_matches(${asText}, ${pattern})`;
  const whole = wholeVariable(value, variables) !== undefined;
  if (operator === '=~') {
    return whole ? `(${pattern} IN ('', '.*') OR ${matches})` : matches;
  }
  return `(${whole ? `${pattern} = '' OR ` : ''}${asText} IS NULL OR NOT ${matches})`;
}

function ordered(key: string, value: string): string {
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
  if (hasVariable(value, variables)) {
    const variable = wholeVariable(value, variables);
    const condition = comparedWith(firstText(value, variables), { key, operator });
    return variable === undefined ? condition : `([${variable}] IN (${NO_VALUE}, ${ALL_VALUES}) OR ${condition})`;
  }
  if (type === 'number' || type === 'time') {
    return `${sql} ${operator} ${ordered(key, value)}`;
  }
  const asText = `${sql} ${operator} ${joinedText(value, variables)}`;
  if (type === 'text' || !DECIMAL.test(value) || !Number.isFinite(Number(value))) {
    return asText;
  }
  const number = `TRY_CAST(${sql} AS DOUBLE)`;
  return `CASE WHEN isfinite(${number}) THEN ${number} ${operator} ${Number(value)} ELSE ${asText} END`;
}

/** The same with a text that only the variables know. */
function comparedWith(value: string, { key, operator }: Pick<KeyFilter, 'key' | 'operator'>): string {
  const { sql } = keySql(key);
  const type = columnType(key);
  if (type === 'number' || type === 'time') {
    return `${sql} ${operator} ${typed(type, value)}`;
  }
  const asText = `${sql} ${operator} ${value}`;
  if (type === 'text') {
    return asText;
  }
  const [number, other] = [sql, value].map((side) => `TRY_CAST(${side} AS DOUBLE)`);
  return `CASE WHEN isfinite(${number}) AND isfinite(${other}) THEN ${number} ${operator} ${other} ELSE ${asText} END`;
}
