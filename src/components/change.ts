import { type Comparison, markerOf, metricOf, type MetricName } from '@apitrail/contract';
import { type DataFrame } from '@grafana/data';

import { NO_VALUE, plural } from './format';

/** Whether more of a metric is bad, good or neither. */
export type Direction = 'more-is-worse' | 'more-is-better' | 'neutral';

const UNITS: Record<string, string> = {
  ms: 'millisecond',
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
};

/** What a frame is compared with; undefined when it is not, or is not of Apitrail. */
export function comparisonOf(frame: DataFrame): Comparison | undefined {
  return markerOf(frame.meta?.custom)?.comparison;
}

/** A time shift in words: `1w` is "1 week earlier"; without one "earlier". */
export function earlierText(timeShift: string | undefined): string {
  const [, count, unit] = /^(\d+)(ms|[smhdw])$/.exec(timeShift ?? '') ?? [];
  return count === undefined ? 'earlier' : `${plural(Number(count), UNITS[unit])} earlier`;
}

/** Requests, customers and bytes are neither good nor bad; errors and slowness are bad, a high Apdex is good. */
export function directionOf(metric: MetricName): Direction {
  if (metric === 'apdex') {
    return 'more-is-better';
  }
  return /error/.test(metric) || metricOf(metric).kind === 'distribution' ? 'more-is-worse' : 'neutral';
}

/** Change from then to now as a share of then: 0.5 is half as much again, -1 gone, Infinity new; NaN when not known. */
export function changeBetween(now: number, previous: number): number {
  if (previous === 0) {
    return now === 0 ? 0 : now > 0 ? Infinity : NaN;
  }
  return (now - previous) / previous;
}

const UP = '▲';
const DOWN = '▼';
const SAME = '=';
const UNCHANGED = 0.0005;

/** The arrow of a change. */
export function changeArrow(change: number): string {
  return Math.abs(change) < UNCHANGED ? SAME : change > 0 ? UP : DOWN;
}

/**
 * A change without its arrow: `+12.5%`, `−40%`, `new`, `gone`, `0%`. What does not count, such as a rate of errors, is
 * neither new nor gone: it comes from 0, or goes by 100 %.
 */
export function changeShare(change: number, counting = true): string {
  if (Number.isNaN(change)) {
    return NO_VALUE;
  }
  if (change === Infinity) {
    return counting ? 'new' : 'from 0';
  }
  if (change <= -1 && counting) {
    return 'gone';
  }
  if (Math.abs(change) < UNCHANGED) {
    return '0%';
  }
  const percent = Math.abs(change) * 100;
  const digits = percent < 9.95 ? 1 : 0;
  const text = percent.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${change > 0 ? '+' : '−'}${text}%`;
}

/** A change with arrow and sign: `▲ +12.5%`, `▼ −40%`, `▲ new`, `▼ gone`, `= 0%`; an en dash when it is not known. */
export function changeText(change: number, counting = true): string {
  return Number.isNaN(change) ? NO_VALUE : `${changeArrow(change)} ${changeShare(change, counting)}`;
}

/** A difference of shares (0 to 1) in percentage points: `▼ −4.2 pp`. */
export function pointsText(difference: number, decimals = 1): string {
  if (Number.isNaN(difference)) {
    return NO_VALUE;
  }
  const text = Math.abs(difference * 100).toFixed(decimals);
  if (Number(text) === 0) {
    return `${SAME} 0 pp`;
  }
  return difference > 0 ? `${UP} +${text} pp` : `${DOWN} −${text} pp`;
}
