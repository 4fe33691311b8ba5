import { identifier, join, param, raw, sql, type Sql } from './sql';

/**
 * The SQL in which engines differ, as functions that queries are written with. This is DuckDB's; Trino's will have the
 * same members. Everything else is written in the subset both share.
 */
export interface Dialect {
  readonly name: string;
  /** A TIMESTAMPTZ as microseconds since the epoch, BIGINT. */
  epochUs(time: Sql): Sql;
  /** Microseconds since the epoch as TIMESTAMPTZ. */
  fromEpochUs(us: Sql): Sql;
  /**
   * Start of the bucket a time falls in, in microseconds since the epoch: buckets of `widthUs`, one of which starts at
   * `originUs`. Integers throughout: calendar functions on time zones cost ten times as much.
   */
  bucketUs(time: Sql, widthUs: number, originUs?: number): Sql;
  /**
   * Wall-clock time in an IANA time zone, as TIMESTAMP, of microseconds since the epoch. Slow: convert buckets, not rows.
   */
  localTime(us: Sql, timezone: string): Sql;
  /** Hour of the day, 0 to 23, of a local time. */
  hourOfDay(local: Sql): Sql;
  /** Day of the week, Monday 1 to Sunday 7 (ISO 8601), of a local time. */
  dayOfWeek(local: Sql): Sql;
  /** Quantile with linear interpolation between closest ranks, of values that are not null. `q` is in 0–1. */
  quantile(value: Sql, q: number): Sql;
  /** Several such quantiles in one pass over the values: a list in the order of `qs`. */
  quantiles(value: Sql, qs: readonly number[]): Sql;
  /** Item of a list, counted from 0. */
  listItem(list: Sql, index: number): Sql;
  /** A sorted list of integers: the items of another (null is none) and one more. */
  sortedList(list: Sql, item: Sql): Sql;
  /** How often a value is in a list. */
  countInList(list: Sql, value: Sql): Sql;
  /** The least of a list of integers that is not below a number; null when there is none, or no list. */
  leastFrom(list: Sql, least: Sql): Sql;
  /** How often each value occurs, as a map from the value to a count. */
  histogram(value: Sql): Sql;
  /**
   * A relation made of parameters, one list per column, all of one length, and a column that counts the rows from
   * 0.
   */
  parameterRows(
    columns: ReadonlyArray<{ name: string; type: 'varchar[]' | 'double[]' | 'bigint[]'; values: readonly unknown[] }>,
    counter: string
  ): Sql;
  /** Whether RE2 `pattern` matches anywhere in `text`, case-sensitive; null when the text is. */
  regexpMatches(text: Sql, pattern: Sql): Sql;
  /** Value of a key of a map of strings; null when the map is null or has no such key. */
  mapValue(map: Sql, key: Sql): Sql;
  /** All keys of a map as a list; null when the map is. */
  mapKeys(map: Sql): Sql;
  /** Whether `value` is one of a list of strings; null when the value is. Faster than a long IN. */
  oneOf(value: Sql, values: readonly string[]): Sql;
  /** A string as a number, null when it is none. */
  tryDouble(text: Sql): Sql;
  /** Integer division that rounds towards zero. */
  integerDivide(dividend: Sql, divisor: Sql): Sql;
}

/** DuckDB's dialect. */
export const duckDbDialect: Dialect = {
  name: 'duckdb',
  epochUs: (time) => sql`epoch_us(${time})`,
  fromEpochUs: (us) => sql`make_timestamptz(CAST(${us} AS BIGINT))`,
  bucketUs: (time, widthUs, originUs = 0) => {
    const width = integer(widthUs);
    const origin = integer(originUs);
    // `//` rounds towards zero; the remainder made positive rounds towards the past, before the epoch as well.
    const offset = sql`(epoch_us(${time}) - ${origin})`;
    return sql`(epoch_us(${time}) - ((${offset} % ${width} + ${width}) % ${width}))`;
  },
  localTime: (us, timezone) =>
    sql`(make_timestamptz(CAST(${us} AS BIGINT)) AT TIME ZONE ${param('varchar', timezone)})`,
  hourOfDay: (local) => sql`CAST(extract('hour' FROM ${local}) AS INTEGER)`,
  dayOfWeek: (local) => sql`CAST(extract('isodow' FROM ${local}) AS INTEGER)`,
  quantile: (value, q) => sql`quantile_cont(${value}, ${raw(fraction(q))})`,
  quantiles: (value, qs) => sql`quantile_cont(${value}, [${raw(qs.map(fraction).join(', '))}])`,
  listItem: (list, index) => sql`${list}[${raw(String(index + 1))}]`,
  sortedList: (list, item) => sql`list_sort(list_append(CAST(${list} AS BIGINT[]), CAST(${item} AS BIGINT)))`,
  countInList: (list, value) => sql`len(list_filter(${list}, lambda one: one = ${value}))`,
  leastFrom: (list, least) => sql`list_min(list_filter(${list}, lambda one: one >= ${least}))`,
  histogram: (value) => sql`histogram(${value})`,
  parameterRows: (columns, counter) => {
    const lists = columns.map(({ name, type, values }) => sql`unnest(${param(type, values)}) AS ${identifier(name)}`);
    const rank = sql`unnest(range(${raw(String(columns[0]?.values.length ?? 0))})) AS ${identifier(counter)}`;
    return sql`(SELECT ${join([...lists, rank])})`;
  },
  regexpMatches: (text, pattern) => sql`regexp_matches(${text}, ${pattern})`,
  mapValue: (map, key) => sql`${map}[${key}]`,
  mapKeys: (map) => sql`map_keys(${map})`,
  oneOf: (value, values) =>
    values.length === 1
      ? sql`(${value} = ${param('varchar', values[0])})`
      : sql`list_contains(${param('varchar[]', values)}, ${value})`,
  tryDouble: (text) => sql`TRY_CAST(${text} AS DOUBLE)`,
  integerDivide: (dividend, divisor) => sql`(${dividend} // ${divisor})`,
};

function integer(value: number): Sql {
  if (!Number.isSafeInteger(value)) {
    throw new TypeError(`${value} is not an integer`);
  }
  return raw(`CAST(${value} AS BIGINT)`);
}

function fraction(q: number): string {
  if (!(q >= 0 && q <= 1)) {
    throw new TypeError(`${q} is not a quantile`);
  }
  return String(q);
}
