import { previousName, type Field } from '@apitrail/contract';

import type { HandlerContext } from '../handler';
import type { ComparedRequest, ComparedTotals } from './compared-totals';
import { groupCells, type Cells } from './groups';
import { planInterval, type Buckets } from './interval';
import { matchCells } from './matched-groups';
import { measureOf } from './metrics';
import type { NamedSql } from './select';
import { begun } from './series';

/** About how many points a trend has: what a sparkline can show. */
const POINTS = 40;
const MOST_POINTS = 200;

/** Requests per bucket of each group, beside its totals. */
export interface Trend {
  buckets: Buckets;
  /** Aggregates to add, as the last ones, to the totals of the groups; none when the rows are weighted. */
  extras(context: HandlerContext): readonly NamedSql[];
}

/** A trend over the range: as fine as `interval` says when it is given, else some 40 points. */
export async function planTrend(
  context: HandlerContext,
  query: { interval?: string | undefined; timezone: string }
): Promise<Trend> {
  const { interval, timezone } = query;
  const request = interval === undefined ? { timezone } : { interval, timezone, maxDataPoints: MOST_POINTS };
  const { buckets } = begun(planInterval(request, context.range, POINTS), context);
  const extras = new Map<HandlerContext, readonly NamedSql[]>();
  for (const of of context.earlier ? [context, context.earlier] : [context]) {
    const countOf = buckets.cell(of.bucketUs);
    const counted = { name: 'trend', sql: of.dialect.histogram(countOf), countOf };
    extras.set(of, (await of.isWeighted()) ? [] : [counted]);
  }
  return { buckets, extras: (of) => extras.get(of) ?? [] };
}

/** One list of counts per group, in the order of the groups, and one of the earlier time, where there is one. */
export async function readTrend(
  context: HandlerContext,
  trend: Trend,
  request: ComparedRequest,
  totals: ComparedTotals
): Promise<Field[]> {
  const cellRequest = { ...request, measures: [measureOf('requests')] };
  const ownCounts =
    trend.extras(context).length > 0
      ? histogramCounts(trend, totals.extras.at(-1)!)
      : cellCounts(
          trend,
          await groupCells(await context.aggregator(), { ...cellRequest, cell: trend.buckets.cell(context.bucketUs) }),
          totals.groups.length
        );
  const field: Field = {
    name: 'trend',
    type: 'json',
    values: ownCounts,
    config: { displayNameFromDS: 'Trend', description: 'Requests over the range, a count per point.' },
  };
  const { earlier } = context;
  if (!earlier || !totals.earlier || !request.earlierRows) {
    return [field];
  }
  const counts =
    trend.extras(earlier).length > 0
      ? histogramCounts(trend, totals.earlier.extras.at(-1)!)
      : cellCounts(
          trend,
          await matchCells(
            await earlier.aggregator(),
            { ...cellRequest, rows: request.earlierRows, cell: trend.buckets.cell(earlier.bucketUs) },
            totals.groups
          ),
          totals.groups.length
        );
  return [
    field,
    {
      ...field,
      name: previousName('trend'),
      values: counts,
      config: {
        displayNameFromDS: 'Trend (earlier)',
        description: 'Requests of the earlier time, a count per point of the trend.',
      },
    },
  ];
}

function histogramCounts({ buckets }: Trend, histograms: readonly unknown[]): number[][] {
  return histograms.map((histogram) => {
    const counts = zeros(buckets);
    for (const [cell, requests] of Object.entries((histogram ?? {}) as Record<string, number>)) {
      const bucket = buckets.locate(cell);
      if (bucket < counts.length) {
        counts[bucket] = requests;
      }
    }
    return counts;
  });
}

function cellCounts({ buckets }: Trend, cells: Cells, groups: number): number[][] {
  const counts = Array.from({ length: groups }, () => zeros(buckets));
  cells.cell.forEach((cell, row) => {
    const bucket = buckets.locate(cell);
    const own = counts[cells.group[row]!];
    if (own && bucket < own.length) {
      own[bucket] = Number(cells.measures[0]![row]);
    }
  });
  return counts;
}

function zeros({ starts }: Buckets): number[] {
  return new Array<number>(starts.length).fill(0);
}
