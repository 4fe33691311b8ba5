import { ApitrailError, PARTITION_COLUMN, RECORD_COLUMNS, recordColumn, type RecordColumn } from '@apitrail/contract';

import { identifier, join, literal, raw, sql, type Sql } from '../../engine/sql';
import { duckDbType } from '../schema';
import type { ColumnSource, ExternalDatasetConfig } from './config';

/** Their columns in a set of files, by name, with DuckDB's types. */
export type ColumnTypes = ReadonlyMap<string, string>;

const MS_PER_UNIT = { s: '1000', ms: '1', us: '0.001', ns: '0.000001' } as const;
const US_PER_TICK = { epoch_s: 1_000_000, epoch_ms: 1000, epoch_us: 1 } as const;

/** Types that hold a moment without saying a time zone; they are taken for UTC. */
const NAIVE_TIMES = new Set(['TIMESTAMP', 'TIMESTAMP_NS', 'TIMESTAMP_MS', 'TIMESTAMP_S', 'DATE']);
const INTEGERS = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT']);

/**
 * The select list that turns their columns into the record's: casts that fail give null, so does what is not mapped or
 * not in these files. Throws APITRAIL_BAD_CONFIG when a time is of a type that needs a format, or has one that does not fit.
 */
export function recordColumns(config: ExternalDatasetConfig, types: ColumnTypes, file: string): Sql {
  const columns = RECORD_COLUMNS.map((column) => {
    const expression = column.name === 'attributes' ? attributes(config, types) : mapped(column, config, types, file);
    return sql`${expression} AS ${identifier(column.name)}`;
  });
  const time = mapped(recordColumn('time')!, config, types, file);
  const date = sql`(DATE '1970-01-01' + CAST(floor(epoch_us(${time}) / 86400000000) AS INTEGER))`;
  return join([...columns, sql`${date} AS ${identifier(PARTITION_COLUMN.name)}`]);
}

/**
 * Milliseconds since the epoch for a bound that Parquet metadata has of a time, as a function of its text; undefined
 * when such bounds cannot be told, as for text.
 */
export function boundReader(
  source: ColumnSource,
  type: string | undefined,
  parseTimestampUs: (text: string) => number | undefined
): ((text: string) => number | undefined) | undefined {
  if (type === undefined || !('column' in source)) {
    return undefined;
  }
  if (type === 'TIMESTAMP WITH TIME ZONE' || NAIVE_TIMES.has(type)) {
    return (text) => {
      const us = parseTimestampUs(text);
      return us === undefined ? undefined : us / 1000;
    };
  }
  const format = source.format;
  return isNumber(type) && format !== undefined && format !== 'iso'
    ? (text) => (Number.isFinite(Number(text)) ? (Number(text) * US_PER_TICK[format]) / 1000 : undefined)
    : undefined;
}

function mapped(column: RecordColumn, config: ExternalDatasetConfig, types: ColumnTypes, file: string): Sql {
  const target = raw(duckDbType(column.type));
  const source = config.columns[column.name];
  if (!source) {
    return sql`CAST(NULL AS ${target})`;
  }
  if ('value' in source) {
    return sql`TRY_CAST(${literal(String(source.value))} AS ${target})`;
  }
  const type = types.get(source.column);
  if (type === undefined) {
    return sql`CAST(NULL AS ${target})`;
  }
  const theirs = identifier(source.column);
  if (column.type === 'timestamp') {
    return time(source, type, theirs, { config, column, file });
  }
  if (column.type === 'string') {
    return sql`nullif(TRY_CAST(${theirs} AS VARCHAR), '')`;
  }
  const factor = MS_PER_UNIT[source.unit ?? 'ms'];
  const value =
    factor === '1' ? sql`TRY_CAST(${theirs} AS ${target})` : sql`TRY_CAST(${theirs} AS DOUBLE) * ${raw(factor)}`;
  return column.type === 'double' && !isExact(type) ? finite(value) : value;
}

function isExact(type: string): boolean {
  return INTEGERS.has(type) || type === 'HUGEINT' || type.startsWith('DECIMAL');
}

/** A number, null for what is none: not a number, which sorts above all numbers, and infinity. */
function finite(value: Sql): Sql {
  return sql`CASE WHEN abs(${value}) <= ${raw(String(Number.MAX_VALUE))} THEN ${value} END`;
}

interface Place {
  config: ExternalDatasetConfig;
  column: RecordColumn;
  file: string;
}

function time(source: Extract<ColumnSource, { column: string }>, type: string, theirs: Sql, place: Place): Sql {
  const { format } = source;
  if (format !== undefined && format !== 'iso') {
    if (!isNumber(type) && type !== 'VARCHAR') {
      throw mismatch(place, source.column, `is ${type}: leave out the format ${format}`);
    }
    const perTick = raw(String(US_PER_TICK[format]));
    const us = INTEGERS.has(type)
      ? sql`CAST(${theirs} AS HUGEINT) * ${perTick}`
      : sql`round(TRY_CAST(${theirs} AS DOUBLE) * ${perTick})`;
    return sql`TRY(make_timestamptz(TRY_CAST(${us} AS BIGINT)))`;
  }
  if (type === 'TIMESTAMP WITH TIME ZONE') {
    // Bare, so that DuckDB skips row groups by it.
    return theirs;
  }
  if (NAIVE_TIMES.has(type)) {
    return sql`TRY(make_timestamptz(epoch_us(CAST(${theirs} AS TIMESTAMP))))`;
  }
  if (type === 'VARCHAR') {
    return sql`TRY_CAST(${theirs} AS TIMESTAMPTZ)`;
  }
  throw mismatch(place, source.column, `is ${type}: say how it is written with format: epoch_s, epoch_ms or epoch_us`);
}

/** Scalars become strings under their own names; maps are put in with their keys. What is null or empty is left out. */
function attributes({ attributes: names = [] }: ExternalDatasetConfig, types: ColumnTypes): Sql {
  const present = names.flatMap((name) => {
    const type = types.get(name);
    return type === undefined ? [] : [{ name, isMap: type.startsWith('MAP(') }];
  });
  const mapType = raw(duckDbType('map<string,string>'));
  if (present.length === 0) {
    return sql`CAST(NULL AS ${mapType})`;
  }
  const scalars = present
    .filter(({ isMap }) => !isMap)
    .map(({ name }) => sql`{'k': ${literal(name)}, 'v': TRY_CAST(${identifier(name)} AS VARCHAR)}`);
  const maps = present
    .filter(({ isMap }) => isMap)
    .map(({ name }) => sql`map_entries(TRY_CAST(${identifier(name)} AS ${mapType}))`)
    .map((entries) => sql`list_transform(coalesce(${entries}, []), lambda e: {'k': e.key, 'v': e.value})`);
  // The first of a name wins: a map may have a key once only.
  const entries = sql`list_filter(list_concat([${join(scalars)}]::STRUCT(k VARCHAR, v VARCHAR)[], ${join(maps.length > 0 ? maps : [raw('[]')])}), lambda e: e.v <> '')`;
  const unique = sql`list_filter(${entries}, lambda e, i: list_position(list_transform(${entries}, lambda o: o.k), e.k) = i)`;
  return sql`CASE WHEN len(${entries}) > 0 THEN map_from_entries(${maps.length > 0 ? unique : entries}) END`;
}

function isNumber(type: string): boolean {
  return isExact(type) || type === 'DOUBLE' || type === 'FLOAT';
}

function mismatch({ config, column, file }: Place, theirs: string, what: string): ApitrailError {
  const where = `datasets.${config.name}.columns.${column.name}`;
  return new ApitrailError('APITRAIL_BAD_CONFIG', `${where}: the column ${theirs} of ${file} ${what}.`, { where });
}
