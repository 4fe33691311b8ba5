import { ApitrailError, metricOf, recordColumn, type Field, type Frame, type MetricName } from '@apitrail/contract';

import { groupText, type KeyExpression, type KeyValue } from './keys';
import type { RankedGroup } from './groups';

/** A column of numbers of a metric, with its unit, name and meaning. */
export function metricField(metric: MetricName, values: Array<number | null>, name: string = metric): Field {
  const { displayName, unit, description } = metricOf(metric);
  return { name, type: 'number', values, config: { displayNameFromDS: displayName, unit, description } };
}

/** A column of the values of a key: a number or a time where the key is one, null where a row has none. */
export function keyField(key: KeyExpression, values: KeyValue[]): Field {
  const column = recordColumn(key.key);
  return {
    name: key.key,
    type: key.kind,
    values,
    config: {
      ...(column?.unit ? { unit: column.unit } : {}),
      ...(column ? { description: column.description } : {}),
      filterable: true,
    },
  };
}

/**
 * Columns of the keys of groups, one value per group. Where there is an `{other}` every key is a string, because a
 * number cannot say so.
 */
export function groupFields(keys: readonly KeyExpression[], groups: readonly RankedGroup[]): Field[] {
  const withOther = groups.some(({ other }) => other);
  return keys.map((key, index) => {
    if (!withOther || key.kind === 'string') {
      return keyField(
        key,
        groups.map((group) => (group.other ? groupText(keys, group, index) : (group.values[index] ?? null)))
      );
    }
    const texts = groups.map((group) =>
      group.values[index] === null && !group.other ? null : groupText(keys, group, index)
    );
    return { name: key.key, type: 'string', values: texts, config: { filterable: true } };
  });
}

/** Keys as texts, a null one as the empty string: what alert rules tell their instances apart by. */
export function labelFields(keys: readonly KeyExpression[], groups: readonly RankedGroup[]): Field[] {
  return keys.map((key, index) => ({
    name: key.key,
    type: 'string',
    values: groups.map((group) => groupText(keys, group, index)),
  }));
}

/** The frame alert rules and expressions take: the keys as texts, one number, nothing else. */
export function numericFrame(keys: readonly KeyExpression[], groups: readonly RankedGroup[], value: Field): Frame {
  return { meta: { type: 'numeric-long' }, fields: [...labelFields(keys, groups), value] };
}

/** The one metric of a `numeric` answer. Throws an ApitrailError when there are several. */
export function onlyMetric(metrics: readonly MetricName[]): MetricName {
  const [metric, ...more] = metrics;
  if (metric === undefined || more.length > 0) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      `metrics: the format numeric answers with exactly one metric, not ${metrics.length}. Name the one to alert on.`,
      { where: 'metrics' }
    );
  }
  return metric;
}

/** Each once, in the order given. */
export function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
