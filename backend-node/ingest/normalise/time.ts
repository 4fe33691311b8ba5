import { DateTime } from 'luxon';

const MONTHS: Record<string, number> = {
  jan: 0, feb: 1, mar: 2, apr: 3, may: 4, jun: 5, jul: 6, aug: 7, sep: 8, oct: 9, nov: 10, dec: 11,
}; // prettier-ignore

/** Oldest time a request can have: the web is not older. */
export const EARLIEST_TIME_US = Date.UTC(1990, 0, 1) * 1000;
/** How far a time may lie in the future: clocks run ahead, and zones get lost. */
export const FUTURE_TOLERANCE_US = 24 * 3_600_000_000;

/** Whether a time (µs) can be that of a request: from 1990 to a day past `nowUs`. */
export function isSaneTime(timeUs: number, nowUs: number): boolean {
  return timeUs >= EARLIEST_TIME_US && timeUs <= nowUs + FUTURE_TOLERANCE_US;
}

/** Month of an English short name, 0–11; NaN when it is none. */
export function monthOf(name: string): number {
  return MONTHS[name.toLowerCase()] ?? NaN;
}

/** Milliseconds of a UTC calendar time; NaN when there is no such day or hour (second 60 is allowed). */
export function utcMillis(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number
): number {
  if (!(hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second <= 60)) {
    return NaN;
  }
  const midnight = Date.UTC(year, month, day);
  const date = new Date(midnight);
  return date.getUTCMonth() === month && date.getUTCDate() === day
    ? midnight + (hour * 3600 + minute * 60 + second) * 1000
    : NaN;
}

/** Offset from UTC in minutes of `Z`, `+0330`, `+03:30` or `+03`; NaN when it is none. */
export function zoneOffsetMinutes(zone: string): number {
  if (zone === 'Z' || zone === 'z' || zone === 'UTC' || zone === 'GMT') {
    return 0;
  }
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (!match) {
    return NaN;
  }
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return Number(match[3] ?? 0) < 60 && minutes <= 18 * 60 ? (match[1] === '-' ? -minutes : minutes) : NaN;
}

const two = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
};

/**
 * Reader of `10/Oct/2000:13:55:36 -0700` (Apache’s %t, nginx’s $time_local). Gives microseconds, NaN for anything else.
 * It remembers the hour and the zone it read last, because neighbouring lines share them.
 */
export function clfTimeReader(): (text: string) => number {
  let lastHour = '';
  let hourMillis = NaN;
  let lastZone = '';
  let zoneMillis = NaN;
  return (text) => {
    if (text.length !== 26 || text.charCodeAt(14) !== 58 || text.charCodeAt(17) !== 58 || text.charCodeAt(20) !== 32) {
      return NaN;
    }
    const hour = text.slice(0, 14);
    if (hour !== lastHour) {
      const match = /^(\d{2})\/([A-Za-z]{3})\/(\d{4}):(\d{2})$/.exec(hour);
      hourMillis = match
        ? utcMillis(Number(match[3]), monthOf(match[2]!), Number(match[1]), Number(match[4]), 0, 0)
        : NaN;
      lastHour = hour;
    }
    const zone = text.slice(21);
    if (zone !== lastZone) {
      zoneMillis = zoneOffsetMinutes(zone) * 60_000;
      lastZone = zone;
    }
    const minute = two(text, 15);
    const second = two(text, 18);
    return minute < 60 && second <= 60 ? (hourMillis - zoneMillis + (minute * 60 + second) * 1000) * 1000 : NaN;
  };
}

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?$/;

/**
 * Reader of ISO 8601 and RFC 3339 times, with a space for the `T` too; microseconds, NaN for anything else. A time
 * without an offset is read in `zone` (an IANA name; UTC unless given).
 */
export function isoTimeReader(zone = 'UTC'): (text: string) => number {
  return (text) => {
    const match = ISO.exec(text);
    if (!match) {
      return NaN;
    }
    const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match;
    const millis = utcMillis(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second)
    );
    const offsetMillis = offset ? zoneOffsetMinutes(offset) * 60_000 : localOffsetMillis(millis, zone);
    return (millis - offsetMillis) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
  };
}

/** Offset of a zone in milliseconds at a local calendar time that is given as if it were UTC. */
export function localOffsetMillis(localMillis: number, zone: string): number {
  if (zone === 'UTC' || Number.isNaN(localMillis)) {
    return 0;
  }
  const local = DateTime.fromMillis(localMillis, { zone: 'utc' }).setZone(zone, { keepLocalTime: true });
  return local.isValid ? local.offset * 60_000 : NaN;
}

/** Units a count of time since the epoch comes in. */
export const EPOCH_UNITS = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 } as const;
export type EpochUnit = keyof typeof EPOCH_UNITS;

const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** Microseconds of a count since the epoch, exact to the microsecond for text; NaN when it is no number. */
export function epochMicros(value: string | number, unit: EpochUnit): number {
  if (typeof value === 'number') {
    return Math.round(value * EPOCH_UNITS[unit]);
  }
  if (!DECIMAL.test(value)) {
    return NaN;
  }
  if (unit === 's') {
    const [whole = '', fraction = ''] = value.split('.');
    const micros = Number(whole) * 1e6;
    const part = Number(fraction.padEnd(6, '0').slice(0, 6));
    return value.startsWith('-') ? micros - part : micros + part;
  }
  if (unit === 'ns') {
    return Number(BigInt(value.split('.')[0]!) / 1000n);
  }
  return Math.round(Number(value) * EPOCH_UNITS[unit]);
}

/** The unit of a count since the epoch, by its size: seconds below 10^11, then ms, µs and ns by powers of a thousand. */
export function guessEpochUnit(value: number): EpochUnit {
  const size = Math.abs(value);
  return size < 1e11 ? 's' : size < 1e14 ? 'ms' : size < 1e17 ? 'us' : 'ns';
}

/** Reader of any of: ISO 8601, common log format time, a count since the epoch. Microseconds; NaN for anything else. */
export function anyTimeReader(zone = 'UTC'): (value: string | number) => number {
  const iso = isoTimeReader(zone);
  const clf = clfTimeReader();
  return (value) => {
    if (typeof value === 'number') {
      return epochMicros(value, guessEpochUnit(value));
    }
    const text = value.trim();
    if (DECIMAL.test(text)) {
      return epochMicros(text, guessEpochUnit(Number(text)));
    }
    const micros = iso(text);
    return Number.isNaN(micros) ? clf(text.startsWith('[') ? text.slice(1, -1) : text) : micros;
  };
}
