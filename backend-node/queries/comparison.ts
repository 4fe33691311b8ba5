import { ApitrailError, type Comparison, type Field, type Frame, type Query } from '@apitrail/contract';

import type { RunContext, RunSource } from './run-context';
import { EARLIEST } from './range-bounds';
import { planTimeShift, type TimeShift } from './shared/time-shift';

/** How far back a query compares; undefined when it does not. Throws an ApitrailError for what cannot be compared so. */
export function timeShiftOf({ query, range, now, forAlerting }: RunSource): TimeShift | undefined {
  if (query.timeShift === undefined) {
    return undefined;
  }
  if (forAlerting && query.queryType === 'sql') {
    throw new ApitrailError(
      'APITRAIL_UNSUPPORTED_FORMAT',
      'timeShift: SQL is not compared for an alert rule. Compute the change in the SQL, from $__from and $__to, in the format numeric and without timeShift.',
      { where: 'timeShift' }
    );
  }
  if (forAlerting && query.format !== 'numeric') {
    throw new ApitrailError(
      'APITRAIL_UNSUPPORTED_FORMAT',
      `timeShift: an alert rule cannot tell the ${formatName(query)} of two times apart. Use the format numeric, where compare says which number is answered: change, difference or previous.`,
      { where: 'timeShift' }
    );
  }
  return planTimeShift(query.timeShift, { timezone: query.timezone, range, now, earliest: EARLIEST });
}

function formatName({ format }: Query): string {
  return format === 'time_series' ? 'series' : 'rows';
}

/** What the marker of every frame says of the earlier time. */
export function comparisonOf({ by, range, end, until, diffMs }: TimeShift): Comparison {
  return { timeShift: by, from: range.from, to: end, until, diffMs };
}

const iso = (time: number) => new Date(time).toISOString();

/** Says what is special about the earlier time: that it is cut, that data of it is missing or sampled. */
export function noticeComparison(context: RunContext, { by, range, end, until }: TimeShift): void {
  if (end <= range.from) {
    context.notice('info', `This range has not begun: of what was ${by} earlier nothing is counted.`);
    return;
  }
  const { oldest, newest } = context.snapshot;
  if (until < context.range.to) {
    context.notice(
      'info',
      `This range is not over: what was ${by} earlier is counted up to the same moment, ${iso(end)}.`
    );
  }
  if (oldest !== null && newest !== null && (end <= oldest || range.from > newest)) {
    context.notice(
      'warning',
      `There is no data to compare with: ${by} earlier is ${iso(range.from)} to ${iso(end)}, and data begins at ${iso(oldest)}.`
    );
  } else if (oldest !== null && oldest - range.from > (end - range.from) / 10) {
    context.notice(
      'warning',
      `Data begins at ${iso(oldest)}: of what was ${by} earlier, from ${iso(range.from)} on, a part is missing.`
    );
  }
}

/** A frame of the earlier time, told apart by its name, and drawn by Grafana's own panels as a ghost of the other. */
export function earlierFrame(frame: Frame, { by, diffMs }: TimeShift): Frame {
  const series = frame.meta?.type?.startsWith('timeseries') ?? false;
  const named = (name: string) => `${name} (${by} earlier)`;
  return {
    ...frame,
    ...(frame.name === undefined ? {} : { name: named(frame.name) }),
    fields: frame.fields.map((field): Field => {
      if (!series || field.type !== 'number') {
        return field;
      }
      const { config = {} } = field;
      return {
        ...field,
        config: {
          ...config,
          displayNameFromDS: named(config.displayNameFromDS ?? field.name),
          custom: {
            ...config.custom,
            lineStyle: { fill: 'dash', dash: [6, 6] },
            lineWidth: 1,
            fillOpacity: 0,
            // As Grafana's own comparison marks its fields; of a frame's meta its Go SDK would keep no such key.
            timeCompare: { diffMs, isTimeShiftQuery: true },
          },
        },
      };
    }),
  };
}
