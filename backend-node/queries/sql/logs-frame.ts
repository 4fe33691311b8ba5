import type { Frame } from '@apitrail/contract';

import type { UserSqlResult } from '../../sql/user-sql';
import { columnRoles, unfit, type ResultColumn } from './columns';
import { labelText } from './table-frame';

const TIMES = ['timestamp', 'time'];
const BODIES = ['body', 'message', 'line', 'path', 'error_message'];
const SEVERITIES = ['severity', 'level'];

/**
 * Log lines of Grafana's data plane: the column `time` or the first of times, the column `body` (`message`, `line`, `path`)
 * or the first of text, `severity` or `level` where there is one, and everything else as labels. Throws
 * APITRAIL_UNSUPPORTED_FORMAT where there is no time or no text.
 */
export function logsFrame(result: UserSqlResult): Frame {
  const { times, numbers, labels } = columnRoles(result, 'label');
  const texts = labels.filter(({ kind }) => kind === 'string');
  const time = named(times, TIMES) ?? times[0];
  const body = named(texts, BODIES) ?? texts.find(({ name }) => !SEVERITIES.includes(name.toLowerCase()));
  if (!time || !body) {
    throw unfit(
      'logs',
      `needs a column of ${time ? 'text, such as path AS body' : 'times'}, and there is none.`,
      result
    );
  }
  const severity = named(texts, SEVERITIES);
  const rest = [...times, ...numbers, ...labels].filter((column) => ![time, body, severity].includes(column));
  const rows = Array.from({ length: result.rowCount }, (_, row) => row).filter((row) => time.values[row] !== null);
  return {
    meta: { type: 'log-lines', preferredVisualisationType: 'logs' },
    fields: [
      { name: 'timestamp', type: 'time', values: rows.map((row) => time.values[row]) },
      { name: 'body', type: 'string', values: rows.map((row) => body.values[row] ?? '') },
      ...(severity
        ? [{ name: 'severity', type: 'string' as const, values: rows.map((row) => severity.values[row]) }]
        : []),
      { name: 'id', type: 'string', values: rows.map((row) => `${row}`) },
      { name: 'labels', type: 'json', values: rows.map((row) => labelsOf(rest, row)) },
    ],
  };
}

function named(columns: readonly ResultColumn[], names: readonly string[]): ResultColumn | undefined {
  return names
    .map((name) => columns.find((column) => column.name.toLowerCase() === name))
    .find((column) => column !== undefined);
}

function labelsOf(columns: readonly ResultColumn[], row: number): Record<string, string> {
  return Object.fromEntries(
    columns
      .filter(({ values }) => values[row] !== null)
      .map(({ name, kind, values }) => [
        name,
        kind === 'time' ? new Date(values[row] as number).toISOString() : labelText(values[row]),
      ])
  );
}
