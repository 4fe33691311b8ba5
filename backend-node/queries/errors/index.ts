import { OTHER_GROUP, type ErrorsQuery, type Field, type Frame } from '@apitrail/contract';

import { sql } from '../../engine/sql';
import type { Answer, HandlerContext, QueryHandler } from '../handler';
import { comparedFields, comparedRows, type ComparedRows } from '../shared/compared';
import { comparedTotals, type ComparedTotals, type TotalColumns } from '../shared/compared-totals';
import { groupFields } from '../shared/fields';
import { groupName, type KeyExpression } from '../shared/keys';
import { ERROR, finishMetric, measureOf, stateOfRows } from '../shared/metrics';
import { numericAnswer } from '../shared/numeric';
import type { RowSource } from '../shared/select';
import { seriesAnswer, seriesOf } from '../shared/series';
import { planTrend, readTrend } from '../shared/trend';
import { COMMON, errorExtras, errorKeys } from './groups';

/** Failed requests, grouped: a status of 400 or above, or no status and an error type. */
export const errors: QueryHandler<'errors'> = {
  async run(query, context) {
    const keys = errorKeys(query.groupBy, context.dialect);
    const rows = comparedRows(context, (of) => failedRows(query, of));
    const request = { ...query, ...rows, keys, metrics: ['errors' as const], orderBy: 'requests' as const };
    switch (query.format) {
      case 'numeric':
        return { frames: [await numericAnswer(context, request)] };
      case 'time_series':
        return seriesAnswer(await seriesOf(context, request), keys, request.metrics);
      case 'table':
        return table(query, context, keys, rows);
    }
  },
};

const MEASURES = ['requests', 'customers', 'sessions'] as const;

function failedRows({ filters }: ErrorsQuery, context: HandlerContext): RowSource {
  const all = context.rows(filters);
  return { ...all, where: sql`${all.where} AND ${ERROR}`, few: true };
}

async function table(
  query: ErrorsQuery,
  context: HandlerContext,
  keys: KeyExpression[],
  rows: ComparedRows
): Promise<Answer> {
  const trend = await planTrend(context, query);
  const request = {
    ...rows,
    keys,
    measures: MEASURES.map(measureOf),
    orderBy: measureOf('requests'),
    limit: query.limit,
  };
  const totals = await comparedTotals(context, request, (of) => [...errorExtras(of.dialect), ...trend.extras(of)]);
  const { earlier } = context;
  const before = earlier && totals.earlier;
  const failed = sum(totals.measures[0]!);
  const frame: Frame = {
    meta: { type: 'table', preferredVisualisationType: 'table' },
    fields: [
      ...groupFields(keys, totals.groups).slice(0, new Set(query.groupBy).size),
      ...descriptions(keys, described(totals), new Set(query.groupBy)),
      ...MEASURES.flatMap((metric, index) => {
        const read = ({ measures }: TotalColumns) => measures[index]!.map((value) => finishMetric(metric, value, 0));
        return comparedFields(metric, read(totals), before && read(before));
      }),
      shareField(totals, failed),
      ...seenFields(totals),
      ...(await readTrend(context, trend, request, totals)),
    ],
  };
  return {
    frames: [frame],
    marker: {
      groupBy: query.groupBy,
      trendTimes: trend.buckets.starts,
      requests: await countRequests(query, context),
      errors: failed,
      ...(earlier && before
        ? { previousRequests: await countRequests(query, earlier), previousErrors: sum(before.measures[0]!) }
        : {}),
    },
  };
}

function sum(values: readonly unknown[]): number {
  return values.reduce<number>((total, value) => total + Number(value ?? 0), 0);
}

/** Requests of a time, failed or not. */
async function countRequests({ filters }: ErrorsQuery, context: HandlerContext): Promise<number> {
  const { run, weighted } = await context.aggregator();
  const { relation, where } = context.rows(filters);
  const count = await run(
    sql`SELECT CAST(${stateOfRows('requests', weighted)} AS DOUBLE) FROM ${relation} WHERE ${where}`
  );
  return Number(count.values[0]![0] ?? 0);
}

/** The totals with what groups have in common that only the earlier time has. */
function described(totals: ComparedTotals): ComparedTotals {
  const { groups, measures, extras, earlier } = totals;
  const gone = groups.map((_, group) => earlier !== undefined && measures[0]![group] === null);
  return {
    ...totals,
    extras: extras.map((column, index) =>
      column.map((value, group) => (gone[group] ? earlier!.extras[index]?.[group] : value))
    ),
  };
}

/** Title, and what the rows of a group have in common beyond the keys asked for. */
function descriptions(keys: KeyExpression[], totals: ComparedTotals, asked: ReadonlySet<string>): Field[] {
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

function shareField(totals: ComparedTotals, errorsInRange: number): Field {
  return {
    name: 'share',
    type: 'number',
    values: totals.measures[0]!.map((value) => (errorsInRange > 0 ? Number(value) / errorsInRange : null)),
    config: { displayNameFromDS: 'Share', unit: 'percentunit', description: 'Share of all errors.', min: 0, max: 1 },
  };
}

function seenFields(totals: ComparedTotals): Field[] {
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
