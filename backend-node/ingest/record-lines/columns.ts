import { recordColumn } from '@apitrail/contract';

import { columnField } from '../normalise/column-fields';
import type { FieldSetter } from '../normalise/fields';
import type { TextColumn } from '../normalise/request-record';

/** Columns of text whose values repeat themselves: each different one is worked on once. */
export const REPEATED = [
  ...['service', 'service_version', 'environment', 'instance', 'region', 'direction', 'method', 'route', 'scheme'],
  ...['protocol', 'host', 'error_type', 'customer', 'account', 'session', 'client_ip', 'user_agent'],
  ...['auth_scheme', 'auth_result', 'path'],
] as const satisfies readonly TextColumn[];
export type RepeatedColumn = (typeof REPEATED)[number];

/** Columns of text that are taken as they are, of which nearly every row has another. */
export const VERBATIM = ['trace_id', 'span_id', 'request_id'] as const satisfies readonly TextColumn[];

/** Columns of numbers; `time` in microseconds since the epoch. */
export const NUMBERS = ['time', 'duration_ms', 'status', 'request_bytes', 'response_bytes'] as const;

/** What is done with the value of a key. */
export type Cell =
  | { kind: 'repeated'; index: number }
  | { kind: 'verbatim'; index: number }
  | { kind: 'time' | 'duration' | 'status' | 'bytes'; index: number };

/** The keys of such lines: the names of the record’s columns, and OpenTelemetry’s for those that are in the same unit. */
export function cellsByKey(): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  const put = (column: string, cell: Cell): void => {
    cells.set(column, cell);
    const attribute = recordColumn(column)?.attribute;
    if (attribute !== undefined && column !== 'duration_ms') {
      cells.set(attribute, cell);
    }
  };
  REPEATED.forEach((column, index) => put(column, { kind: 'repeated', index }));
  VERBATIM.forEach((column, index) => put(column, { kind: 'verbatim', index }));
  const kinds = { time: 'time', duration_ms: 'duration', status: 'status' } as const;
  NUMBERS.forEach((column, index) => put(column, { kind: column in kinds ? kinds[column as 'time'] : 'bytes', index }));
  return cells;
}

/** The setters of the columns whose values repeat themselves. */
export function repeatedSetters(): FieldSetter[] {
  return REPEATED.map((column) => columnField(column)!);
}
