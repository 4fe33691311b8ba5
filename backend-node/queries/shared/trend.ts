import type { Field } from '@apitrail/contract';

import { sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import { groupCells, type GroupRequest, type GroupTotals } from './groups';
import { planInterval, type Buckets } from './interval';
import { measureOf } from './metrics';
import type { NamedSql } from './select';
import { begun } from './series';

/** About how many points a trend has: what a sparkline can show. */
const POINTS = 40;
const MOST_POINTS = 200;

/** Requests per bucket of each group, beside its totals. */
export interface Trend {
  buckets: Buckets;
  /** Aggregates to add to the totals of the groups; none when the rows are weighted. */
  extras: NamedSql[];
}

/** A trend over the range: as fine as `interval` says when it is given, else some 40 points. */
export function planTrend(
  context: HandlerContext,
  query: { interval?: string | undefined; timezone: string },
  weighted: boolean
): Trend {
  const { interval, timezone } = query;
  const request = interval === undefined ? { timezone } : { interval, timezone, maxDataPoints: MOST_POINTS };
  const { buckets } = begun(planInterval(request, context.range, POINTS), context);
  const cell = buckets.cell(context.dialect.epochUs(sql`time`));
  return { buckets, extras: weighted ? [] : [{ name: 'trend', sql: context.dialect.histogram(cell) }] };
}

/** One list of counts per group, in the order of the groups. */
export async function readTrend(
  context: HandlerContext,
  { buckets, extras }: Trend,
  request: GroupRequest,
  totals: GroupTotals
): Promise<Field> {
  const count = buckets.starts.length;
  const counts = totals.groups.map(() => new Array<number>(count).fill(0));
  if (extras.length > 0) {
    totals.extras.at(-1)!.forEach((histogram, group) => {
      for (const [cell, requests] of Object.entries((histogram ?? {}) as Record<string, number>)) {
        const bucket = buckets.locate(cell);
        if (bucket < count) {
          counts[group]![bucket] = requests;
        }
      }
    });
  } else {
    const cells = await groupCells(await context.aggregator(), {
      ...request,
      measures: [measureOf('requests')],
      cell: buckets.cell(context.dialect.epochUs(sql`time`)),
    });
    cells.cell.forEach((cell, row) => {
      const bucket = buckets.locate(cell);
      if (bucket < count) {
        counts[cells.group[row]!]![bucket] = Number(cells.measures[0]![row]);
      }
    });
  }
  return {
    name: 'trend',
    type: 'json',
    values: counts,
    config: { displayNameFromDS: 'Trend', description: 'Requests over the range, a count per point.' },
  };
}
