import {
  OTHER_GROUP,
  recordColumn,
  type Field,
  type FieldConfig,
  type FunnelQuery,
  type FunnelSegment,
} from '@apitrail/contract';

import { stagesOf } from './stages';

export const PANEL = 'apitrail-journeyfunnel-panel';

const UNITS: Readonly<Record<string, string>> = { customer: 'Customers', session: 'Sessions', account: 'Accounts' };

/** Config of a number of units; with counting `total` it counts attempts. */
export function unitsConfig({ unit, counting }: Pick<FunnelQuery, 'unit' | 'counting'>): FieldConfig {
  if (counting === 'total') {
    return { displayNameFromDS: 'Attempts', unit: 'short' };
  }
  return { displayNameFromDS: UNITS[unit] ?? unit, unit: 'short' };
}

export const MEDIAN = {
  displayNameFromDS: 'Median time',
  unit: 'ms',
  description: 'Median time from the step before.',
};

export const P90 = {
  displayNameFromDS: 'p90 time',
  unit: 'ms',
  description: '90th percentile of the time from the step before.',
};

/** A column of numbers. */
export function numbers(name: string, values: Array<number | null>, config: FieldConfig): Field {
  return { name, type: 'number', values, config };
}

/** The names of steps, given by their index. */
export function names(query: FunnelQuery, indexes: readonly number[]): Field {
  const all = stepNames(query);
  return {
    name: 'name',
    type: 'string',
    values: indexes.map((index) => all[index]!),
    config: { displayNameFromDS: 'Name' },
  };
}

/** What the steps are called. Of steps that come in any order the n-th to come is `2 of Cart, Search, View`. */
export function stepNames(query: FunnelQuery): string[] {
  return stagesOf(query).flatMap((stage) =>
    stage.length === 1
      ? [query.steps[stage[0]!]!.name]
      : stage.map((_, index) => `${index + 1} of ${stage.map((step) => query.steps[step]!.name).join(', ')}`)
  );
}

/** The column of the breakdown's values; none without a breakdown. */
export function segmentFields({ breakdown }: FunnelQuery, segments: readonly FunnelSegment[]): Field[] {
  if (breakdown === undefined) {
    return [];
  }
  const description = recordColumn(breakdown)?.description;
  return [
    {
      name: breakdown,
      type: 'string',
      values: segments.map(({ value, other }) => (other ? OTHER_GROUP : value)),
      config: { ...(description ? { description } : {}), filterable: true },
    },
  ];
}
