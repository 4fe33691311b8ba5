import { InvalidArgumentError } from 'commander';
import { DateTime, type DateTimeUnit, type DurationLikeObject } from 'luxon';

const UNITS: Record<string, { duration: keyof DurationLikeObject; start: DateTimeUnit }> = {
  s: { duration: 'seconds', start: 'second' },
  m: { duration: 'minutes', start: 'minute' },
  h: { duration: 'hours', start: 'hour' },
  d: { duration: 'days', start: 'day' },
  w: { duration: 'weeks', start: 'week' },
  M: { duration: 'months', start: 'month' },
  y: { duration: 'years', start: 'year' },
};
const STEP = /^(?:([+-])(\d+)([smhdwMy])|\/([smhdwMy]))/;

/**
 * Epoch milliseconds of a time as people write it: Grafana's `now`, `now-1d`, `now-1d/d` (rounded down, in UTC), ISO 8601
 * (UTC where it names no offset), or epoch milliseconds. NaN when it is none of these.
 */
export function parseTime(text: string, now: number = Date.now()): number {
  if (/^-?\d{9,16}$/.test(text)) {
    return Number(text);
  }
  if (text.startsWith('now')) {
    return relative(text.slice(3), now);
  }
  return /^\d{4}-/.test(text) ? DateTime.fromISO(text, { zone: 'utc' }).toMillis() : NaN;
}

/** Reads an option that is a time. Epoch milliseconds. */
export function timeArgument(text: string): number {
  const ms = parseTime(text);
  if (!Number.isFinite(ms)) {
    throw new InvalidArgumentError('Use now, now-1d, an ISO time or epoch milliseconds.');
  }
  return ms;
}

function relative(steps: string, now: number): number {
  let time = DateTime.fromMillis(now, { zone: 'utc' });
  let rest = steps;
  while (rest !== '') {
    const match = STEP.exec(rest);
    if (!match) {
      return NaN;
    }
    const [whole, sign, amount, unit, floor] = match;
    if (floor) {
      time = time.startOf(UNITS[floor]!.start);
    } else {
      time = time.plus({ [UNITS[unit!]!.duration]: Number(amount) * (sign === '-' ? -1 : 1) });
    }
    rest = rest.slice(whole.length);
  }
  return time.toMillis();
}
