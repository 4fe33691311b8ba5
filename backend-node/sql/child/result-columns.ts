import { FURTHEST_TIME } from '@apitrail/contract';
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

import type { UserColumn, UserColumnKind, ValueLoss } from '../user-sql';

/** A column of a result, and how its values go over the pipe. */
export interface ColumnWriter extends UserColumn {
  write(value: DuckDBValue): unknown;
  /** What of the values written so far did not go over whole. */
  readonly losses: ReadonlySet<ValueLoss>;
}

/** How a column of a type is written. */
export function columnWriter(name: string, type: DuckDBType): ColumnWriter {
  const kind = kindOf(type);
  const losses = new Set<ValueLoss>();
  return {
    name,
    type: type.alias ?? type.toString(),
    kind,
    losses,
    write: (value) => (value === null ? null : WRITE[kind](value, (loss) => losses.add(loss))),
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

type Lose = (loss: ValueLoss) => void;

const WRITE: Record<UserColumnKind, (value: DuckDBValue, lose: Lose) => unknown> = {
  boolean: (value) => value,
  number: writeNumber,
  date: (value) => (value instanceof DuckDBDateValue && value.isFinite ? value.toString() : null),
  time: writeTime,
  string: (value) => String(value),
  json: (value) => (typeof value === 'string' ? parsed(value) : writeJson(value)),
};

function writeNumber(value: DuckDBValue, lose: Lose): number | string {
  const number = value instanceof DuckDBDecimalValue ? value.toDouble() : Number(value);
  if (losesDigits(value, number)) {
    lose('digits');
  }
  return Number.isFinite(number) ? number : String(number);
}

/** Whether a whole number or decimal has more digits than a double holds. */
function losesDigits(value: DuckDBValue, number: number): boolean {
  if (value instanceof DuckDBDecimalValue) {
    return BigInt(Number(value.value)) !== value.value;
  }
  return typeof value === 'bigint' && BigInt(number) !== value;
}

/** Milliseconds since the epoch; null for infinity, and for what Grafana cannot hold. */
function writeTime(value: DuckDBValue, lose: Lose): number | null {
  const ms = epochMs(value);
  if (ms === null || Math.abs(ms) < FURTHEST_TIME) {
    return ms;
  }
  lose('time');
  return null;
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
