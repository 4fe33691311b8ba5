import { ApitrailError } from '@apitrail/contract';

import type { UserColumn, UserSqlResult } from '../../sql/user-sql';

/** A column of a result with its values. */
export interface ResultColumn extends UserColumn {
  values: unknown[];
}

/** The columns of a result by what a format does with them. */
export interface ColumnRoles {
  times: ResultColumn[];
  numbers: ResultColumn[];
  /** Texts, booleans and what JSON holds: they tell series apart. */
  labels: ResultColumn[];
}

/** Sorts columns by their kind. `dates` says whether a date is a time, or a label. */
export function columnRoles({ columns, values }: UserSqlResult, dates: 'time' | 'label'): ColumnRoles {
  const all = columns.map((column, index) => ({ ...column, values: values[index]! }));
  const isTime = ({ kind }: UserColumn) => kind === 'time' || (dates === 'time' && kind === 'date');
  return {
    times: all
      .filter(isTime)
      .map((column) => (column.kind === 'date' ? { ...column, values: column.values.map(midnight) } : column)),
    numbers: all.filter(({ kind }) => kind === 'number'),
    labels: all.filter((column) => !isTime(column) && column.kind !== 'number'),
  };
}

function midnight(date: unknown): number | null {
  const ms = typeof date === 'string' ? Date.parse(`${date}T00:00:00Z`) : NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** The refusal of a format that the columns do not make up. */
export function unfit(format: string, what: string, { columns }: UserSqlResult): ApitrailError {
  const shown = columns.slice(0, 20).map(({ name, type }) => `${name} ${type}`);
  const more = columns.length > shown.length ? ', …' : '';
  return new ApitrailError(
    'APITRAIL_UNSUPPORTED_FORMAT',
    `The format ${format} ${what} The SQL selects: ${shown.join(', ')}${more}.`,
    { where: 'sql' }
  );
}

/** `a, b and c`. */
export function listed(columns: readonly UserColumn[]): string {
  const names = columns.map(({ name }) => name);
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names.join('');
}
