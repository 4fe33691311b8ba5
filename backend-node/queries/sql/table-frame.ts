import { recordColumn, type Field, type Frame } from '@apitrail/contract';

import type { UserColumn, UserSqlResult } from '../../sql/user-sql';

/** The rows as they are. */
export function tableFrame({ columns, values }: UserSqlResult): Frame {
  return {
    meta: { type: 'table', preferredVisualisationType: 'table' },
    fields: columns.map((column, index) => resultField(column, values[index]!)),
  };
}

/** A column of a result as a field; one that has the name and kind of a column of the record has its unit and meaning. */
export function resultField({ name, kind }: UserColumn, values: readonly unknown[]): Field {
  const type = kind === 'date' ? 'string' : kind;
  const column = recordColumn(name);
  const same = column !== undefined && kindOfRecord(column.type) === type;
  return {
    name,
    type,
    values,
    ...(same
      ? {
          config: {
            ...(column.unit ? { unit: column.unit } : {}),
            description: column.description,
            ...(type === 'string' ? { filterable: true } : {}),
          },
        }
      : {}),
  };
}

function kindOfRecord(type: string): string {
  switch (type) {
    case 'timestamp':
      return 'time';
    case 'integer':
    case 'long':
    case 'double':
      return 'number';
    case 'string':
      return 'string';
    default:
      return 'json';
  }
}

/** A value as the text of a label; null is the empty text. */
export function labelText(value: unknown): string {
  return value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}
