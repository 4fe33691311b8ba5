import { raw, sql, type Sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import type { KeyExpression } from '../shared/keys';
import type { RowSource } from '../shared/select';

/** Finest and coarsest scale of the buckets: eight, or a quarter of one, per doubling. */
const FINEST = 3;
const COARSEST = -2;

/** Durations up to here, a microsecond, share the lowest bucket: 2^-10 ms. */
const LOWEST_MS = 2 ** -10;

/**
 * Buckets of the duration: those of OpenTelemetry's exponential histograms at some scale, so that they are the bounds of
 * every coarser and finer one as well. Bucket i holds `base^(i-1) < duration <= base^i`, base = 2^(2^-scale).
 */
export interface LatencyBuckets {
  scale: number;
  /** Every bucket from the lowest to the highest that holds a request, in order. */
  buckets: LatencyBucket[];
  /** Groups rows by bucket, and reads the bucket's label back. */
  key: KeyExpression;
}

export interface LatencyBucket {
  label: string;
  /** Bounds in milliseconds: `min < duration <= max`. */
  min: number;
  max: number;
}

/** The finest buckets of which at most `limit` span the durations of the rows; none when no row has a duration. */
export async function latencyBuckets(context: HandlerContext, rows: RowSource, limit: number): Promise<LatencyBuckets> {
  const found = await context.run(
    sql`SELECT min(duration_ms), max(duration_ms) FROM ${rows.relation} WHERE ${rows.where}`
  );
  const [low, high] = found.values.map((column) => column[0] as number | null);
  if (low == null || high == null) {
    return { scale: FINEST, buckets: [], key: keyOf(FINEST, new Map()) };
  }
  let scale = FINEST;
  while (scale > COARSEST && indexOf(high, scale) - indexOf(low, scale) + 1 > limit) {
    scale--;
  }
  const first = indexOf(low, scale);
  const buckets = Array.from({ length: indexOf(high, scale) - first + 1 }, (_, i) => bucketAt(first + i, scale));
  return { scale, buckets, key: keyOf(scale, new Map(buckets.map(({ label }, i) => [first + i, label]))) };
}

function indexOf(ms: number, scale: number): number {
  return Math.ceil(Math.log2(Math.max(ms, LOWEST_MS)) * 2 ** scale);
}

function indexSql(scale: number): Sql {
  return sql`CAST(ceil(log2(greatest(duration_ms, ${raw(String(LOWEST_MS))})) * ${raw(String(2 ** scale))}) AS INTEGER)`;
}

function bucketAt(index: number, scale: number): LatencyBucket {
  const bound = (at: number) => 2 ** (at / 2 ** scale);
  const lowest = index <= indexOf(LOWEST_MS, scale);
  const min = lowest ? 0 : bound(index - 1);
  const max = bound(index);
  return { label: `${readable(min)} – ${readable(max)}`, min, max };
}

/** `90.5 ms`, `1.41 s`: three digits tell neighbours of the finest scale apart. */
function readable(ms: number): string {
  const [value, unit] = ms >= 1000 ? [ms / 1000, 's'] : [ms, 'ms'];
  return `${Number(value.toPrecision(3))} ${unit}`;
}

function keyOf(scale: number, labels: ReadonlyMap<number, string>): KeyExpression {
  return {
    key: 'latency',
    kind: 'string',
    sql: indexSql(scale),
    text: (value) => sql`CAST(${value} AS VARCHAR)`,
    listType: 'bigint[]',
    read: (value) => labels.get(Number(value)) ?? null,
  };
}
