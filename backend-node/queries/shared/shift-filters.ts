import { type Filter } from '@apitrail/contract';

import { DAY_MS } from './timezone';
import type { TimeShift } from './time-shift';

/**
 * Filters as an earlier question has them: times and dates in them are moved back like the range, everything else is the
 * same. What is no time stays, for the filter itself to refuse.
 */
export function shiftFilters(filters: readonly Filter[], shift: TimeShift): Filter[] {
  return filters.map((filter): Filter => {
    if ('any' in filter) {
      return { any: shiftFilters(filter.any, shift) };
    }
    if ('all' in filter) {
      return { all: shiftFilters(filter.all, shift) };
    }
    const move = filter.key === 'time' ? shiftTime : filter.key === 'date' ? shiftDate : undefined;
    if (move === undefined) {
      return filter;
    }
    return {
      ...filter,
      ...(filter.value === undefined ? {} : { value: move(filter.value, shift) }),
      ...(filter.values === undefined ? {} : { values: filter.values.map((value) => move(value, shift)) }),
    };
  });
}

function shiftTime(text: string, shift: TimeShift): string {
  const ms = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(ms) ? text : String(shift.back(ms));
}

/** Dates are of UTC, where every day is as long as the next. */
function shiftDate(text: string, { days }: TimeShift): string {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? text : new Date(ms - days * DAY_MS).toISOString().slice(0, 10);
}
