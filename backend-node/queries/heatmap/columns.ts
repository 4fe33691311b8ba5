import { OTHER_GROUP, type FieldType, type HeatmapQuery } from '@apitrail/contract';

import { sql, type Sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import { comparedTotals } from '../shared/compared-totals';
import type { ComparedRows } from '../shared/compared';
import { rankedRelation, topOf } from '../shared/groups';
import type { Range } from '../shared/interval';
import { keyExpression, keyText, type KeyValue } from '../shared/keys';
import { measureOf } from '../shared/metrics';
import type { RowSource } from '../shared/select';
import { bucketsOf, secondsAt, secondsCovered } from '../shared/series';
import { dayOfWeek, hourOfDay, localWeekHourSeconds, offsetSpans } from '../shared/timezone';

/** How many values of a key become columns before the rest becomes `{other}`. */
const MOST_COLUMNS = 100;

/** Columns of a time axis when neither the query nor Grafana says how many. */
const TIME_COLUMNS = 120;

/** How the rows of one time are sorted into columns. */
export interface ColumnSource {
  rows: RowSource;
  /** What a row is sorted by. */
  cell: Sql;
  /** Seconds that each column covers of that time. */
  seconds: number[];
}

/** The columns of a heatmap: what rows are sorted into, and what a person sees. */
export interface HeatmapColumns {
  own: ColumnSource;
  /** The rows of the earlier time, where there is one, by the same columns. */
  earlier: ColumnSource | undefined;
  /** Number of the column, from 0, of a value of `cell`; cells beyond the columns are left out. */
  locate: (cell: unknown) => number;
  type: FieldType;
  /** Every column, in order. */
  values: Array<number | string>;
  /** Ends of the columns, of times. */
  ends?: number[];
  interval?: number;
}

export async function heatmapColumns(
  query: HeatmapQuery,
  context: HandlerContext,
  compared: ComparedRows
): Promise<HeatmapColumns> {
  if (query.x === 'time') {
    const buckets = bucketsOf(context, query, TIME_COLUMNS);
    return {
      ...sources(context, compared, (of) => ({
        cell: buckets.cell(of.bucketUs),
        seconds: buckets.starts.map((start, index) => secondsAt(of, start, buckets.ends[index]!)),
      })),
      locate: (cell) => buckets.locate(cell),
      type: 'time',
      values: buckets.starts,
      ends: buckets.ends,
      interval: buckets.interval,
    };
  }
  if (query.x !== 'hour_of_day' && query.x !== 'day_of_week') {
    return keyColumns(query, context, compared);
  }
  const clock = offsetSpans(query.timezone, context.range.from, context.range.to);
  const weekHours = (of: HandlerContext) => {
    const each = coveredParts(of).map(({ from, to }) => localWeekHourSeconds(clock, from, to));
    return Array.from({ length: 7 }, (_, day) =>
      Array.from({ length: 24 }, (__, hour) => total(each.map((part) => part[day]![hour]!)))
    );
  };
  const calendar =
    query.x === 'hour_of_day'
      ? {
          ...sources(context, compared, (of) => {
            const covered = weekHours(of);
            return {
              cell: hourOfDay(of.bucketUs, clock),
              seconds: counting(0, 24).map((hour) => total(covered.map((day) => day[hour]!))),
            };
          }),
          locate: Number,
          values: counting(0, 24),
        }
      : {
          ...sources(context, compared, (of) => ({
            cell: dayOfWeek(of.bucketUs, clock),
            seconds: weekHours(of).map(total),
          })),
          locate: (day: unknown) => Number(day) - 1,
          values: counting(1, 7),
        };
  return { ...calendar, type: 'number' };
}

function sources(
  context: HandlerContext,
  { rows, earlierRows }: ComparedRows,
  sourceOf: (context: HandlerContext) => Omit<ColumnSource, 'rows'>
): Pick<HeatmapColumns, 'own' | 'earlier'> {
  const { earlier } = context;
  return {
    own: { rows, ...sourceOf(context) },
    earlier: earlier && earlierRows && { rows: earlierRows, ...sourceOf(earlier) },
  };
}

/** The parts of the query's range that are over, or that what was read of the earlier time lies over. */
function coveredParts({ range, now, shift }: HandlerContext): readonly Range[] {
  return shift?.laid ?? [{ from: range.from, to: now > range.from ? Math.min(range.to, now) : range.to }];
}

const counting = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);
const total = (numbers: number[]) => numbers.reduce((sum, one) => sum + one, 0);

/** Values of a key as columns, in their natural order; a null one is the empty string, the rest `{other}`. */
async function keyColumns(
  query: HeatmapQuery,
  context: HandlerContext,
  compared: ComparedRows
): Promise<HeatmapColumns> {
  const key = keyExpression(query.x, context.dialect);
  const request = { ...compared, keys: [key], measures: [], orderBy: measureOf('requests'), limit: MOST_COLUMNS };
  const { groups } = await comparedTotals(context, request, () => []);
  const texts = groups.map((group) => (group.other ? OTHER_GROUP : keyText(group.values[0] as KeyValue, key.kind)));
  const order = texts
    .map((text, rank) => ({ text, rank, last: text === '' || text === OTHER_GROUP }))
    .sort((a, b) => Number(a.last) - Number(b.last) || a.text.localeCompare(b.text, 'en', { numeric: true }));
  const positions = new Array<number>(order.length);
  order.forEach(({ rank }, position) => (positions[rank] = position));
  const top = topOf([key], groups);
  const ranked = (rows: RowSource) => ({
    ...rows,
    relation: rankedRelation(context.dialect, rows, [key], top, 'x_rank'),
  });
  const seconds = (of: HandlerContext) => order.map(() => secondsCovered(of, of.range.from, of.range.to));
  return {
    ...sources(
      context,
      { rows: ranked(compared.rows), earlierRows: compared.earlierRows && ranked(compared.earlierRows) },
      (of) => ({ cell: sql`x_rank`, seconds: seconds(of) })
    ),
    locate: (rank) => positions[rank == null ? order.length - 1 : Number(rank)]!,
    type: 'string',
    values: order.map(({ text }) => text),
  };
}
