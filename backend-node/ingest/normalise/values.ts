/** A week: no request takes longer, a larger duration is another unit or a broken clock. */
export const LONGEST_DURATION_MS = 7 * 86_400_000;

/** Text of a column; undefined for what stands for nothing: an empty string and `-`. */
export function textOf(value: string): string | undefined {
  return value === '' || value === '-' ? undefined : value;
}

/**
 * A status. Three digits from 100 on are one; 0 and 000 mean that no response was sent and are null, as `-` is. NaN for
 * anything else.
 */
export function statusOf(value: string | number): number | undefined {
  if (typeof value === 'string') {
    if (value.length === 3) {
      const status = (value.charCodeAt(0) - 48) * 100 + (value.charCodeAt(1) - 48) * 10 + (value.charCodeAt(2) - 48);
      if (status >= 100 && status <= 999 && /^\d{3}$/.test(value)) {
        return status;
      }
    }
    if (value === '-' || value === '' || /^0{1,3}$/.test(value)) {
      return undefined;
    }
    return NaN;
  }
  return value === 0 ? undefined : Number.isInteger(value) && value >= 100 && value <= 999 ? value : NaN;
}

/** A size in bytes: a whole number from 0 on. `-` is null, NaN for anything else. */
export function bytesOf(value: string | number): number | undefined {
  if (value === '-' || value === '') {
    return undefined;
  }
  const bytes = typeof value === 'number' ? value : /^\d{1,19}$/.test(value) ? Number(value) : NaN;
  return Number.isInteger(bytes) && bytes >= 0 && bytes <= Number.MAX_SAFE_INTEGER ? bytes : NaN;
}

/** Milliseconds in a unit of duration. */
export const DURATION_UNITS = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000, min: 60_000 } as const;
export type DurationUnit = keyof typeof DURATION_UNITS;

/**
 * Milliseconds of a duration in a unit. `-` is null; NaN for what is no number, negative or longer than a week.
 * Rounded to the nanosecond, so that 0.1 s is 100 ms and not 100.00000000000001.
 */
export function durationOf(value: string | number, unit: DurationUnit): number | undefined {
  if (value === '-' || value === '') {
    return undefined;
  }
  const number = typeof value === 'number' ? value : /^\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(value) ? Number(value) : NaN;
  const ms = Math.round(number * DURATION_UNITS[unit] * 1e6) / 1e6;
  return ms >= 0 && ms <= LONGEST_DURATION_MS ? ms : NaN;
}

const DURATION_SUFFIX = /^(\d+(?:\.\d+)?)\s*(ns|us|µs|μs|ms|s|m|min)$/;

/** Milliseconds of a duration that names its unit (`12ms`, `1.5s`); undefined when it does not. */
export function durationWithUnit(value: string): number | undefined {
  const match = DURATION_SUFFIX.exec(value);
  if (!match) {
    return undefined;
  }
  const unit = match[2]!;
  return durationOf(
    match[1]!,
    unit === 'm' ? 'min' : unit.endsWith('s') && unit.length === 2 && /[µμ]/.test(unit) ? 'us' : (unit as DurationUnit)
  );
}

const NAMES_LIST = /\s*[,:]\s+|\s*,\s*/;

/** The values of an nginx upstream list: `0.1, 0.2 : 0.3` is one per server tried, `:` where a redirect began anew. */
export function upstreamList(value: string): string[] {
  return value.split(NAMES_LIST).filter((part) => part !== '' && part !== '-');
}

/** Sum of an upstream list of seconds in milliseconds; undefined when it has none, NaN when one is no duration. */
export function upstreamDurationMs(value: string): number | undefined {
  const parts = upstreamList(value);
  return parts.length === 0 ? undefined : parts.reduce((sum, part) => sum + (durationOf(part, 's') ?? NaN), 0);
}

/**
 * How many requests a row may stand for, by what is said of it: whoever calls an API can say so in a `tracestate`, and with
 * one row that counts as all there ever were every figure would be nonsense.
 */
const MOST_WEIGHT = 2 ** 20;

/** A weight: a number above 0 and at most `MOST_WEIGHT`. NaN for anything else. */
export function weightOf(value: string | number): number {
  const weight = Number(value);
  return weight > 0 && weight <= MOST_WEIGHT ? weight : NaN;
}

const LONE_OR_NUL = /[\0\ud800-\udfff]/;

/** Text that every reader of the lake can hold: NUL written as `\x00`, halves of surrogate pairs replaced. */
export function storableText(text: string): string {
  return LONE_OR_NUL.test(text) ? text.replaceAll('\0', '\\x00').toWellFormed() : text;
}
