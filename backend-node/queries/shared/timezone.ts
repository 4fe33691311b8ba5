import { IANAZone } from 'luxon';

import { raw, sql, type Sql } from '../../engine/sql';

export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * DAY_MS;

/** A stretch of time during which a zone keeps one offset. `until` is exclusive; the last one is open. */
export interface OffsetSpan {
  /** Epoch milliseconds. */
  from: number;
  until: number;
  /** Milliseconds to add to UTC to get the wall clock. */
  offset: number;
}

/** Years whose changes of the clock are looked for; before and after, a zone keeps the offset it has there. */
const FIRST_YEAR = 1900;
const LAST_YEAR = 2100;

/** Zones whose clocks never change, under the names that people use. */
const UNIVERSAL = /^(utc|uct|gmt|zulu|universal|greenwich|etc\/(utc|uct|gmt|zulu|universal|greenwich))$/i;

/** Changes of the clock of each zone, by year: asking the runtime for an offset takes microseconds, a year has 365 days. */
const changesOf = new Map<string, Map<number, Change[]>>();
const MOST_ZONES = 50;

interface Change {
  at: number;
  /** From then on. */
  offset: number;
}

/**
 * Offsets of an IANA zone around a range, in order. The first span is open to the past and the last to the future, so
 * that every time has one. A range of a year has at most a few, so SQL that picks among them is cheap and exact.
 */
export function offsetSpans(timezone: string, from: number, to: number): OffsetSpan[] {
  if (UNIVERSAL.test(timezone)) {
    return [{ from: -Infinity, until: Infinity, offset: 0 }];
  }
  const zone = IANAZone.create(timezone);
  const offsetAt = (time: number) => Math.round(zone.offset(time) * 60_000);
  const sane = (time: number) => Math.min(Math.max(time, Date.UTC(FIRST_YEAR)), Date.UTC(LAST_YEAR + 1) - 1);
  const [start, end] = [sane(from - 2 * DAY_MS), sane(to + 2 * DAY_MS)];
  let current: OffsetSpan = { from: -Infinity, until: Infinity, offset: offsetAt(start) };
  const spans = [current];
  for (let year = yearOf(start); year <= yearOf(end); year++) {
    for (const { at, offset } of changesIn(timezone, year, offsetAt)) {
      if (at > start && at <= end) {
        current.until = at;
        current = { from: at, until: Infinity, offset };
        spans.push(current);
      }
    }
  }
  return spans;
}

const yearOf = (time: number) => new Date(time).getUTCFullYear();

function changesIn(timezone: string, year: number, offsetAt: (time: number) => number): Change[] {
  if (!changesOf.has(timezone) && changesOf.size >= MOST_ZONES) {
    changesOf.clear();
  }
  const years = changesOf.get(timezone) ?? new Map<number, Change[]>();
  changesOf.set(timezone, years);
  const known = years.get(year) ?? findChanges(offsetAt, Date.UTC(year), Date.UTC(year + 1));
  years.set(year, known);
  return known;
}

/** Changes after a time up to another, found by looking at every day. */
function findChanges(offsetAt: (time: number) => number, after: number, end: number): Change[] {
  const changes: Change[] = [];
  let time = after;
  let offset = offsetAt(time);
  while (time < end) {
    const next = Math.min(time + DAY_MS, end);
    if (offsetAt(next) === offset) {
      time = next;
    } else {
      time = firstChange(offsetAt, time, next);
      offset = offsetAt(time);
      changes.push({ at: time, offset });
    }
  }
  return changes;
}

function firstChange(offsetAt: (time: number) => number, before: number, after: number): number {
  const old = offsetAt(before);
  let low = before;
  let high = after;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === old) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return high;
}

/** Microseconds of the wall clock since 1970-01-01 00:00 of the wall clock, of microseconds since the epoch. */
export function localUs(epochUs: Sql, spans: readonly OffsetSpan[]): Sql {
  if (spans.length === 1) {
    return sql`(${epochUs} + ${us(spans[0]!.offset)})`;
  }
  const cases = spans
    .slice(0, -1)
    .map((span) => sql`WHEN ${epochUs} < ${us(span.until)} THEN ${us(span.offset)}`)
    .reduce((all, one) => sql`${all} ${one}`);
  return sql`(${epochUs} + CASE ${cases} ELSE ${us(spans.at(-1)!.offset)} END)`;
}

/** Milliseconds of the wall clock since 1970-01-01 00:00 of the wall clock. */
export function localTime(time: number, spans: readonly OffsetSpan[]): number {
  return time + spans.find(({ until }) => time < until)!.offset;
}

/**
 * When a wall clock showed a time, epoch milliseconds: the first time where it did so twice, and as if the clock had not
 * been changed yet where it never did.
 */
export function epochOfLocal(local: number, spans: readonly OffsetSpan[]): number {
  const index = spans.findIndex((span) => local - span.offset < span.until);
  const time = local - spans[index]!.offset;
  return time < spans[index]!.from ? local - spans[index - 1]!.offset : time;
}

/** Number of the local day a time is in, counted from 1970-01-01. */
export function localDay(time: number, spans: readonly OffsetSpan[]): number {
  const span = spans.find(({ until }) => time < until)!;
  return Math.floor((time + span.offset) / DAY_MS);
}

/** First moment of a local day: midnight, or later where the clock jumps over midnight. */
export function startOfLocalDay(day: number, spans: readonly OffsetSpan[]): number {
  for (const span of spans) {
    const candidate = Math.max(span.from, day * DAY_MS - span.offset);
    if (candidate < span.until) {
      return candidate;
    }
  }
  throw new RangeError('the last span of a zone is open');
}

/** Added to wall clocks, whole weeks, so that times before 1970 divide like later ones. */
const LONG_AGO_MS = 28_000 * 7 * DAY_MS;

function positiveUs(epochUs: Sql, spans: readonly OffsetSpan[]): Sql {
  return localUs(
    epochUs,
    spans.map((span) => ({ ...span, offset: span.offset + LONG_AGO_MS }))
  );
}

/** Hour of the day, 0 to 23, of the wall clock. */
export function hourOfDay(epochUs: Sql, spans: readonly OffsetSpan[]): Sql {
  return sql`(${positiveUs(epochUs, spans)} // 3600000000 % 24)`;
}

/** Day of the week, Monday 1 to Sunday 7, of the wall clock. 1970-01-01 was a Thursday. */
export function dayOfWeek(epochUs: Sql, spans: readonly OffsetSpan[]): Sql {
  return sql`((${positiveUs(epochUs, spans)} // 86400000000 + 3) % 7 + 1)`;
}

/** Seconds of a range in each hour of each day of the week of the wall clock: `[Monday 0 … Sunday 6][hour]`. */
export function localWeekHourSeconds(spans: readonly OffsetSpan[], from: number, to: number): number[][] {
  const seconds = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  for (let time = from; time < to;) {
    const span = spans.find(({ until }) => time < until)!;
    const weeks = Math.floor((Math.min(span.until, to) - time) / WEEK_MS);
    if (weeks > 0) {
      seconds.forEach((day) => day.forEach((_, hour) => (day[hour]! += weeks * 3600)));
      time += weeks * WEEK_MS;
      continue;
    }
    const hour = Math.floor((time + span.offset) / HOUR_MS);
    const end = Math.min((hour + 1) * HOUR_MS - span.offset, span.until, to);
    const day = (((Math.floor(hour / 24) + 3) % 7) + 7) % 7;
    seconds[day]![((hour % 24) + 24) % 24]! += (end - time) / 1000;
    time = end;
  }
  return seconds;
}

function us(ms: number): Sql {
  return raw(String(ms * 1000));
}
