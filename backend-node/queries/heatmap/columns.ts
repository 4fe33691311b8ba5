import { OTHER_GROUP, type FieldType, type HeatmapQuery } from '@apitrail/contract';

import { sql, type Sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import { rankedRelation, topAndOther } from '../shared/groups';
import { keyExpression, keyText, type KeyValue } from '../shared/keys';
import { measureOf } from '../shared/metrics';
import type { RowSource } from '../shared/select';
import { bucketsOf, secondsCovered } from '../shared/series';
import { dayOfWeek, hourOfDay, localWeekHourSeconds, offsetSpans } from '../shared/timezone';

/** How many values of a key become columns before the rest becomes `{other}`. */
const MOST_COLUMNS = 100;

/** Columns of a time axis when neither the query nor Grafana says how many. */
const TIME_COLUMNS = 120;

/** The columns of a heatmap: what rows are sorted into, and what a person sees. */
export interface HeatmapColumns {
  rows: RowSource;
  /** What a row is sorted by. */
  cell: Sql;
  /** Number of the column, from 0, of a value of `cell`; cells beyond the columns are left out. */
  locate: (cell: unknown) => number;
  type: FieldType;
  /** Every column, in order. */
  values: Array<number | string>;
  /** Ends of the columns, of times. */
  ends?: number[];
  interval?: number;
  /** Seconds of the range each column covers. */
  seconds: number[];
}

export async function heatmapColumns(
  query: HeatmapQuery,
  context: HandlerContext,
  rows: RowSource
): Promise<HeatmapColumns> {
  const { range } = context;
  const epochUs = context.dialect.epochUs(sql`time`);
  const spans = () => offsetSpans(query.timezone, range.from, range.to);
  switch (query.x) {
    case 'time': {
      const buckets = bucketsOf(context, query, TIME_COLUMNS);
      return {
        rows,
        cell: buckets.cell(epochUs),
        locate: (cell) => buckets.locate(cell),
        type: 'time',
        values: buckets.starts,
        ends: buckets.ends,
        interval: buckets.interval,
        seconds: buckets.starts.map((start, index) => secondsCovered(context, start, buckets.ends[index]!)),
      };
    }
    case 'hour_of_day': {
      const clock = spans();
      const covered = localWeekHourSeconds(clock, range.from, coveredEnd(context));
      const seconds = Array.from({ length: 24 }, (_, hour) => total(covered.map((day) => day[hour]!)));
      return {
        rows,
        cell: hourOfDay(epochUs, clock),
        locate: Number,
        type: 'number',
        values: counting(0, 24),
        seconds,
      };
    }
    case 'day_of_week': {
      const clock = spans();
      const covered = localWeekHourSeconds(clock, range.from, coveredEnd(context));
      const locate = (day: unknown) => Number(day) - 1;
      return {
        rows,
        cell: dayOfWeek(epochUs, clock),
        locate,
        type: 'number',
        values: counting(1, 7),
        seconds: covered.map(total),
      };
    }
    default:
      return keyColumns(query, context, rows);
  }
}

function coveredEnd({ range, now }: HandlerContext): number {
  return now > range.from ? Math.min(range.to, now) : range.to;
}

const counting = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);
const total = (numbers: number[]) => numbers.reduce((sum, one) => sum + one, 0);

/** Values of a key as columns, in their natural order; a null one is the empty string, the rest `{other}`. */
async function keyColumns(query: HeatmapQuery, context: HandlerContext, rows: RowSource): Promise<HeatmapColumns> {
  const key = keyExpression(query.x, context.dialect);
  const measure = measureOf('requests');
  const request = { rows, keys: [key], measures: [], orderBy: measure, limit: MOST_COLUMNS };
  const { totals, top } = await topAndOther(await context.aggregator(), request, []);
  const texts = totals.groups.map((group) =>
    group.other ? OTHER_GROUP : keyText(group.values[0] as KeyValue, key.kind)
  );
  const order = texts
    .map((text, rank) => ({ text, rank, last: text === '' || text === OTHER_GROUP }))
    .sort((a, b) => Number(a.last) - Number(b.last) || a.text.localeCompare(b.text, 'en', { numeric: true }));
  const positions = new Array<number>(order.length);
  order.forEach(({ rank }, position) => (positions[rank] = position));
  const seconds = secondsCovered(context, context.range.from, context.range.to);
  return {
    rows: { ...rows, relation: rankedRelation(context.dialect, rows, [key], top, 'x_rank') },
    cell: sql`x_rank`,
    locate: (rank) => positions[rank == null ? order.length - 1 : Number(rank)]!,
    type: 'string',
    values: order.map(({ text }) => text),
    seconds: order.map(() => seconds),
  };
}
