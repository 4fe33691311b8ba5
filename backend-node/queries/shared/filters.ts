import {
  ApitrailError,
  COHORT_KEY,
  parseKey,
  type Filter,
  type FilterOperator,
  type KeyFilter,
  type RecordColumn,
} from '@apitrail/contract';

import type { Dialect } from '../../engine/dialect';
import { identifier, join, param, raw, sql, type Sql } from '../../engine/sql';
import { cohortSql, type Memberships } from '../cohorts/membership';
import { columnSql } from './columns';

/** What filters are turned into SQL with. */
export interface FilterContext {
  dialect: Dialect;
  /** What else the stored value of a key may be, given what a person wrote: pseudonyms of a customer. */
  pseudonyms?: ((key: string, value: string) => string[]) | undefined;
  /** Who is in the saved cohorts that filters may name. */
  cohorts?: Memberships | undefined;
}

/** A condition in which all filters hold; TRUE when there are none. Rows of which it is null do not match. */
export function conditionOf(filters: readonly Filter[], context: FilterContext, where = 'filters'): Sql {
  return all(filters.map((filter, index) => filterSql(filter, context, `${where}[${index}]`)));
}

function filterSql(filter: Filter, context: FilterContext, where: string): Sql {
  if ('any' in filter) {
    const pieces = filter.any.map((inner, index) => filterSql(inner, context, `${where}.any[${index}]`));
    return pieces.length === 0 ? sql`FALSE` : sql`(${join(pieces, ' OR ')})`;
  }
  if ('all' in filter) {
    return sql`(${conditionOf(filter.all, context, `${where}.all`)})`;
  }
  return keyFilterSql(filter, context, where);
}

function all(pieces: readonly Sql[]): Sql {
  return pieces.length === 0 ? sql`TRUE` : join(pieces, ' AND ');
}

function keyFilterSql(filter: KeyFilter, context: FilterContext, where: string): Sql {
  if (filter.key === COHORT_KEY) {
    return cohortSql(filter, context.cohorts, context.dialect, where);
  }
  const parsed = parseKey(filter.key);
  if (parsed === undefined) {
    throw new ApitrailError('APITRAIL_UNKNOWN_KEY', `${where}.key: ${filter.key} is not a key of the record.`, {
      where: `${where}.key`,
    });
  }
  if (parsed.kind === 'status_class') {
    return statusClassSql(filter, context.dialect);
  }
  if (parsed.kind === 'attribute') {
    const value = context.dialect.mapValue(identifier('attributes'), param('varchar', parsed.attribute));
    return textSql(value, filter, context, isComparison(filter.operator) ? 'number' : 'text');
  }
  const column = columnSql(parsed.column.name);
  switch (parsed.column.type) {
    case 'integer':
    case 'long':
    case 'double':
      return numberSql(column, filter, context.dialect, where, parsed.column.type);
    case 'timestamp':
      return timeSql(column, filter, where, parsed.column);
    default:
      return textSql(column, filter, context, 'text');
  }
}

function isComparison(operator: FilterOperator): operator is '<' | '<=' | '>' | '>=' {
  return operator === '<' || operator === '<=' || operator === '>' || operator === '>=';
}

function presence(column: Sql, operator: FilterOperator): Sql | undefined {
  if (operator === 'exists') {
    return sql`${column} IS NOT NULL`;
  }
  return operator === '!exists' ? sql`${column} IS NULL` : undefined;
}

function matches(text: Sql, filter: KeyFilter, dialect: Dialect): Sql {
  const match = dialect.regexpMatches(text, param('varchar', filter.value ?? ''));
  return filter.operator === '=~' ? match : sql`(${text} IS NULL OR NOT ${match})`;
}

const DECIMAL = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i;

/** Texts compare as texts; those of attributes as numbers where both sides are one. */
function textSql(column: Sql, filter: KeyFilter, context: FilterContext, order: 'text' | 'number'): Sql {
  const { operator } = filter;
  const { dialect } = context;
  switch (operator) {
    case '=':
    case '=|':
      return dialect.oneOf(column, wanted(filter, context));
    case '!=':
    case '!=|':
      return sql`(${column} IS NULL OR NOT ${dialect.oneOf(column, wanted(filter, context))})`;
    case '=~':
    case '!~':
      return matches(column, filter, dialect);
    case 'exists':
    case '!exists':
      return presence(column, operator)!;
    default: {
      const value = filter.value ?? '';
      const asText = sql`${column} ${raw(operator)} ${param('varchar', value)}`;
      const number = DECIMAL.test(value) ? Number(value) : NaN;
      if (order === 'text' || !Number.isFinite(number)) {
        return asText;
      }
      // Not a number sorts above all numbers, and infinity is none either.
      const cast = dialect.tryDouble(column);
      const parsed = sql`CASE WHEN abs(${cast}) <= ${raw(String(Number.MAX_VALUE))} THEN ${cast} END`;
      return sql`CASE WHEN ${parsed} IS NULL THEN ${asText} ELSE ${parsed} ${raw(operator)} ${param('double', number)} END`;
    }
  }
}

/** The values of a filter, with what each may be stored as. */
function wanted(filter: KeyFilter, context: FilterContext): string[] {
  const given = filter.operator === '=' || filter.operator === '!=' ? [filter.value ?? ''] : (filter.values ?? []);
  return [...new Set(given.flatMap((value) => [value, ...(context.pseudonyms?.(filter.key, value) ?? [])]))];
}

/** A value of a filter as a parameter; `at` is its field, for errors. */
type Bind = (text: string | undefined, at: string) => Sql;

function numberSql(column: Sql, filter: KeyFilter, dialect: Dialect, where: string, type: RecordColumn['type']): Sql {
  if (filter.operator === '=~' || filter.operator === '!~') {
    return matches(numberText(column, type), filter, dialect);
  }
  return comparison(column, filter, (text, at) => numberParameter(text, `${where}.${at}`, filter.key, type));
}

/** Every operator but the regular expressions, on a column whose values are ordered. */
function comparison(column: Sql, filter: KeyFilter, bind: Bind): Sql {
  const { operator } = filter;
  const values = () => join((filter.values ?? []).map((text, index) => bind(text, `values[${index}]`)));
  switch (operator) {
    case '=':
      return sql`${column} = ${bind(filter.value, 'value')}`;
    case '!=':
      return sql`${column} IS DISTINCT FROM ${bind(filter.value, 'value')}`;
    case '=|':
      return filter.values?.length ? sql`${column} IN (${values()})` : sql`FALSE`;
    case '!=|':
      return filter.values?.length ? sql`(${column} IS NULL OR ${column} NOT IN (${values()}))` : sql`TRUE`;
    case 'exists':
    case '!exists':
      return presence(column, operator)!;
    default:
      return sql`${column} ${raw(operator)} ${bind(filter.value, 'value')}`;
  }
}

/** A number as people read it: DuckDB writes whole ones of type DOUBLE with a `.0`. */
function numberText(column: Sql, type: RecordColumn['type']): Sql {
  const text = sql`CAST(${column} AS VARCHAR)`;
  return type === 'double' ? sql`regexp_replace(${text}, '\\.0$', '')` : text;
}

function numberParameter(text: string | undefined, where: string, key: string, type: RecordColumn['type']): Sql {
  const number = text === undefined || text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(number)) {
    throw new ApitrailError('APITRAIL_BAD_VALUE', `${where}: ${key} is a number, ${JSON.stringify(text)} is not.`, {
      where,
    });
  }
  return type !== 'double' && Number.isSafeInteger(number) ? param('bigint', number) : param('double', number);
}

function timeSql(column: Sql, filter: KeyFilter, where: string, { name }: Pick<RecordColumn, 'name'>): Sql {
  if (filter.operator === '=~' || filter.operator === '!~') {
    throw new ApitrailError('APITRAIL_BAD_VALUE', `${where}.operator: ${name} is a time; use = != < <= > >= with it.`, {
      where: `${where}.operator`,
    });
  }
  return comparison(column, filter, (text, at) => timeParameter(text, `${where}.${at}`, name));
}

/** Epoch milliseconds, or ISO 8601. */
function timeParameter(text: string | undefined, where: string, key: string): Sql {
  const us = microsecondsOf(text ?? '');
  // Microseconds are bound as whole numbers, which are exact up to the year 2255.
  if (!Number.isSafeInteger(us)) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      `${where}: ${key} is a time; give epoch milliseconds or ISO 8601, up to the year 2255, not ${JSON.stringify(text)}.`,
      { where }
    );
  }
  return param('timestamptz_us', us);
}

function microsecondsOf(text: string): number {
  if (/^-?\d+(\.\d+)?$/.test(text)) {
    return Math.round(Number(text) * 1000);
  }
  // Dates know milliseconds only.
  const beyond = /:\d\d[.,]\d{3}(\d{1,3})/.exec(text)?.[1] ?? '';
  return Date.parse(text) * 1000 + Number(beyond.padEnd(3, '0'));
}

const CLASS = /^([1-5])xx$/;

/** Ranges of `status`, which Parquet's statistics can prune by, wherever the class is known. */
function statusClassSql(filter: KeyFilter, dialect: Dialect): Sql {
  const status = identifier('status');
  const known = sql`${status} BETWEEN 100 AND 599`;
  const text = sql`CASE WHEN ${known} THEN concat(CAST(${dialect.integerDivide(status, sql`100`)} AS VARCHAR), 'xx') END`;
  switch (filter.operator) {
    case '=':
      return classesSql([filter.value ?? '']);
    case '=|':
      return classesSql(filter.values ?? []);
    case '!=':
      return sql`(${text} IS NULL OR NOT ${classesSql([filter.value ?? ''])})`;
    case '!=|':
      return sql`(${text} IS NULL OR NOT ${classesSql(filter.values ?? [])})`;
    case '=~':
    case '!~':
      return matches(text, filter, dialect);
    case 'exists':
      return known;
    case '!exists':
      return sql`(${status} IS NULL OR NOT ${known})`;
    default:
      return sql`${text} ${raw(filter.operator)} ${param('varchar', filter.value ?? '')}`;
  }
}

function classesSql(classes: readonly string[]): Sql {
  const ranges = classes.flatMap((text) => {
    const digit = CLASS.exec(text)?.[1];
    return digit === undefined ? [] : [sql`status BETWEEN ${raw(`${digit}00`)} AND ${raw(`${digit}99`)}`];
  });
  return ranges.length === 0 ? sql`FALSE` : sql`(${join(ranges, ' OR ')})`;
}
