import type { Field } from '@apitrail/contract';

import { groupFields, metricField, unique } from '../shared/fields';
import { groupTotals, type RankedGroup } from '../shared/groups';
import { keyExpression } from '../shared/keys';
import { emptyValue, finishMetric, measureOf } from '../shared/metrics';
import { searchedRows } from '../shared/search';
import type { LiveHandlerFactory } from './live-handler';

/**
 * Metrics of the rows that came in, one row per group. A group that was there goes on with nothing, as long as all groups
 * of the moment are shown: within `{other}` it may be there still.
 */
export const liveTraffic: LiveHandlerFactory<'traffic'> = (query) => {
  let known = new Map<string, RankedGroup>();
  return async ({ context, window }) => {
    const keys = unique(query.groupBy).map((key) => keyExpression(key, context.dialect));
    const metrics = unique(query.metrics);
    const totals = await groupTotals(
      {
        dialect: context.dialect,
        weighted: await context.isWeighted({}),
        run: (statement) => context.run(statement),
      },
      {
        ...{ keys, limit: query.limit, rows: searchedRows(context, query, {}) },
        measures: metrics.map(measureOf),
        orderBy: measureOf(query.orderBy),
      }
    );
    const found = new Map(totals.groups.map((group) => [nameOf(group), group]));
    const complete = !totals.groups.some(({ other }) => other);
    const silent = complete ? [...known].filter(([name, { other }]) => !other && !found.has(name)) : [];
    const rows = [...totals.groups, ...silent.map(([, group]) => group)];
    // Those that were seen last come last, and those that were not for longest are forgotten first.
    known = new Map([...[...known].filter(([name]) => !found.has(name)), ...found].slice(-query.limit));
    if (rows.length === 0) {
      return undefined;
    }
    const seconds = (window.to - window.from) / 1000;
    const time: Field = {
      name: 'time',
      type: 'time',
      values: rows.map(() => window.from),
      config: { interval: window.to - window.from },
    };
    return {
      meta: { type: 'table', preferredVisualisationType: 'graph' },
      fields: [
        time,
        ...groupFields(keys, rows),
        ...metrics.map((metric, at) =>
          metricField(
            metric,
            rows.map((_, row) =>
              row < totals.groups.length ? finishMetric(metric, totals.measures[at]![row], seconds) : emptyValue(metric)
            )
          )
        ),
      ],
    };
  };
};

function nameOf({ values, other }: RankedGroup): string {
  return other ? '' : JSON.stringify(values);
}
