import { ApitrailError, parseKey, type Filter, type KeyFilter } from '@apitrail/contract';

import type { RequestRecord } from '../normalise';

/** Whether a record is what a filter asks for. */
export type Predicate = (record: RequestRecord) => boolean;

/** Columns that have no value yet, or another one later, when rules look at a record. */
const NOT_YET = new Set(['time', 'route', 'route_source', 'ingested_at', 'weight', 'date']);

/**
 * A filter as a function on records that have not been protected yet: customers are as the sender named them. It means what
 * the same filter means in a query. Throws an ApitrailError for a key that is not known yet, a value that is none of the
 * key, and an expression that is not valid.
 */
export function predicateOf(filter: Filter, where = 'match'): Predicate {
  if ('any' in filter) {
    const some = filter.any.map((inner, index) => predicateOf(inner, `${where}.any[${index}]`));
    return (record) => some.some((holds) => holds(record));
  }
  if ('all' in filter) {
    const every = filter.all.map((inner, index) => predicateOf(inner, `${where}.all[${index}]`));
    return (record) => every.every((holds) => holds(record));
  }
  const key = parseKey(filter.key);
  if (key === undefined || (key.kind === 'column' && NOT_YET.has(key.column.name))) {
    throw new ApitrailError(
      'APITRAIL_UNKNOWN_KEY',
      `${where}.key: ${filter.key} is not known yet when rules look at a request. Use path, method, status, service, user_agent, customer, attributes.<name> and the like.`,
      { where: `${where}.key` }
    );
  }
  switch (key.kind) {
    case 'status_class':
      return onText(filter, ({ status }) => classOf(status), 'text', where);
    case 'attribute':
      return onText(filter, ({ attributes }) => attributes?.[key.attribute] || undefined, 'number', where);
    default: {
      const name = key.column.name as keyof RequestRecord;
      return key.column.type === 'string'
        ? onText(filter, (record) => (record[name] as string | undefined) || undefined, 'text', where)
        : onNumber(filter, (record) => record[name] as number | undefined, where);
    }
  }
}

const classOf = (status: number | undefined): string | undefined =>
  status !== undefined && status >= 100 && status <= 599 ? `${Math.floor(status / 100)}xx` : undefined;

const DECIMAL = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i;

function numberIn(text: string): number | undefined {
  const number = DECIMAL.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : undefined;
}

function onText(
  filter: KeyFilter,
  read: (record: RequestRecord) => string | undefined,
  order: 'text' | 'number',
  where: string
): Predicate {
  const { operator, value = '', values = [] } = filter;
  switch (operator) {
    case '=':
      return (record) => read(record) === value;
    case '!=':
      return (record) => read(record) !== value;
    case '=|':
    case '!=|': {
      const wanted = new Set(values);
      const negative = operator === '!=|';
      return (record) => {
        const text = read(record);
        return (text !== undefined && wanted.has(text)) !== negative;
      };
    }
    case 'exists':
      return (record) => read(record) !== undefined;
    case '!exists':
      return (record) => read(record) === undefined;
    case '=~':
    case '!~': {
      const expression = expressionOf(value, `${where}.value`);
      const negative = operator === '!~';
      return (record) => {
        const text = read(record);
        return (text !== undefined && expression.test(text)) !== negative;
      };
    }
    default: {
      const number = order === 'number' ? numberIn(value) : undefined;
      return (record) => {
        const text = read(record);
        if (text === undefined) {
          return false;
        }
        const own = number === undefined ? undefined : numberIn(text);
        return own === undefined
          ? isOrdered(Buffer.compare(Buffer.from(text), Buffer.from(value)), operator)
          : isOrdered(own - number!, operator);
      };
    }
  }
}

function onNumber(filter: KeyFilter, read: (record: RequestRecord) => number | undefined, where: string): Predicate {
  const { operator, value, values = [] } = filter;
  const numberOf = (text: string | undefined, at: string): number => {
    const number = text === undefined || text.trim() === '' ? NaN : Number(text);
    if (!Number.isFinite(number)) {
      throw new ApitrailError(
        'APITRAIL_BAD_VALUE',
        `${where}.${at}: ${filter.key} is a number, ${JSON.stringify(text)} is not.`,
        { where: `${where}.${at}` }
      );
    }
    return number;
  };
  switch (operator) {
    case 'exists':
    case '!exists':
      return (record) => (read(record) !== undefined) === (operator === 'exists');
    case '=~':
    case '!~':
      return onText(filter, (record) => read(record)?.toString(), 'text', where);
    case '=|':
    case '!=|': {
      const wanted = new Set(values.map((text, index) => numberOf(text, `values[${index}]`)));
      const negative = operator === '!=|';
      return (record) => {
        const number = read(record);
        return (number !== undefined && wanted.has(number)) !== negative;
      };
    }
    default: {
      const wanted = numberOf(value, 'value');
      if (operator === '=' || operator === '!=') {
        return (record) => (read(record) === wanted) === (operator === '=');
      }
      return (record) => {
        const number = read(record);
        return number !== undefined && isOrdered(number - wanted, operator);
      };
    }
  }
}

function isOrdered(difference: number, operator: '<' | '<=' | '>' | '>='): boolean {
  switch (operator) {
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
  }
}

/** What RE2, in which queries are asked, does not know. */
const BEYOND_RE2 = /\(\?(?:[=!]|<[=!])|\\[1-9]|\\k</;

/** An expression of RE2 as one of JavaScript. */
function expressionOf(text: string, where: string): RegExp {
  const [, flags = '', body = ''] = /^(?:\(\?([ims]+)\))?([\s\S]*)$/.exec(text)!;
  const refuse = (why: string) =>
    new ApitrailError('APITRAIL_BAD_REGEX', `${where}: ${JSON.stringify(text)} is not a valid expression: ${why}.`, {
      where,
    });
  if (BEYOND_RE2.test(body)) {
    throw refuse('look-around and back references are not in RE2');
  }
  const named = body
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\z', '$')
    .replaceAll('\\A', '^')
    .replace(/\\([pP])([A-Z])/g, '\\$1{$2}');
  for (const mode of ['u', '']) {
    try {
      return new RegExp(named, flags + mode);
    } catch (error) {
      if (mode === '') {
        throw refuse((error as Error).message);
      }
    }
  }
  throw refuse('it cannot be read');
}
