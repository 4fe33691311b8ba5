import { duckDbDialect } from '../../engine/dialect';
import { raw, sql, type Sql } from '../../engine/sql';
import { dayOrigin } from '../../queries/shared/interval';
import {
  DAY_MS,
  localDay,
  localUs,
  offsetSpans,
  startOfLocalDay,
  type OffsetSpan,
} from '../../queries/shared/timezone';
import type { MacroOptions } from './options';

/** Widest bucket: ten years. */
const WIDEST_MS = 3640 * DAY_MS;

/**
 * SQL of the start of the bucket a time falls in, TIMESTAMPTZ. Below one day buckets are aligned to the epoch; from one day
 * on they are whole local days, as those of every query type. Integers, because calendar functions on time zones cost
 * ten times as much per row. Changes of the clock are known from a bucket before the range to one after it.
 */
export function bucketStart(column: string, intervalMs: number, { from, to, timezone }: MacroOptions): string {
  const width = Math.min(intervalMs < DAY_MS ? intervalMs : Math.ceil(intervalMs / DAY_MS) * DAY_MS, WIDEST_MS);
  const time = raw(column);
  if (width < DAY_MS) {
    return text(duckDbDialect.fromEpochUs(duckDbDialect.bucketUs(time, width * 1000)));
  }
  const spans = offsetSpans(timezone, from - width, to + width);
  const origin = dayOrigin(width / DAY_MS) * DAY_MS;
  const local = localUs(
    sql`epoch_us(${time})`,
    spans.map((span) => ({ ...span, offset: span.offset - origin }))
  );
  const widthUs = raw(String(width * 1000));
  const regular = sql`epoch_us(${time}) - (${local} % ${widthUs} + ${widthUs}) % ${widthUs}`;
  return text(duckDbDialect.fromEpochUs(withClockChanges(time, regular, width, spans)));
}

/** In a bucket in which the clock changes, the start is not where the offset at its end says. */
function withClockChanges(time: Sql, regular: Sql, width: number, spans: readonly OffsetSpan[]): Sql {
  const days = width / DAY_MS;
  const changed = new Set(spans.slice(1).map((span) => bucketOf(span.from, days, spans)));
  if (changed.size === 0) {
    return regular;
  }
  const cases = [...changed].map((bucket) => {
    const [start, end] = [bucket, bucket + 1].map((index) => {
      const day = index * days + dayOrigin(days);
      return raw(String(startOfLocalDay(day, spans) * 1000));
    });
    return sql`WHEN epoch_us(${time}) >= ${start!} AND epoch_us(${time}) < ${end!} THEN ${start!}`;
  });
  const all = cases.reduce((before, one) => sql`${before} ${one}`);
  return sql`CASE ${all} ELSE ${regular} END`;
}

function bucketOf(time: number, days: number, spans: readonly OffsetSpan[]): number {
  return Math.floor((localDay(time, spans) - dayOrigin(days)) / days);
}

function text(expression: Sql): string {
  return expression.compile().text;
}
