import {
  changeName,
  differenceName,
  previousName,
  type CompareNumber,
  type Field,
  type MetricName,
} from '@apitrail/contract';

import type { HandlerContext } from '../handler';
import { metricField } from './fields';
import type { RowSource } from './select';

/** Rows a question is about, and those it is about at the earlier time, where it is compared. */
export interface ComparedRows {
  rows: RowSource;
  earlierRows: RowSource | undefined;
}

/** The rows of both times, chosen alike. */
export function comparedRows(context: HandlerContext, rowsOf: (context: HandlerContext) => RowSource): ComparedRows {
  return { rows: rowsOf(context), earlierRows: context.earlier && rowsOf(context.earlier) };
}

/**
 * How much a number has changed, as a share of what it was: 0.5 is half as much again, -1 is gone. Nothing to nothing is 0;
 * null when there was nothing and now is something, of which no share can say how much more that is, and when either is
 * not known.
 */
export function relativeChange(value: number | null, previous: number | null): number | null {
  if (value === null || previous === null) {
    return null;
  }
  if (previous === 0) {
    return value === 0 ? 0 : null;
  }
  return (value - previous) / Math.abs(previous);
}

function difference(value: number | null, previous: number | null): number | null {
  return value === null || previous === null ? null : value - previous;
}

type Numbers = ReadonlyArray<number | null>;

/** A column of what a number was, with the name and unit of the column it belongs to. */
export function previousField(field: Field, previous: Numbers, name = previousName(field.name)): Field {
  const { config = {} } = field;
  return {
    ...field,
    name,
    values: previous,
    config: {
      ...config,
      displayNameFromDS: `${config.displayNameFromDS ?? field.name} (earlier)`,
      description: `${config.description ?? ''} At the earlier time.`.trim(),
    },
  };
}

/** A column of how much a number has changed, as a share of what it was. */
export function changeField(field: Field, previous: Numbers, name = changeName(field.name)): Field {
  return {
    name,
    type: 'number',
    values: field.values.map((value, row) => relativeChange((value ?? null) as number | null, previous[row] ?? null)),
    config: {
      displayNameFromDS: `${field.config?.displayNameFromDS ?? field.name} change`,
      unit: 'percentunit',
      description: 'Difference to the earlier time, as a share of what it was then.',
    },
  };
}

/** A metric's column, and where there is an earlier time, what it was and how much it has changed since. */
export function comparedFields(
  metric: MetricName,
  values: Array<number | null>,
  previous: Numbers | undefined
): Field[] {
  const field = metricField(metric, values);
  return previous === undefined ? [field] : [field, previousField(field, previous), changeField(field, previous)];
}

/** The one number of a comparison that `numeric` answers. */
export function comparedNumber(field: Field, previous: Numbers, compare: CompareNumber): Field {
  switch (compare) {
    case 'change':
      return changeField(field, previous);
    case 'previous':
      return previousField(field, previous);
    case 'difference':
      return differenceField(field, previous);
  }
}

function differenceField(field: Field, previous: Numbers): Field {
  const { config = {} } = field;
  return {
    ...field,
    name: differenceName(field.name),
    values: field.values.map((value, row) => difference((value ?? null) as number | null, previous[row] ?? null)),
    config: {
      ...config,
      displayNameFromDS: `${config.displayNameFromDS ?? field.name} difference`,
      description: 'Difference to the earlier time.',
    },
  };
}
