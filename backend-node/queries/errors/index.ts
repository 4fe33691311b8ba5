import { OTHER_GROUP, type ErrorsQuery, type Field, type Frame } from '@apitrail/contract';

import { sql } from '../../engine/sql';
import type { Answer, HandlerContext, QueryHandler } from '../handler';
import { groupFields, metricField } from '../shared/fields';
import { groupTotals, type GroupTotals } from '../shared/groups';
import { groupName, type KeyExpression } from '../shared/keys';
import { ERROR, finishMetric, measureOf, stateOfRows } from '../shared/metrics';
import { numericAnswer } from '../shared/numeric';
import type { RowSource } from '../shared/select';
import { seriesFrames, seriesOf } from '../shared/series';
import { planTrend, readTrend } from '../shared/trend';
import { COMMON, errorExtras, errorKeys } from './groups';

/** Failed requests, grouped: a status of 400 or above, or no status and an error type. */
export const errors: QueryHandler<'errors'> = {
  async run(query, context) {
    const keys = errorKeys(query.groupBy, context.dialect);
    const all = context.rows(query.filters);
    const rows = { ...all, where: sql`${all.where} AND ${ERROR}` };
    const request = { ...query, keys, rows, metrics: ['errors' as const], orderBy: 'requests' as const };
    switch (query.format) {
      case 'numeric':
        return { frames: [await numericAnswer(context, request)] };
      case 'time_series':
        return { frames: seriesFrames(await seriesOf(context, request), keys, request.metrics) };
      case 'table':
        return table(query, context, keys, rows, all);
    }
  },
};

const MEASURES = ['requests', 'customers', 'sessions'] as const;

async function table(
  query: ErrorsQuery,
  context: HandlerContext,
  keys: KeyExpression[],
  rows: RowSource,
  all: RowSource
): Promise<Answer> {
  const aggregator = await context.aggregator();
  const trend = planTrend(context, query, aggregator.weighted);
  const request = { rows, keys, measures: MEASURES.map(measureOf), orderBy: measureOf('requests'), limit: query.limit };
  const totals = await groupTotals(aggregator, request, [...errorExtras(context.dialect), ...trend.extras]);
  const failed = totals.measures[0]!.reduce<number>((sum, value) => sum + Number(value), 0);
  const count = await aggregator.run(
    sql`SELECT CAST(${stateOfRows('requests', aggregator.weighted)} AS DOUBLE) FROM ${all.relation} WHERE ${all.where}`
  );
  const requests = Number(count.values[0]![0] ?? 0);
  const frame: Frame = {
    meta: { type: 'table', preferredVisualisationType: 'table' },
    fields: [
      ...groupFields(keys, totals.groups).slice(0, new Set(query.groupBy).size),
      ...descriptions(keys, totals, new Set(query.groupBy)),
      ...MEASURES.map((metric, index) =>
        metricField(
          metric,
          totals.measures[index]!.map((value) => finishMetric(metric, value, 0))
        )
      ),
      shareField(totals, failed),
      ...seenFields(totals),
      await readTrend(context, trend, request, totals),
    ],
  };
  return {
    frames: [frame],
    marker: { groupBy: query.groupBy, trendTimes: trend.buckets.starts, requests, errors: failed },
  };
}

/** Title, and what the rows of a group have in common beyond the keys asked for. */
function descriptions(keys: KeyExpression[], totals: GroupTotals, asked: ReadonlySet<string>): Field[] {
  const column = (name: (typeof COMMON)[number]) => totals.extras[COMMON.indexOf(name)]!;
  const titles = totals.groups.map((group, row) => {
    if (group.other) {
      return OTHER_GROUP;
    }
    const what = [column('status')[row] ?? column('error_type')[row], column('method')[row], column('route')[row]];
    const known = what.filter((part) => part !== null).join(' ');
    const message = column('error_message')[row];
    const title = known === '' ? groupName(keys, group) : known;
    return message === null ? title : `${title}: ${String(message)}`;
  });
  const fields: Field[] = [
    { name: 'title', type: 'string', values: titles, config: { displayNameFromDS: 'Error' } },
    {
      name: 'error_owner',
      type: 'string',
      values: column('error_owner'),
      config: { displayNameFromDS: 'Owner', description: 'Who owns the error, as far as its status says.' },
    },
    { name: 'status', type: 'number', values: column('status'), config: { displayNameFromDS: 'Status' } },
    { name: 'service', type: 'string', values: column('service'), config: { displayNameFromDS: 'Service' } },
    { name: 'method', type: 'string', values: column('method'), config: { displayNameFromDS: 'Method' } },
    { name: 'route', type: 'string', values: column('route'), config: { displayNameFromDS: 'Route' } },
  ];
  return fields.filter(({ name }) => !asked.has(name));
}

function shareField(totals: GroupTotals, errorsInRange: number): Field {
  return {
    name: 'share',
    type: 'number',
    values: totals.measures[0]!.map((value) => (errorsInRange > 0 ? Number(value) / errorsInRange : null)),
    config: { displayNameFromDS: 'Share', unit: 'percentunit', description: 'Share of all errors.', min: 0, max: 1 },
  };
}

function seenFields(totals: GroupTotals): Field[] {
  return [
    ['first_seen', 'First seen'],
    ['last_seen', 'Last seen'],
  ].map(([name, displayName], index) => ({
    name: name!,
    type: 'time',
    values: totals.extras[COMMON.length + index]!.map((us) => (us == null ? null : Number(us) / 1000)),
    config: { displayNameFromDS: displayName! },
  }));
}
