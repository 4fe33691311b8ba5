import { dateTimeForTimeZone } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';

import { formatTime } from './format';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 5, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((n) => n * DAY),
];

/** A moment that an axis names. */
export interface TimeTick {
  time: number;
  text: string;
}

/**
 * Moments from `from` to before `end` that an axis of time names, at most about `most` of them. Steps are counted in calendar
 * time, so that hours and days begin where people say they do.
 */
export function timeTicks(from: number, end: number, most: number, timeZone: TimeZone): TimeTick[] {
  const step = STEPS.find((s) => (end - from) / s <= most) ?? STEPS[STEPS.length - 1];
  const format = step < MINUTE ? 'HH:mm:ss' : step < DAY ? 'HH:mm' : step < 300 * DAY ? 'MM-DD' : 'YYYY-MM';
  const offsetAt = (time: number) => dateTimeForTimeZone(timeZone, time).utcOffset() * MINUTE;
  const offset = offsetAt(from);
  const ticks: TimeTick[] = [];
  for (let local = Math.ceil((from + offset) / step) * step; ; local += step) {
    const time = local - offsetAt(local - offset);
    if (time >= end) {
      return ticks;
    }
    if (time >= from) {
      ticks.push({ time, text: formatTime(time, timeZone, step < DAY && local % DAY === 0 ? 'MM-DD' : format) });
    }
  }
}
