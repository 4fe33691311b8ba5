import { type FunnelMarker } from '@apitrail/contract';

import { earlierText } from '../../components/change';
import { filterText } from '../../components/filter-text';
import { formatDuration, formatShare } from '../../components/format';
import { unitNameOf } from './unit-name';

/** What one unit is called: customer, attempt, value of cart_id. */
function unitOf({ unit }: FunnelMarker): string {
  return ['customer', 'session', 'account'].includes(unit) ? unit : `value of ${unit.replace(/^attributes\./, '')}`;
}

/** The share of requests without a unit, which are left out: `3.8% of requests name no customer`. */
export function withoutUnitText({ rowsWithoutUnit, unit }: FunnelMarker): string {
  const name = unit.replace(/^attributes\./, '');
  return rowsWithoutUnit > 0
    ? `${formatShare(rowsWithoutUnit)} of requests name no ${name}`
    : `All requests name their ${name}`;
}

/** How the numbers were counted, a sentence or two for each thing that could have been otherwise. */
export function countedLines(marker: FunnelMarker): string[] {
  const units = unitNameOf(marker);
  const unit = unitOf(marker);
  const { steps } = marker;
  const optional = steps.filter((step) => step.optional).map(({ name }) => `“${name}”`);
  const constant = marker.holdConstant ?? [];
  const line = (when: unknown, text: string) => (when ? [text] : []);
  return [
    `Counted are ${units}: ${attemptsText(marker, unit)}.`,
    `An attempt begins in the time range with “${steps[0]?.name}”; each further step is at most ${formatDuration(marker.window)} after that, also beyond the range.`,
    orderText(marker),
    marker.successOnly
      ? 'A step is a request that succeeded (a status below 400).'
      : 'A step is a request whatever its status, failed ones too.',
    ...line(
      optional.length > 0,
      `${optional.join(', ')} may be left out: nobody is lost there, and the next step counts from the last that may not.`
    ),
    ...line(constant.length > 0, `All steps of an attempt have the same ${constant.join(', ')}.`),
    ...(marker.exclusions ?? []).map(
      ({ name, filters, fromStep = 1, toStep = steps.length, mode }) =>
        `${mode === 'cut' ? 'Ends the attempt' : 'Removes the attempt'}: ${name ?? filterText(filters)} between steps ${fromStep} and ${toStep}.`
    ),
    ...line(
      marker.unit === 'customer',
      marker.identity === 'strict'
        ? 'Only requests that name the customer are the customer’s.'
        : 'Requests of a session with one customer are that customer’s, also those before signing in.'
    ),
    ...line(marker.breakdown, `Told apart by ${marker.breakdown}, ${attributionText(marker)}.`),
    ...line(marker.filters.length > 0, `Of requests with ${filterText(marker.filters)}.`),
    `${withoutUnitText(marker)}${marker.rowsWithoutUnit > 0 ? '; they are left out' : ''}.`,
    ...line(
      marker.sampled,
      `${formatShare(marker.sampled)} of the rows are sampled and stand for more than themselves: numbers are weighted, and of these none is called significant.`
    ),
    ...line(marker.confidence, `Intervals hold the true share with ${formatShare(marker.confidence, 0)} (Wilson).`),
    ...line(
      marker.comparison,
      `Compared with ${earlierText(marker.comparison?.timeShift)}: significant is a p-value below ${marker.significance ?? 0.05} (z-test of two proportions); who is pending is left out on both sides.`
    ),
    ...line(
      marker.reasons,
      `Reasons go by the first that holds; slow is ${marker.slowFactor ?? 3} times the usual p95 of the route. Odds ratios compare with those who got on.`
    ),
  ];
}

/** The same in one line, for tooltips. */
export function countedShort(marker: FunnelMarker): string {
  const constant = marker.holdConstant ?? [];
  const excluded = marker.exclusions?.length ?? 0;
  return [
    `Counted: ${unitNameOf(marker)}, ${shortAttempts(marker)}`,
    `${{ ordered: 'in order', strict: 'strictly in order', any: 'in any order' }[marker.order]} within ${formatDuration(marker.window)}`,
    marker.successOnly ? 'successful requests' : 'requests of any status',
    ...(constant.length > 0 ? [`same ${constant.join(', ')}`] : []),
    ...(excluded > 0 ? [`${excluded} exclusion${excluded === 1 ? '' : 's'}`] : []),
    ...(marker.unit === 'customer' && marker.identity === 'strict' ? ['no requests before signing in'] : []),
    ...(marker.breakdown ? [`by ${marker.breakdown} (${attributionText(marker)})`] : []),
    ...(marker.sampled ? ['weighted'] : []),
    withoutUnitText(marker),
  ].join('; ');
}

function shortAttempts({ counting, reentry }: FunnelMarker): string {
  if (counting === 'total') {
    return reentry === 'optimised' ? 'from every entry' : 'one after the other';
  }
  return reentry === 'optimised' ? 'each once, by the best attempt' : 'each once, from the first entry';
}

function attemptsText({ counting, reentry }: FunnelMarker, unit: string): string {
  if (counting === 'total') {
    return reentry === 'optimised'
      ? `a ${unit} has an attempt with every entry, but for those within one that converted`
      : `a ${unit} begins another when one has converted, was excluded, or its time is over`;
  }
  return reentry === 'optimised'
    ? `each ${unit} once, by the attempt that gets furthest`
    : `each ${unit} once, by the first entry`;
}

function orderText({ order }: FunnelMarker): string {
  switch (order) {
    case 'strict':
      return 'Each request must be the next step: no other may lie between.';
    case 'any':
      return 'Steps come in any order, but for anchored ones, which keep their place: a row says how many were done.';
    default:
      return 'Steps come in order; other requests may lie between.';
  }
}

function attributionText({ attribution = 'first' }: FunnelMarker): string {
  switch (attribution) {
    case 'first':
      return 'by the first step that has a value';
    case 'last':
      return 'by the last step that has a value';
    case 'all':
      return 'each value with the requests of its own';
    default:
      return `by step ${attribution}`;
  }
}
