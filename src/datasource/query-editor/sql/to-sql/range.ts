import { parseDuration } from '@apitrail/contract';

import { UnwritableQuery } from './unwritable';

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
] as const;

/** `INTERVAL '90 minutes'` of a duration such as `90m`. Throws UnwritableQuery for a variable. */
export function intervalSql(duration: string): string {
  const ms = parseDuration(duration);
  if (!(ms > 0)) {
    throw new UnwritableQuery(`${duration} is not a duration such as 5m or 1h. Write one first.`);
  }
  const [unit, width] = UNITS.find(([, size]) => ms % size === 0)!;
  return `INTERVAL '${ms / width} ${unit}${ms === width ? '' : 's'}'`;
}

/** The start of the bucket that a request falls into: as wide as the query says, else as the panel does. */
export function bucketSql(interval: string | undefined): string {
  return isAuto(interval) ? '$__timeGroup(time)' : `$__timeGroup(time, '${checked(interval!)}')`;
}

/** The range as times, for what reaches beyond it. */
export const FROM = 'make_timestamptz($__from * 1000)';
export const TO = 'make_timestamptz($__to * 1000)';

/** Seconds of the range. */
export const RANGE_SECONDS = '(($__to - $__from) / 1000)';

/** Seconds of a bucket that lie in the range. */
export function bucketSeconds(interval: string | undefined): string {
  const start = `epoch_ms(min(${bucketSql(interval)}))`;
  const width = isAuto(interval) ? '$__interval_ms' : String(parseDuration(interval!));
  return `((least(${start} + ${width}, $__to) - greatest(${start}, $__from)) / 1000)`;
}

/** A variable of Grafana for the width the panel has is the same as none. */
export function isAuto(interval: string | undefined): boolean {
  return interval === undefined || interval === '' || interval === '$__interval' || interval === '${__interval}';
}

function checked(interval: string): string {
  intervalSql(interval);
  return interval;
}
