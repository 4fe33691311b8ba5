import { DEEPEST_VALUE, type AttributeValue } from './attribute-value';
import { idOf, type Id } from './ids';
import { badJson } from './json-scan';
import type { Nanos } from './wire-reader';
import { storableText } from '../../normalise/values';

/** An object of OTLP in JSON; `where` in what follows is its place, for people. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** An object; empty where there is none. */
export function objectAt(value: unknown, where: string): JsonObject {
  if (value === undefined || value === null) {
    return {};
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw badJson('is no object', where);
  }
  return value as JsonObject;
}

/** A list; empty where there is none. */
export function listAt(value: unknown, where: string): readonly unknown[] {
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw badJson('is no list', where);
  }
  return value;
}

/** A text; empty where there is none. */
export function textAt(value: unknown, where: string): string {
  if (value === undefined || value === null) {
    return '';
  }
  if (typeof value !== 'string') {
    throw badJson('is no text', where);
  }
  return storableText(value);
}

/** A number of an enumeration, or its name where senders write that against the specification; 0 where there is none. */
export function enumAt(value: unknown, names: readonly string[], where: string): number {
  if (value === undefined || value === null) {
    return 0;
  }
  if (typeof value === 'string' && names.includes(value)) {
    return names.indexOf(value);
  }
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw badJson('is no number of an enumeration', where);
  }
  return value;
}

/** An id of `digits` hexadecimal digits. */
export function idAt(value: unknown, digits: 16 | 32, where: string): Id {
  return idOf(textAt(value, where), digits);
}

/** A time in nanoseconds, as text or number; its `micros` is NaN where there is none. */
export function nanosAt(value: unknown, into: Nanos, where: string): void {
  into.micros = NaN;
  into.rest = 0;
  if (value === undefined || value === null || value === 0 || value === '0') {
    return;
  }
  const text = typeof value === 'number' && Number.isInteger(value) ? BigInt(value).toString() : value;
  if (typeof text !== 'string' || !/^\d{1,20}$/.test(text)) {
    throw badJson('is no count of nanoseconds', where);
  }
  into.micros = Number(text.slice(0, -3));
  into.rest = Number(text.slice(-3));
}

/** An AnyValue; undefined when it has none. */
export function valueAt(value: unknown, where: string, depth = 0): AttributeValue | undefined {
  if (depth > DEEPEST_VALUE) {
    throw badJson(`is nested deeper than ${DEEPEST_VALUE} levels`, where);
  }
  const any = objectAt(value, where);
  if (isPresent(any.stringValue)) {
    return textAt(any.stringValue, `${where}.stringValue`);
  }
  if (isPresent(any.intValue)) {
    return intAt(any.intValue, `${where}.intValue`);
  }
  if (isPresent(any.boolValue)) {
    if (typeof any.boolValue !== 'boolean') {
      throw badJson('is neither true nor false', `${where}.boolValue`);
    }
    return any.boolValue;
  }
  if (isPresent(any.doubleValue)) {
    return doubleAt(any.doubleValue, `${where}.doubleValue`);
  }
  if (isPresent(any.arrayValue)) {
    const place = `${where}.arrayValue.values`;
    const items = listAt(objectAt(any.arrayValue, `${where}.arrayValue`).values, place);
    return items
      .map((item, index) => valueAt(item, `${place}[${index}]`, depth + 1))
      .filter((item) => item !== undefined);
  }
  if (isPresent(any.kvlistValue)) {
    const place = `${where}.kvlistValue.values`;
    const map = Object.create(null) as { [key: string]: AttributeValue };
    listAt(objectAt(any.kvlistValue, `${where}.kvlistValue`).values, place).forEach((item, index) => {
      const member = objectAt(item, `${place}[${index}]`);
      const key = textAt(member.key, `${place}[${index}].key`);
      const inner = valueAt(member.value, `${place}[${index}].value`, depth + 1);
      if (key !== '' && inner !== undefined) {
        map[key] = inner;
      }
    });
    return map;
  }
  return isPresent(any.bytesValue) ? textAt(any.bytesValue, `${where}.bytesValue`) : undefined;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** A whole number, as text or number; as text where a double does not hold it. */
function intAt(value: unknown, where: string): number | string {
  if (typeof value === 'number' && Number.isInteger(value)) {
    return value;
  }
  if (typeof value !== 'string' || !/^-?\d{1,20}$/.test(value)) {
    throw badJson('is no whole number', where);
  }
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value).toString();
}

function doubleAt(value: unknown, where: string): number | string {
  if (typeof value === 'number') {
    return value;
  }
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') {
    return value;
  }
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
  if (!Number.isFinite(number)) {
    throw badJson('is no number', where);
  }
  return number;
}
