import type { Field, FieldConfig, Frame, RetentionQuery } from '@apitrail/contract';

import { changeField, comparedNumber, previousField } from '../shared/compared';
import { unitsName } from '../shared/units-name';
import { meanOf, type Cohort } from './cohorts';
import type { RetentionColumn } from './columns';

const MODES: Readonly<Record<RetentionQuery['mode'], string>> = {
  on_or_after: 'returned then or later',
  on: 'returned then',
  streak: 'returned then and in every interval before',
};

/** A row per cohort: when it began, how many units it has, and what of it returned, a column per interval. */
export function cohortsFrame(
  query: RetentionQuery,
  columns: readonly RetentionColumn[],
  cohorts: readonly Cohort[]
): Frame {
  return {
    meta: { type: 'table', preferredVisualisationType: 'table' },
    fields: [
      {
        name: 'cohort',
        type: 'time',
        values: cohorts.map(({ start }) => start),
        config: { displayNameFromDS: 'Cohort', description: `Start of the ${query.interval} units started in.` },
      },
      number(
        'size',
        cohorts.map(({ size }) => size),
        { displayNameFromDS: unitsName(query.unit), unit: 'short', description: 'How many units started then.' }
      ),
      ...columns.map((column, index) =>
        number(
          column.name,
          cohorts.map((cohort) => valueOf(query, cohort.returned[index]!, cohort.size)),
          columnConfig(query, column)
        )
      ),
    ],
  };
}

function valueOf({ metric }: RetentionQuery, returned: number | null, size: number): number | null {
  if (metric === 'units' || returned === null) {
    return returned;
  }
  return size > 0 ? returned / size : null;
}

function columnConfig({ metric, mode }: RetentionQuery, { label }: RetentionColumn): FieldConfig {
  return metric === 'units'
    ? { displayNameFromDS: label, unit: 'short', description: `How many units ${MODES[mode]}.`, min: 0 }
    : { displayNameFromDS: label, unit: 'percentunit', description: `Share that ${MODES[mode]}.`, min: 0, max: 1 };
}

/** A row per column: the mean over the cohorts for which it is complete, weighted by their sizes. */
export function curveFrame(
  query: RetentionQuery,
  columns: readonly RetentionColumn[],
  own: readonly Cohort[],
  before: readonly Cohort[] | undefined
): Frame {
  const means = columns.map((_, column) => meanOf(own, column));
  const rate = number(
    'rate',
    means.map((mean) => mean.rate),
    { displayNameFromDS: 'Rate', unit: 'percentunit', description: `Share that ${MODES[query.mode]}.`, min: 0, max: 1 }
  );
  const previous = before && columns.map((_, column) => meanOf(before, column).rate);
  return {
    meta: { type: 'table', preferredVisualisationType: 'table' },
    fields: [
      number(
        'interval',
        columns.map(({ from }) => from),
        { displayNameFromDS: 'Interval', description: `How many ${query.interval}s after the start’s own it begins.` }
      ),
      {
        name: 'name',
        type: 'string',
        values: columns.map(({ label }) => label),
        config: { displayNameFromDS: 'Name' },
      },
      rate,
      ...(previous ? [previousField(rate, previous), changeField(rate, previous)] : []),
      number(
        'units',
        means.map(({ returned }) => returned),
        { displayNameFromDS: 'Returned', unit: 'short', description: `How many units ${MODES[query.mode]}.` }
      ),
      number(
        'size',
        means.map(({ size }) => size),
        { displayNameFromDS: unitsName(query.unit), unit: 'short', description: 'Units of the cohorts counted here.' }
      ),
      number(
        'cohorts',
        means.map(({ cohorts }) => cohorts),
        { displayNameFromDS: 'Cohorts', description: 'How many cohorts this is complete for, of which it is the mean.' }
      ),
    ],
  };
}

/** The one number an alert looks at: the mean of a column, or how many units returned, of complete cohorts only. */
export function numericFrame(
  { metric, compare, mode }: RetentionQuery,
  { label }: RetentionColumn,
  column: number,
  own: readonly Cohort[],
  before: readonly Cohort[] | undefined
): Frame {
  const of = (cohorts: readonly Cohort[]) => {
    const { rate, returned } = meanOf(cohorts, column);
    return metric === 'rate' ? rate : returned;
  };
  const field = number(metric, [of(own)], {
    displayNameFromDS: label,
    unit: metric === 'rate' ? 'percentunit' : 'short',
    description: metric === 'rate' ? `Share that ${MODES[mode]}.` : `How many units ${MODES[mode]}.`,
  });
  return {
    meta: { type: 'numeric-long' },
    fields: [before ? comparedNumber(field, [of(before)], compare) : field],
  };
}

function number(name: string, values: Array<number | null>, config: FieldConfig): Field {
  return { name, type: 'number', values, config };
}
