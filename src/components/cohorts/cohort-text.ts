import { type TimeZone } from '@grafana/schema';
import { type CohortInput } from '@apitrail/contract';

import { filterText } from '../filter-text';
import { formatCount, formatTimeRange } from '../format';
import { type CohortDefinition } from './cohort-draft';

const PLURALS: Readonly<Record<string, string>> = { customer: 'customers', account: 'accounts', session: 'sessions' };

const REASONS: Readonly<Record<string, string>> = {
  excluded: 'because of an exclusion',
  failed: 'because the step failed',
  failed_elsewhere: 'because something failed on the way',
  slow: 'because it was slow',
  diverted: 'and went elsewhere',
  silent: 'and left',
};

/** What a cohort has in it, counted: `1 customer`, `84 sessions`. */
export function membersText(count: number, unit = 'customer'): string {
  const many = PLURALS[unit];
  if (!many) {
    return `${formatCount(count)} ${count === 1 ? 'value' : 'values'} of ${shortUnit(unit)}`;
  }
  return `${formatCount(count)} ${count === 1 ? unit : many}`;
}

/** Whom a cohort is of, in the plural. */
export function unitText(unit = 'customer'): string {
  return PLURALS[unit] ?? `values of ${shortUnit(unit)}`;
}

/** Who is in a cohort, in words. */
export function cohortText({ unit, filters, funnel, atLeast = 1 }: CohortDefinition & { atLeast?: number }): string {
  const who = unitText(unit);
  const which = filters.length > 0 ? filterText(filters) : '';
  const subject = `${who[0].toUpperCase()}${who.slice(1)} that`;
  if (!funnel) {
    const made = atLeast === 1 ? 'made a request' : `made at least ${formatCount(atLeast)} requests`;
    return `${subject} ${made}${which && ` with ${which}`}`;
  }
  const { steps, step, outcome = 'converted', reason, detail, window = '1h' } = funnel;
  const name = `“${steps[step - 1]?.name ?? step}”`;
  const became = {
    converted: `got to ${name}`,
    dropped: `stopped before ${name}${reason ? ` ${REASONS[reason] ?? reason}` : ''}${detail === undefined ? '' : ` (${detail})`}`,
    pending: `may still get to ${name}`,
  }[outcome];
  const journey = steps.map((one) => one.name).join(' → ');
  return `${subject} ${became}, of ${journey} within ${window}${which && `, by requests with ${which}`}`;
}

/** Which time says who is in it, in words. */
export function rangeText(range: CohortInput['range'], timeZone: TimeZone): string {
  if (!range) {
    return 'in the time range that is asked for';
  }
  return 'last' in range
    ? `in the ${range.last} up to the end of the range that is asked for`
    : formatTimeRange(timeOf(range.from), timeOf(range.to), timeZone);
}

function timeOf(time: number | string): number {
  return typeof time === 'number' ? time : Date.parse(time);
}

function shortUnit(unit: string): string {
  return unit.replace(/^attributes\./, '');
}
