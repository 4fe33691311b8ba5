import {
  ApitrailError,
  OTHER_GROUP,
  metricOf,
  parseDuration,
  type Field,
  type Frame,
  type MetricName,
} from '@apitrail/contract';

import type { Answer, HandlerContext } from '../handler';
import { comparedFields, type ComparedRows } from './compared';
import { groupFields, metricField } from './fields';
import { groupCells, type Cells, type RankedGroup } from './groups';
import { planInterval, type Buckets, type IntervalRequest } from './interval';
import { groupLabels, groupText, type KeyExpression } from './keys';
import { matchCells } from './matched-groups';
import { emptyValue, finishMetric, measureOf } from './metrics';

/** More cells than this are refused: a browser could not draw them, and the answer would be hundreds of megabytes. */
const MOST_CELLS = 2_000_000;

/** What a legend calls a key that is null; its label is the empty text. */
const NO_VALUE = '(none)';

export interface SeriesRequest extends IntervalRequest, ComparedRows {
  metrics: readonly MetricName[];
  keys: readonly KeyExpression[];
  orderBy: MetricName;
  limit: number;
}

/** Metrics over time per group: every bucket of every group has a value. */
export interface Series {
  groups: RankedGroup[];
  buckets: Buckets;
  /** Starts of the buckets, epoch milliseconds. */
  times: number[];
  /** Per metric, per group, one value per bucket. */
  values: Array<Array<Array<number | null>>>;
  /** The same of the earlier time, bucket by bucket; null where that time has no such bucket. */
  earlier?: Array<Array<Array<number | null>>>;
}

/** Buckets of the query that have begun, with notices about what is special about them. */
export function bucketsOf(context: HandlerContext, request: IntervalRequest, points?: number): Buckets {
  const buckets = planInterval(request, context.range, points);
  if (buckets.widenedFrom !== undefined) {
    context.notice(
      'info',
      `The interval ${request.interval} would give more than ${maxPoints(request)} points; it was widened to ${duration(buckets.interval)}.`
    );
  }
  const asked = request.interval === undefined ? buckets.interval : parseDuration(request.interval);
  if (buckets.widenedFrom === undefined && buckets.interval !== asked) {
    context.notice(
      'info',
      `The interval ${request.interval} is answered in buckets of ${duration(buckets.interval)}: from one day on they are whole days, and at most ten years.`
    );
  }
  const { buckets: shown, unfinished } = begun(buckets, context);
  if (!unfinished) {
    return shown;
  }
  if (context.forAlerting) {
    return { ...shown, starts: shown.starts.slice(0, -1), ends: shown.ends.slice(0, -1) };
  }
  context.notice('info', 'The last bucket is not finished: the range or the present ends within it.');
  return shown;
}

/**
 * The buckets that have begun, and whether the last of them is unfinished. What lies in the future has not happened
 * yet, which is not the same as nothing having happened.
 */
export function begun(
  buckets: Buckets,
  { range, now, snapshot }: HandlerContext
): { buckets: Buckets; unfinished: boolean } {
  const horizon = Math.max(now, (snapshot.newest ?? now) + 1);
  const future = buckets.starts.findIndex((start) => start >= horizon);
  const count = future === -1 ? buckets.starts.length : future;
  return {
    buckets: { ...buckets, starts: buckets.starts.slice(0, count), ends: buckets.ends.slice(0, count) },
    unfinished: count > 0 && buckets.ends[count - 1]! > Math.min(range.to, now),
  };
}

function maxPoints({ maxDataPoints }: IntervalRequest): number {
  return Math.floor(Math.min(maxDataPoints ?? Infinity, 11_000));
}

/** `90m`, `1d`: the shortest way to write a number of milliseconds. */
export function duration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const;
  const unit = units.find(([, width]) => ms % width === 0);
  return unit ? `${ms / unit[1]}${unit[0]}` : `${ms}ms`;
}

/** Seconds of a stretch of time that lie in the query's range and not in the future. */
export function secondsCovered(context: HandlerContext, start: number, end: number): number {
  const { range, now } = context;
  const from = Math.max(start, range.from);
  const nominal = Math.min(end, range.to) - from;
  const passed = Math.min(end, range.to, now) - from;
  return (passed > 0 ? passed : Math.max(0, nominal)) / 1000;
}

/** Seconds that a stretch of the query's range stands for: of an earlier context, those of the time that lies there. */
export function secondsAt(context: HandlerContext, start: number, end: number): number {
  return context.shift ? context.shift.seconds(start, end) : secondsCovered(context, start, end);
}

export async function seriesOf(context: HandlerContext, request: SeriesRequest): Promise<Series> {
  const { metrics, rows, earlierRows } = request;
  const buckets = bucketsOf(context, request);
  const cellRequest = {
    ...request,
    measures: metrics.map(measureOf),
    orderBy: measureOf(request.orderBy),
    cell: buckets.cell(context.bucketUs),
  };
  const cells = await groupCells(await context.aggregator(), { ...cellRequest, rows });
  const { earlier } = context;
  const before =
    earlier &&
    earlierRows &&
    (await matchCells(
      await earlier.aggregator(),
      { ...cellRequest, rows: earlierRows, cell: buckets.cell(earlier.bucketUs) },
      cells.groups
    ));
  const groups = before?.groups ?? cells.groups;
  refuseTooMany(groups.length * buckets.starts.length * metrics.length * (before ? 2 : 1));
  return {
    groups,
    buckets,
    times: buckets.starts,
    values: valuesOf(context, metrics, buckets, cells, groups.length),
    ...(earlier && before ? { earlier: valuesOf(earlier, metrics, buckets, before, groups.length) } : {}),
  };
}

/** Per metric and group one value per bucket. Nothing is known of a bucket of which the time has not come, or never was. */
function valuesOf(
  context: HandlerContext,
  metrics: readonly MetricName[],
  buckets: Buckets,
  cells: Cells,
  groups: number
): Array<Array<Array<number | null>>> {
  const seconds = buckets.starts.map((start, index) => secondsAt(context, start, buckets.ends[index]!));
  return metrics.map((metric, at) => {
    const empty = seconds.map((covered): number | null => (context.shift && covered === 0 ? null : emptyValue(metric)));
    const perGroup = Array.from({ length: groups }, () => [...empty]);
    const raw = cells.measures[at]!;
    cells.cell.forEach((cell, row) => {
      const bucket = buckets.locate(cell);
      if (bucket < seconds.length) {
        perGroup[cells.group[row]!]![bucket] = finishMetric(metric, raw[row], seconds[bucket]!);
      }
    });
    return perGroup;
  });
}

/** Refuses answers nobody could use. Throws an ApitrailError. */
export function refuseTooMany(cells: number): void {
  if (cells > MOST_CELLS) {
    throw new ApitrailError(
      'APITRAIL_RESULT_TOO_LARGE',
      `The answer would have ${cells} values; at most ${MOST_CELLS} are given. Use a coarser interval, a lower limit or fewer metrics.`
    );
  }
}

/** A frame per metric and group, and as many of the earlier time, where there is one. */
export function seriesAnswer(series: Series, keys: readonly KeyExpression[], metrics: readonly MetricName[]): Answer {
  const frames = (values: Series['values']) =>
    metrics.flatMap((metric, at) =>
      series.groups.map((group, index): Frame => {
        const field = metricField(metric, values[at]![index]!);
        const name = seriesName(metric, metrics.length, keys, group);
        return {
          name,
          meta: { type: 'timeseries-multi', preferredVisualisationType: 'graph' },
          fields: [
            timeField(series),
            { ...field, labels: groupLabels(keys, group), config: { ...field.config, displayNameFromDS: name } },
          ],
        };
      })
    );
  return { frames: frames(series.values), ...(series.earlier ? { earlierFrames: frames(series.earlier) } : {}) };
}

function seriesName(metric: MetricName, metrics: number, keys: readonly KeyExpression[], group: RankedGroup): string {
  const { displayName } = metricOf(metric);
  if (keys.length === 0) {
    return displayName;
  }
  const label = group.other ? OTHER_GROUP : keys.map((_, index) => groupText(keys, group, index) || NO_VALUE).join(' ');
  return metrics === 1 ? label : `${displayName} ${label}`;
}

function timeField({ times, buckets }: Series): Field {
  return { name: 'time', type: 'time', values: times, config: { interval: buckets.interval } };
}

/** One frame: a row per bucket and group. */
export function seriesTable(series: Series, keys: readonly KeyExpression[], metrics: readonly MetricName[]): Frame {
  const { groups, times, values, earlier } = series;
  const rows = times.flatMap((_, bucket) => groups.map((group, index) => ({ bucket, group, index })));
  return {
    meta: { type: 'table', preferredVisualisationType: 'table' },
    fields: [
      {
        name: 'time',
        type: 'time',
        values: rows.map(({ bucket }) => times[bucket]!),
        config: { interval: series.buckets.interval },
      },
      ...groupFields(
        keys,
        rows.map(({ group }) => group)
      ),
      ...metrics.flatMap((metric, at) =>
        comparedFields(
          metric,
          rows.map(({ bucket, index }) => values[at]![index]![bucket]!),
          earlier && rows.map(({ bucket, index }) => earlier[at]![index]![bucket]!)
        )
      ),
    ],
  };
}
