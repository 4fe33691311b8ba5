import {
  dateTimeFormat,
  dateTimeFormatTimeAgo,
  type Field,
  formattedValueToString,
  getDisplayProcessor,
  getValueFormat,
  type GrafanaTheme2,
} from '@grafana/data';
import { type TimeZone } from '@grafana/schema';

/** Text for a number; what is not a number is an em dash. */
export type NumberFormat = (value: number | null | undefined) => string;

export const NO_VALUE = '–';

/** Formats numbers as the field says: its unit, decimals, mappings and text for no value. */
export function fieldFormat(field: Field, theme: GrafanaTheme2, timeZone?: TimeZone): NumberFormat {
  const display = field.display ?? getDisplayProcessor({ field, theme, timeZone });
  const none = field.config.noValue || NO_VALUE;
  return (value) =>
    value === null || value === undefined || Number.isNaN(value) ? none : formattedValueToString(display(value));
}

/** Formats numbers in a Grafana unit. */
export function unitFormat(unit: string, decimals?: number): NumberFormat {
  const format = getValueFormat(unit);
  return (value) =>
    value === null || value === undefined || Number.isNaN(value)
      ? NO_VALUE
      : formattedValueToString(format(value, decimals));
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const fraction = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

/** A count in full: thousands separated; weighted counts keep up to two digits. */
export const formatCount: NumberFormat = (value) =>
  value === null || value === undefined || Number.isNaN(value)
    ? NO_VALUE
    : (Math.abs(value) < 100 ? fraction : whole).format(value);

/** A share (0 to 1) as a percentage; tiny shares are not rounded to nothing, nor nearly all to all. */
export function formatShare(value: number | null | undefined, decimals = 1): string {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return NO_VALUE;
  }
  const smallest = 10 ** -(decimals + 2);
  if (value > 0 && value < smallest) {
    return `< ${(smallest * 100).toFixed(decimals)}%`;
  }
  if (value < 1 && value > 1 - smallest / 2) {
    return `> ${((1 - smallest) * 100).toFixed(decimals)}%`;
  }
  const text = (value * 100).toFixed(decimals);
  return `${value === 0 || value === 1 ? (value * 100).toFixed(0) : text}%`;
}

const UNITS = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1000 },
] as const;

/** A duration in milliseconds, in the one or two units that say enough: 754 ms, 8.1 s, 6 min 20 s, 1 h, 3 d 4 h. */
export const formatDuration: NumberFormat = (value) => {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return NO_VALUE;
  }
  if (value < 999.5) {
    return `${trimmed(value, value < 10 ? 1 : 0)} ms`;
  }
  if (value < 59_950) {
    return `${trimmed(value / 1000, 1)} s`;
  }
  const large = UNITS.findIndex((unit) => value >= unit.ms - UNITS[UNITS.length - 1].ms / 2);
  const { name, ms } = UNITS[large];
  const small = UNITS[large + 1];
  const parts = Math.round(value / small.ms);
  const whole = Math.floor((parts * small.ms) / ms);
  const rest = parts - (whole * ms) / small.ms;
  return rest > 0 ? `${whole} ${name} ${rest} ${small.name}` : `${whole} ${name}`;
};

function trimmed(value: number, decimals: number): string {
  return String(Number(value.toFixed(decimals)));
}

/** A point in time in the dashboard's zone. */
export function formatTime(time: number, timeZone: TimeZone, format?: string): string {
  return dateTimeFormat(time, format === undefined ? { timeZone } : { timeZone, format });
}

/** How long ago a point in time was. */
export function formatAgo(time: number): string {
  return dateTimeFormatTimeAgo(time);
}

/** A time range in the dashboard's zone; the date is not repeated. */
export function formatTimeRange(from: number, to: number, timeZone: TimeZone): string {
  const day = 'YYYY-MM-DD';
  const withSeconds = from % 60_000 !== 0 || to % 60_000 !== 0;
  const clock = withSeconds ? 'HH:mm:ss' : 'HH:mm';
  const start = formatTime(from, timeZone, `ddd ${day} ${clock}`);
  const sameDay = formatTime(from, timeZone, day) === formatTime(to, timeZone, day);
  return `${start} – ${formatTime(to, timeZone, sameDay ? clock : `${day} ${clock}`)}`;
}

/** Text with its plural: `plural(1, 'step')` is "1 step". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Text with its first letter as a capital. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
