import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBDataChunk,
  type DuckDBMaterializedResult,
  type DuckDBResult,
  type DuckDBValue,
} from '@duckdb/node-api';

import type { ResultTable } from './engine';

/**
 * Turns a result of DuckDB into columns of JS values: integers as numbers, or strings beyond 2^53; decimals as numbers;
 * timestamps as epoch milliseconds with a fraction, infinite ones null; dates as `YYYY-MM-DD`; maps and structs as
 * objects; lists as arrays; everything else as DuckDB's text.
 */
export function readResult(result: DuckDBMaterializedResult): ResultTable {
  const table = emptyTable(result);
  for (let chunkIndex = 0; chunkIndex < result.chunkCount; chunkIndex++) {
    readChunk(result.getChunk(chunkIndex), table.values);
  }
  return { ...table, rowCount: result.rowCount };
}

/** The same of a result that is still being made, a part at a time. */
export async function* readStream(result: DuckDBResult): AsyncGenerator<ResultTable> {
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const table = emptyTable(result);
    readChunk(chunk, table.values);
    yield { ...table, rowCount: chunk.rowCount };
  }
}

function emptyTable(result: DuckDBResult): Omit<ResultTable, 'rowCount'> {
  const names = result.columnNames();
  const columns = names.map((name, index) => ({ name, type: result.columnType(index).toString() }));
  return { columns, values: names.map(() => []) };
}

function readChunk(chunk: DuckDBDataChunk, values: unknown[][]): void {
  const rows = chunk.rowCount;
  values.forEach((column, index) => {
    const vector = chunk.getColumnVector(index);
    for (let row = 0; row < rows; row++) {
      column.push(toJs(vector.getItem(row)));
    }
  });
}

function toJs(value: DuckDBValue): unknown {
  if (typeof value === 'bigint') {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value.toString();
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) {
    return timestampToMs(value.micros);
  }
  if (value instanceof DuckDBDecimalValue) {
    return value.toDouble();
  }
  if (value instanceof DuckDBDateValue) {
    return value.toString();
  }
  if (value instanceof DuckDBListValue) {
    return value.items.map(toJs);
  }
  if (value instanceof DuckDBMapValue) {
    return toObject(value.entries.map(({ key, value: item }) => [String(toJs(key)), toJs(item)]));
  }
  if (value instanceof DuckDBStructValue) {
    return toObject(Object.entries(value.entries).map(([key, item]) => [key, toJs(item)]));
  }
  return value.toString();
}

/** Unlike an object literal or Object.assign, keeps a key named `__proto__`. */
function toObject(entries: Array<[string, unknown]>): Record<string, unknown> {
  return Object.fromEntries(entries);
}

const INFINITE = 2n ** 63n - 1n;

function timestampToMs(micros: bigint): number | null {
  return micros === INFINITE || micros === -INFINITE ? null : Number(micros) / 1000;
}
