import type { Frame } from '@apitrail/contract';

import { keyText } from '../shared/keys';
import type { RequestRows } from './index';

/** What a log line is made of, whatever columns were asked for. */
export const LOG_COLUMNS = [
  'time',
  'method',
  'path',
  'route',
  'status',
  'duration_ms',
  'error_type',
  'error_message',
  'request_id',
  'span_id',
];

/** Requests as log lines of Grafana's data plane: time, body, severity, id, and the columns as labels. */
export function logsFrame(rows: RequestRows, columns: readonly string[]): Frame {
  const indexes = Array.from({ length: rows.count }, (_, index) => index);
  const column = (name: string) => rows.values[rows.keys.findIndex(({ key }) => key === name)]!;
  const labelled = rows.keys
    .map((key, index) => ({ key, values: rows.values[index]! }))
    .filter(({ key }) => columns.includes(key.key) && key.key !== 'time');
  return {
    meta: { type: 'log-lines', preferredVisualisationType: 'logs' },
    fields: [
      { name: 'timestamp', type: 'time', values: column('time') },
      { name: 'body', type: 'string', values: indexes.map((row) => bodyOf(column, row)) },
      { name: 'severity', type: 'string', values: indexes.map((row) => severityOf(column, row)) },
      { name: 'id', type: 'string', values: uniqueIds(indexes.map((row) => idOf(column, row))) },
      {
        name: 'labels',
        type: 'json',
        values: indexes.map((row) =>
          Object.fromEntries(
            labelled
              .filter(({ values }) => values[row] !== null)
              .map(({ key, values }) => [key.key, keyText(values[row]!, key.kind)])
          )
        ),
      },
    ],
  };
}

type Columns = (name: string) => Array<string | number | null>;

/** `GET /orders/7 500 12.3 ms TimeoutError: no answer` */
function bodyOf(column: Columns, row: number): string {
  const duration = column('duration_ms')[row];
  const error = [column('error_type')[row], column('error_message')[row]].filter((part) => part !== null).join(': ');
  return [
    column('method')[row],
    column('path')[row] ?? column('route')[row],
    column('status')[row],
    typeof duration === 'number' ? `${Math.round(duration * 10) / 10} ms` : null,
    error,
  ]
    .filter((part) => part !== null && part !== undefined && part !== '')
    .join(' ');
}

function severityOf(column: Columns, row: number): string {
  const status = column('status')[row];
  if (typeof status !== 'number') {
    return column('error_type')[row] === null ? 'info' : 'error';
  }
  return status >= 500 ? 'error' : status >= 400 ? 'warning' : 'info';
}

function idOf(column: Columns, row: number): string {
  return String(column('span_id')[row] ?? column('request_id')[row] ?? `${column('time')[row]}`);
}

/** Ids that differ from each other, the same for the same answer. */
function uniqueIds(ids: string[]): string[] {
  const seen = new Map<string, number>();
  return ids.map((id) => {
    const count = seen.get(id) ?? 0;
    seen.set(id, count + 1);
    return count === 0 ? id : `${id}-${count}`;
  });
}
