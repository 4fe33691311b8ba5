import { raw, sql, type Sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import type { KeyExpression } from '../shared/keys';
import type { RowSource } from '../shared/select';

/** Finest and coarsest scale of the buckets: eight, or a quarter of one, per doubling. */
export const FINEST = 3;
const COARSEST = -6;

/** Durations up to here, a microsecond, share the lowest bucket: 2^-10 ms. */
const LOWEST_MS = 2 ** -10;

/**
 * Buckets of the duration: those of OpenTelemetry's exponential histograms at some scale, so that every coarser scale
 * has its bounds among theirs. Bucket i holds `base^(i-1) < duration <= base^i`, base = 2^(2^-scale).
 */
export interface LatencyBuckets {
  scale: number;
  /** Index of the lowest bucket at that scale. */
  first: number;
  /** Every bucket from the lowest to the highest that holds a request, in order. */
  buckets: LatencyBucket[];
  /** Number of the bucket, from 0, that an index of the scale rows are grouped at belongs to. */
  locate(index: unknown): number;
}

export interface LatencyBucket {
  label: string;
  /** Bounds in milliseconds: `min < duration <= max`. */
  min: number;
  max: number;
}

/** The finest buckets of which at most `limit` hold every index from `low` to `high` of a scale. */
export function coarsen(low: number, high: number, scale: number, limit: number): LatencyBuckets {
  const at = (index: number, coarser: number) => Math.ceil(index / 2 ** (scale - coarser));
  let coarser = scale;
  while (coarser > COARSEST && at(high, coarser) - at(low, coarser) + 1 > limit) {
    coarser--;
  }
  const first = at(low, coarser);
  return {
    scale: coarser,
    first,
    buckets: Array.from({ length: at(high, coarser) - first + 1 }, (_, i) => bucketAt(first + i, coarser)),
    locate: (index) => at(Number(index), coarser) - first,
  };
}

/** The lowest and the highest index of the rows at the finest scale; undefined when no row has a duration. */
export async function latencyBounds(
  context: HandlerContext,
  rows: RowSource
): Promise<{ low: number; high: number } | undefined> {
  const found = await context.run(
    sql`SELECT min(duration_ms), max(duration_ms) FROM ${rows.relation} WHERE ${rows.where}`
  );
  const [low, high] = found.values.map((column) => column[0] as number | null);
  return low == null || high == null ? undefined : { low: indexOf(low), high: indexOf(high) };
}

function indexOf(ms: number): number {
  return Math.ceil(Math.log2(Math.max(ms, LOWEST_MS)) * 2 ** FINEST);
}

function bucketAt(index: number, scale: number): LatencyBucket {
  const bound = (at: number) => 2 ** (at / 2 ** scale);
  const max = bound(index);
  // What is shorter than the lowest bound is counted with it.
  const min = bound(index - 1) < LOWEST_MS ? 0 : bound(index - 1);
  return { label: `${readable(min)} – ${readable(max)}`, min, max };
}

/** `90.5 ms`, `1.41 s`: three digits tell neighbours of the finest scale apart. */
function readable(ms: number): string {
  const [value, unit] = ms >= 1000 ? [ms / 1000, 's'] : [ms, 'ms'];
  return `${Number(value.toPrecision(3))} ${unit}`;
}

/** The bucket of a row as a key: its index at a scale, which reads as the index too, or as what `read` makes of it. */
export function latencyKey(scale: number, read: KeyExpression['read'] = Number): KeyExpression {
  return {
    key: 'latency',
    kind: 'string',
    sql: indexSql(scale),
    text: (value) => sql`CAST(${value} AS VARCHAR)`,
    listType: 'bigint[]',
    read,
  };
}

function indexSql(scale: number): Sql {
  return sql`CAST(ceil(log2(greatest(duration_ms, ${raw(String(LOWEST_MS))})) * ${raw(String(2 ** scale))}) AS INTEGER)`;
}
