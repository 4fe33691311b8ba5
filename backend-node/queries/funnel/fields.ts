import type { Field, FieldConfig, FunnelQuery } from '@apitrail/contract';

import { unitsName } from '../shared/units-name';

export const PANEL = 'apitrail-journeyfunnel-panel';

/** Config of a number of units; with counting `total` it counts attempts. */
export function unitsConfig({ unit, counting }: Pick<FunnelQuery, 'unit' | 'counting'>): FieldConfig {
  if (counting === 'total') {
    return { displayNameFromDS: 'Attempts', unit: 'short' };
  }
  return { displayNameFromDS: unitsName(unit), unit: 'short' };
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
export function names({ steps }: FunnelQuery, indexes: readonly number[]): Field {
  return {
    name: 'name',
    type: 'string',
    values: indexes.map((index) => steps[index]!.name),
    config: { displayNameFromDS: 'Name' },
  };
}
