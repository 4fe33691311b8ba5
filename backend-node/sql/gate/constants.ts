import { isNode } from './checks';
import type { Json } from './parse';
import { foldCase, type Node } from './walker';

/** The text a literal is, undefined when the expression is no text that is written out. */
export function textOf(expression: Json | undefined): string | undefined {
  const literal = literalOf(expression);
  return typeof literal?.value === 'string' && literal.type === 'VARCHAR' ? literal.value : undefined;
}

/** The number an expression always is, undefined when that cannot be told from the text. */
export function numberOf(expression: Json | undefined): number | undefined {
  if (!isNode(expression)) {
    return undefined;
  }
  const literal = literalOf(expression);
  if (literal) {
    return literalNumber(literal);
  }
  const { class: kind, child } = expression;
  if (kind === 'CAST') {
    const text = textOf(child ?? null);
    return isNumeric(expression) ? (text === undefined ? numberOf(child ?? null) : numberIn(text)) : undefined;
  }
  const call = callOf(expression);
  const [left, right] = call?.arguments.map(numberOf) ?? [];
  if (left === undefined || (call!.arguments.length === 2 && right === undefined)) {
    return undefined;
  }
  switch (call!.name) {
    case '+':
      return left + (right ?? 0);
    case '-':
      return right === undefined ? -left : left - right;
    case '*':
      return right === undefined ? undefined : left * right;
    case '/':
    case '//':
      return right ? left / right : undefined;
    case 'trunc':
      return Math.trunc(left);
    default:
      return undefined;
  }
}

/** The most an expression can be: the number it is, or what `least` lets through. */
export function mostOf(expression: Json | undefined): number | undefined {
  const exact = numberOf(expression);
  if (exact !== undefined || !isNode(expression)) {
    return exact;
  }
  if (expression['class'] === 'CAST') {
    return isNumeric(expression) ? mostOf(expression['child'] ?? null) : undefined;
  }
  const call = callOf(expression);
  const known = call?.name === 'least' ? call.arguments.map(mostOf).filter((bound) => bound !== undefined) : [];
  return known.length > 0 ? Math.min(...known) : undefined;
}

/** The times between which an expression always is, epoch milliseconds. */
export interface TimeBounds {
  earliest: number;
  latest: number;
}

/** Between which times an expression always is. The present counts: it hardly moves. */
export function timeOf(expression: Json | undefined, now = Date.now()): TimeBounds | undefined {
  if (!isNode(expression)) {
    return undefined;
  }
  const { class: kind, child, column_names: column } = expression;
  if (kind === 'CAST') {
    const text = textOf(child ?? null);
    return !TIME_TYPE.test(castType(expression))
      ? undefined
      : text === undefined
        ? timeOf(child ?? null, now)
        : at(parseTime(text));
  }
  if (kind === 'COLUMN_REF') {
    const [only] = Array.isArray(column) && column.length === 1 ? column : [];
    return typeof only === 'string' && PRESENT.has(foldCase(only)) ? at(now) : undefined;
  }
  const call = callOf(expression);
  if (!call) {
    return undefined;
  }
  const [first, second] = call.arguments;
  if (PRESENT.has(call.name) && first === undefined) {
    return at(now);
  }
  const unit = EPOCH_UNITS[call.name];
  if (unit !== undefined) {
    const epoch = numberOf(first);
    return at(epoch === undefined ? undefined : epoch * unit);
  }
  if (call.name === 'date_trunc' || call.name === 'time_bucket') {
    const [time, width] = [timeOf(second, now), call.name === 'date_trunc' ? unitOf(textOf(first)) : stepOf(first)];
    return time && width !== undefined
      ? { earliest: time.earliest - Math.abs(width) * LONGEST_MONTH, latest: time.latest }
      : undefined;
  }
  const [time, step] = [timeOf(first, now), stepOf(second)];
  if (time === undefined || step === undefined) {
    return undefined;
  }
  const moved = call.name === '+' ? step : call.name === '-' ? -step : undefined;
  // Months are of 28 to 31 days.
  const more = moved === undefined ? 0 : moved * LONGEST_MONTH;
  return moved === undefined
    ? undefined
    : { earliest: time.earliest + Math.min(moved, more), latest: time.latest + Math.max(moved, more) };
}

function at(time: number | undefined): TimeBounds | undefined {
  return time === undefined ? undefined : { earliest: time, latest: time };
}

/** The width an expression always is as an INTERVAL, milliseconds; months count 28 days, the least they have. */
export function stepOf(expression: Json | undefined): number | undefined {
  if (!isNode(expression)) {
    return undefined;
  }
  if (expression['class'] === 'CAST') {
    return parseInterval(textOf(expression['child'] ?? null));
  }
  const call = callOf(expression);
  const unit = call && INTERVAL_UNITS[call.name.replace(/^to_/, '').replace(/s$/, '')];
  const amount = numberOf(call?.arguments[0]);
  return unit !== undefined && amount !== undefined && call!.name.startsWith('to_') ? amount * unit : undefined;
}

/** Functions and words that are the present. */
const PRESENT: ReadonlySet<string> = new Set([
  ...['now', 'current_timestamp', 'get_current_timestamp', 'transaction_timestamp', 'current_date', 'today'],
]);

/** Functions that make a time of a number since the epoch, and the milliseconds one of their units is. */
const EPOCH_UNITS: Readonly<Record<string, number>> = {
  make_timestamp: 0.001,
  make_timestamptz: 0.001,
  make_timestamp_ms: 1,
  epoch_ms: 1,
  to_timestamp: 1000,
};

const DAY = 86_400_000;
const INTERVAL_UNITS: Readonly<Record<string, number>> = {
  microsecond: 0.001,
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: DAY,
  week: 7 * DAY,
  month: 28 * DAY,
  quarter: 89 * DAY,
  year: 365 * DAY,
  decade: 3652 * DAY,
  century: 36_524 * DAY,
  millennium: 365_242 * DAY,
};

/** How much longer a unit of INTERVAL_UNITS may be than it says there. */
const LONGEST_MONTH = 31 / 28;

/** ISO 8601 with a blank or a T, and what DuckDB lets be left out. Others may mean other years to DuckDB than here. */
const ISO_TIME = /^[+-]?\d{4,6}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/;

function parseTime(text: string): number | undefined {
  const iso = text.trim().replace(' ', 'T');
  const time = ISO_TIME.test(iso) ? Date.parse(/T.*[+-]\d\d$/.test(iso) ? `${iso}:00` : iso) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

const AMOUNT = /\s*([+-]?\d+(?:\.\d+)?)\s*([a-z]+)\s*/iy;

/** `1 day 12 hours`: amounts, each with its unit, added up. */
function parseInterval(text: string | undefined): number | undefined {
  let sum: number | undefined;
  AMOUNT.lastIndex = 0;
  for (let done = 0; done < (text ?? '').length; done = AMOUNT.lastIndex) {
    const [, amount, word] = AMOUNT.exec(text!) ?? [];
    const unit = unitOf(word);
    if (amount === undefined || unit === undefined) {
      return undefined;
    }
    sum = (sum ?? 0) + Number(amount) * unit;
  }
  return sum;
}

/** The milliseconds of a unit, such as `hour` or `Hours`. */
function unitOf(word: string | undefined): number | undefined {
  const name = (word ?? '').toLowerCase().replace(/s$/, '');
  return Object.hasOwn(INTERVAL_UNITS, name) ? INTERVAL_UNITS[name] : undefined;
}

const NUMERIC_TYPES: ReadonlySet<string> = new Set([
  ...[
    'TINYINT',
    'SMALLINT',
    'INTEGER',
    'BIGINT',
    'HUGEINT',
    'UTINYINT',
    'USMALLINT',
    'UINTEGER',
    'UBIGINT',
    'UHUGEINT',
  ],
  ...['BIGNUM', 'FLOAT', 'DOUBLE', 'DECIMAL'],
]);
const TIME_TYPE = /^(?:DATE|TIMESTAMP.*)$/;

/** Whether a CAST makes a number, and so keeps the value of what it is given if that is one or is written out. */
function isNumeric(cast: Node): boolean {
  return NUMERIC_TYPES.has(castType(cast));
}

function castType({ cast_type: type }: Node): string {
  return isNode(type) ? String(type['id']) : '';
}

function callOf(expression: Json | undefined): { name: string; arguments: Json[] } | undefined {
  if (!isNode(expression) || expression['class'] !== 'FUNCTION') {
    return undefined;
  }
  const { function_name: name, children } = expression;
  return typeof name === 'string' && Array.isArray(children)
    ? { name: foldCase(name), arguments: children }
    : undefined;
}

interface Literal {
  type: string;
  value: Json | undefined;
  scale: number;
}

function literalOf(expression: Json | undefined): Literal | undefined {
  if (!isNode(expression) || expression['class'] !== 'CONSTANT' || !isNode(expression['value'])) {
    return undefined;
  }
  const { type, value } = expression['value'];
  const { id, type_info: info } = isNode(type) ? type : {};
  const scale = isNode(info) ? info['scale'] : 0;
  return { type: String(id), value, scale: typeof scale === 'number' ? scale : 0 };
}

function literalNumber({ value, scale }: Literal): number | undefined {
  if (typeof value === 'number') {
    return value / 10 ** scale;
  }
  if (isNode(value) && typeof value['upper'] === 'number' && typeof value['lower'] === 'number') {
    return value['upper'] * 2 ** 64 + value['lower'];
  }
  return undefined;
}

function numberIn(text: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
