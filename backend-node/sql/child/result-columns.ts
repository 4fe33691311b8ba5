import {
  DuckDBArrayValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
  DuckDBUnionValue,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';

import type { UserColumn, UserColumnKind } from '../user-sql';

/** A column of a result, and how its values go over the pipe. */
export interface ColumnWriter extends UserColumn {
  write(value: DuckDBValue): unknown;
}

/** How a column of a type is written. */
export function columnWriter(name: string, type: DuckDBType): ColumnWriter {
  const kind = kindOf(type);
  return {
    name,
    type: type.alias ?? type.toString(),
    kind,
    write: (value) => (value === null ? null : WRITE[kind](value)),
  };
}

const KINDS: Partial<Record<DuckDBTypeId, UserColumnKind>> = {
  [DuckDBTypeId.BOOLEAN]: 'boolean',
  [DuckDBTypeId.TINYINT]: 'number',
  [DuckDBTypeId.SMALLINT]: 'number',
  [DuckDBTypeId.INTEGER]: 'number',
  [DuckDBTypeId.BIGINT]: 'number',
  [DuckDBTypeId.UTINYINT]: 'number',
  [DuckDBTypeId.USMALLINT]: 'number',
  [DuckDBTypeId.UINTEGER]: 'number',
  [DuckDBTypeId.UBIGINT]: 'number',
  [DuckDBTypeId.HUGEINT]: 'number',
  [DuckDBTypeId.UHUGEINT]: 'number',
  [DuckDBTypeId.FLOAT]: 'number',
  [DuckDBTypeId.DOUBLE]: 'number',
  [DuckDBTypeId.DECIMAL]: 'number',
  [DuckDBTypeId.DATE]: 'date',
  [DuckDBTypeId.TIMESTAMP]: 'time',
  [DuckDBTypeId.TIMESTAMP_S]: 'time',
  [DuckDBTypeId.TIMESTAMP_MS]: 'time',
  [DuckDBTypeId.TIMESTAMP_NS]: 'time',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'time',
  [DuckDBTypeId.LIST]: 'json',
  [DuckDBTypeId.ARRAY]: 'json',
  [DuckDBTypeId.STRUCT]: 'json',
  [DuckDBTypeId.MAP]: 'json',
  [DuckDBTypeId.UNION]: 'json',
};

function kindOf(type: DuckDBType): UserColumnKind {
  return type.alias === 'JSON' ? 'json' : (KINDS[type.typeId] ?? 'string');
}

const WRITE: Record<UserColumnKind, (value: DuckDBValue) => unknown> = {
  boolean: (value) => value,
  number: writeNumber,
  date: (value) => (value instanceof DuckDBDateValue && value.isFinite ? value.toString() : null),
  time: epochMs,
  string: (value) => String(value),
  json: (value) => (typeof value === 'string' ? parsed(value) : writeJson(value)),
};

function writeNumber(value: DuckDBValue): number | string {
  const number = value instanceof DuckDBDecimalValue ? value.toDouble() : Number(value);
  return Number.isFinite(number) ? number : String(number);
}

const TICKS_PER_MS = 1_000;

/** Milliseconds since the epoch; null for infinity. A timestamp without a zone is taken for UTC. */
function epochMs(value: DuckDBValue): number | null {
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) {
    return value.isFinite ? Number(value.micros) / TICKS_PER_MS : null;
  }
  if (value instanceof DuckDBTimestampMillisecondsValue) {
    return value.isFinite ? Number(value.millis) : null;
  }
  if (value instanceof DuckDBTimestampSecondsValue) {
    return value.isFinite ? Number(value.seconds) * 1000 : null;
  }
  if (value instanceof DuckDBTimestampNanosecondsValue) {
    return value.isFinite ? Number(value.nanos / 1000n) / TICKS_PER_MS : null;
  }
  return null;
}

/** A value within a list, struct or map: times as ISO text, whole numbers beyond 2^53 as text, the rest as JSON has it. */
function writeJson(value: DuckDBValue): unknown {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  if (value instanceof DuckDBDecimalValue) {
    return value.toDouble();
  }
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return value.items.map(writeJson);
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, item]) => [name, writeJson(item)]));
  }
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(value.entries.map(({ key, value: item }) => [mapKey(key), writeJson(item)]));
  }
  if (value instanceof DuckDBUnionValue) {
    return writeJson(value.value);
  }
  const ms = epochMs(value);
  return ms !== null && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(value);
}

function mapKey(key: DuckDBValue): string {
  const written = writeJson(key);
  return typeof written === 'string' ? written : JSON.stringify(written);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
