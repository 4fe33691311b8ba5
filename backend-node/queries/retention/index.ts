import { ApitrailError, type RetentionCohorts, type RetentionMarker, type RetentionQuery } from '@apitrail/contract';

import { sql } from '../../engine/sql';
import type { HandlerContext, QueryHandler } from '../handler';
import { newestOf } from '../shared/newest';
import { noticeWithoutUnit } from '../shared/unit-notices';
import { shareSql, unitRows } from '../shared/units';
import { cohortsOf, meanOf, type Cohort, type CohortTimes } from './cohorts';
import { columnsOf, numericColumn, type RetentionColumn } from './columns';
import { cohortsFrame, curveFrame, numericFrame } from './frames';
import { ROLLING_MS, calendarIntervals } from './intervals';
import { retentionCounts } from './sql';

/** More cohorts than this are refused: nobody could read them. */
const MOST_COHORTS = 400;

/** Who comes back, by when they started. */
export const retention: QueryHandler<'retention'> = {
  async run(query, context) {
    const columns = columnsOf(query);
    const { earlier } = context;
    const column = query.format === 'numeric' ? numericColumn(query, columns) : 0;
    const own = await runRetention(query, columns, context);
    const before = earlier && (await runRetention(query, columns, earlier));
    noticeWithoutUnit(context, query, own.withoutUnit);
    if (own.cohorts.length > 0 && own.cohorts.every(({ size }) => size === 0) && query.start.length > 0) {
      context.notice('info', 'No request of a unit in this range matches start: nobody starts, so nobody can return.');
    }
    const marker = markerOf(query, columns, own.cohorts, own.withoutUnit);
    if (query.format === 'numeric') {
      return { frames: [numericFrame(query, columns[column]!, column, own.cohorts, before?.cohorts)], marker };
    }
    return query.view === 'curve'
      ? { frames: [curveFrame(query, columns, own.cohorts, before?.cohorts)], marker }
      : {
          frames: [cohortsFrame(query, columns, own.cohorts)],
          ...(before ? { earlierFrames: [cohortsFrame(query, columns, before.cohorts)] } : {}),
          marker: { ...marker, ...(before ? { earlier: cohortsMarker(columns, before.cohorts) } : {}) },
        };
  },
};

async function runRetention(
  query: RetentionQuery,
  columns: readonly RetentionColumn[],
  context: HandlerContext
): Promise<{ cohorts: Cohort[]; withoutUnit: number }> {
  const { range } = context;
  const last = columns.at(-1)!.to;
  const calendar = calendarIntervals(query.interval, range, query.timezone, last);
  refuseManyCohorts(query, calendar.count);
  const rolling = query.alignment === 'rolling' ? ROLLING_MS[query.interval] : undefined;
  const horizon = (await newestOf(context)) / 1000;
  const lastEnd = rolling === undefined ? calendar.starts.at(-1)! : range.to + last * rolling;
  // Who returns after the last column has returned on or after each.
  const end = query.mode === 'on_or_after' ? Math.max(lastEnd, Math.floor(horizon) + 1) : lastEnd;
  const first = query.starts === 'first';
  const reach = { ...(first ? {} : { from: range.from }), to: end };
  const units = await unitRows(query, context, reach);
  const retained = retentionCounts({
    rows: units.rows,
    tables: units.tables,
    unit: units.unit,
    start: query.start.length > 0 ? context.condition(query.start, 'start') : undefined,
    return: query.return.length > 0 ? context.condition(query.return, 'return') : undefined,
    from: range.from * 1000,
    to: range.to * 1000,
    first,
    mode: query.mode,
    columns,
    cell: (epochUs) => calendar.cell(epochUs),
    rolling: rolling === undefined ? undefined : rolling * 1000,
    weighted: await context.isWeighted(reach),
    dialect: context.dialect,
  });
  const table = await context.run(
    sql`${retained}
UNION ALL
SELECT NULL, NULL, without_unit FROM (${shareSql(units)}) AS share`
  );
  const [cohort, column, count] = table.values as [Array<number | null>, number[], number[]];
  const counts = cohort.flatMap((number, row) =>
    number == null ? [] : [{ cohort: number, column: column[row]!, units: count[row]! }]
  );
  const share = count[cohort.findIndex((number) => number == null)]!;
  const times: CohortTimes = {
    starts: calendar.starts,
    count: calendar.count,
    from: range.from,
    to: range.to,
    rolling,
    horizon,
  };
  return {
    cohorts: cohortsOf(counts, columns, times, query.mode),
    withoutUnit: share,
  };
}

function refuseManyCohorts({ interval }: RetentionQuery, count: number): void {
  if (count > MOST_COHORTS) {
    const wider = { hour: 'day', day: 'week', week: 'month', month: undefined }[interval];
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      `interval: the range has ${count} ${interval}s, and at most ${MOST_COHORTS} cohorts are answered. Choose a shorter range${wider ? `, or ${wider}` : ''}.`,
      { where: 'interval' }
    );
  }
}

function markerOf(
  query: RetentionQuery,
  columns: readonly RetentionColumn[],
  cohorts: readonly Cohort[],
  rowsWithoutUnit: number
): Omit<RetentionMarker, 'queryType' | 'dataset' | 'from' | 'to' | 'filters'> {
  const { view, unit, identity, start, interval, mode, alignment, starts, metric, timezone } = query;
  return {
    ...{ view, unit, identity, start, return: query.return, interval, mode, alignment, starts, metric, timezone },
    columns: [...columns],
    ...cohortsMarker(columns, cohorts),
    rowsWithoutUnit,
  };
}

function cohortsMarker(columns: readonly RetentionColumn[], cohorts: readonly Cohort[]): RetentionCohorts {
  return {
    cohorts: cohorts.map(({ start }) => start),
    sizes: cohorts.map(({ size }) => size),
    complete: cohorts.map(({ complete }) => complete),
    mean: columns.map((_, column) => meanOf(cohorts, column).rate),
  };
}
