import { ApitrailError, parseDuration } from '@apitrail/contract';

import { join, raw, sql, type Sql } from '../../engine/sql';
import type { Range } from './interval';
import { DAY_MS, epochOfLocal, localTime, offsetSpans, type OffsetSpan } from './timezone';

/** A query's range and present, moved back in time, and how what is found there is laid over the query's own range. */
export interface TimeShift {
  /** As the query says it: `1w`. */
  by: string;
  /** Whole days of that. */
  days: number;
  /** The earlier range, whole. */
  range: Range;
  /**
   * The present, moved back: what came after it is not read, so that of a range that is not over the same part is compared.
   * Of a range that lies wholly in the future that is nothing.
   */
  now: number;
  /** Where the earlier range ends that is read, and where that lies in the query's range. */
  end: number;
  until: number;
  /** Milliseconds that the range was moved by; below 0. */
  diffMs: number;
  /** A time, moved back; epoch milliseconds. */
  back(time: number): number;
  /** Where an earlier time lies in the query's range, and one before or after it beside that; epoch milliseconds. */
  move(time: number): number;
  /** The same in SQL, of and as microseconds since the epoch. */
  moveUs(epochUs: Sql): Sql;
  /** The parts of the query's range that what was read of the earlier one lies over; a part may be there twice. */
  laid: readonly Range[];
  /** Seconds of the earlier range that were read and lie, when moved, from `start` to `end`. */
  seconds(start: number, end: number): number;
}

/** A stretch of earlier time, all of which is moved equally far. */
interface Piece extends Range {
  by: number;
}

/**
 * Moves a range back. Days and weeks are those of the calendar: a time is moved to the same time of the wall clock in the
 * zone, so that days begin at midnight on both sides of a change of the clock. Hours and less are exact.
 *
 * Laid over the query's range, every earlier time has exactly one place: both of two hours that a clock showed twice lie
 * over the one hour of the other day, and an hour that a clock left out over the hour after it.
 *
 * Throws an ApitrailError when the earlier range lies before `earliest`.
 */
export function planTimeShift(
  by: string,
  { timezone, range, now, earliest }: { timezone: string; range: Range; now: number; earliest: number }
): TimeShift {
  const ms = parseDuration(by);
  const calendar = /[dw]$/.test(by);
  const spans = calendar ? offsetSpans(timezone, range.from - ms, range.to) : [UNMOVED];
  const back = (time: number) => epochOfLocal(localTime(time, spans) - ms, spans);
  const earlier = { from: back(range.from), to: back(range.to) };
  if (earlier.from < earliest) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      `timeShift: ${by} before this range lies before the year ${new Date(earliest).getUTCFullYear()}. Use less, such as 1w.`,
      { where: 'timeShift' }
    );
  }
  const cut = now < range.to ? Math.max(now, range.from) : undefined;
  const until = cut ?? range.to;
  const end = cut === undefined ? earlier.to : Math.max(earlier.from, Math.min(back(cut), earlier.to));
  const inside = (time: number) => Math.min(Math.max(time, range.from), until - 1);
  const pieces = piecesOf({ from: earlier.from, to: end }, range, spans, ms);
  const laid = pieces.map((piece) => ({
    from: inside(piece.from + piece.by),
    to: inside(piece.to - 1 + piece.by) + 1,
  }));
  const move = (time: number) => {
    const moved = time + ((pieces.find(({ to }) => time < to) ?? pieces.at(-1))?.by ?? range.from - earlier.from);
    return time >= earlier.from && time < end ? inside(moved) : moved;
  };
  return {
    by,
    days: Math.floor(ms / DAY_MS),
    range: earlier,
    now: now < range.from ? Math.min(back(now), end) : back(now),
    end,
    until,
    diffMs: earlier.from - range.from,
    back,
    move,
    moveUs: (epochUs) => moveUs(epochUs, pieces, { from: range.from, to: until }),
    laid,
    seconds: (start, stop) =>
      laid.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, stop) - Math.max(from, start)), 0) / 1000,
  };
}

const UNMOVED: OffsetSpan = { from: -Infinity, until: Infinity, offset: 0 };

/** The earlier range in pieces, which end where the clock changes on either side. */
function piecesOf(earlier: Range, range: Range, spans: readonly OffsetSpan[], ms: number): Piece[] {
  const changes = spans.slice(1).flatMap((span, index) => {
    const walls = [span.from + spans[index]!.offset, span.from + span.offset];
    // The later change, seen from the earlier side, lies at a time of the wall clock, which each offset puts elsewhere.
    return [span.from, ...walls.flatMap((wall) => spans.map(({ offset }) => wall - ms - offset))];
  });
  const edges = [earlier.from, ...changes, earlier.to]
    .filter((edge) => edge >= earlier.from && edge <= earlier.to)
    .sort((a, b) => a - b);
  const pieces: Piece[] = [];
  edges.slice(1).forEach((to, index) => {
    const from = edges[index]!;
    if (from === to) {
      return;
    }
    // A range may begin in an hour that the clock shows again: what is earlier lies over its begin, not before it.
    const by = Math.max(epochOfLocal(localTime(from, spans) + ms, spans), range.from) - from;
    const last = pieces.at(-1);
    if (last?.by === by) {
      last.to = to;
    } else {
      pieces.push({ from, to, by });
    }
  });
  return pieces;
}

function moveUs(epochUs: Sql, pieces: readonly Piece[], within: Range): Sql {
  const us = (ms: number) => raw(String(ms * 1000));
  const cases = pieces.slice(0, -1).map(({ to, by }) => sql`WHEN ${epochUs} < ${us(to)} THEN ${us(by)}`);
  const last = us(pieces.at(-1)?.by ?? 0);
  const by = cases.length === 0 ? last : sql`CASE ${join(cases, ' ')} ELSE ${last} END`;
  const moved = sql`(${epochUs} + ${by})`;
  const stays = pieces.every((piece) => piece.from + piece.by >= within.from && piece.to + piece.by <= within.to);
  return stays ? moved : sql`least(greatest(${moved}, ${us(within.from)}), ${raw(String(within.to * 1000 - 1))})`;
}
