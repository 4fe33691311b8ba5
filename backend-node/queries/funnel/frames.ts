import type { Field, FieldConfig, Frame, FunnelQuery } from '@apitrail/contract';

import { TIME_SCALE } from './sql';

/** What is known of one step. */
export interface FunnelStepTotals {
  /** Units that reached it. */
  units: number;
  /** Of those, units whose window is not over yet. */
  open: number;
  /** Time from the step before. */
  medianMs: number | null;
  p90Ms: number | null;
}

const PANEL = 'apitrail-journeyfunnel-panel';

/** A row per step. What `dropped` and `pending` count got to the step before and not to this one. */
export function stepsFrame(query: FunnelQuery, totals: readonly FunnelStepTotals[]): Frame {
  const before = (index: number) => totals[index - 1];
  const pending = totals.map(({ open }, index) => (before(index) ? before(index)!.open - open : 0));
  const lost = totals.map(({ units }, index) => (before(index) ? before(index)!.units - units : 0));
  return {
    meta: { type: 'table', preferredVisualisationPluginId: PANEL },
    fields: [
      numbers(
        'step',
        totals.map((_, index) => index + 1),
        { displayNameFromDS: 'Step' }
      ),
      names(
        query,
        totals.map((_, index) => index)
      ),
      numbers(
        'units',
        totals.map(({ units }) => units),
        UNITS[query.unit]
      ),
      numbers(
        'conversion',
        totals.map((_, index) => conversion(totals, index, 0)),
        {
          displayNameFromDS: 'Conversion',
          unit: 'percentunit',
          description: 'Share of the first step’s units that got here.',
        }
      ),
      numbers(
        'step_conversion',
        totals.map((_, index) => (index === 0 ? null : conversion(totals, index, index - 1))),
        {
          displayNameFromDS: 'Step conversion',
          unit: 'percentunit',
          description: 'Share of the units of the step before that got here.',
        }
      ),
      numbers(
        'dropped',
        lost.map((count, index) => count - pending[index]!),
        {
          displayNameFromDS: 'Dropped',
          unit: 'short',
          description: 'Got to the step before, not here, and the time to do so is over.',
        }
      ),
      numbers('pending', pending, {
        displayNameFromDS: 'Pending',
        unit: 'short',
        description: 'Got to the step before, not here, and may still do so.',
      }),
      numbers(
        'median_ms',
        totals.map(({ medianMs }) => medianMs),
        MEDIAN
      ),
      numbers(
        'p90_ms',
        totals.map(({ p90Ms }) => p90Ms),
        P90
      ),
    ],
  };
}

/** Units of a step as a share of those of another; null when that one has none. */
function conversion(totals: readonly FunnelStepTotals[], index: number, of: number): number | null {
  const whole = totals[of]!.units;
  return whole > 0 ? totals[index]!.units / whole : null;
}

export interface TransitionCount {
  step: number;
  /** Bucket i at the scale of the SQL: `2^((i-1)/4) < ms <= 2^(i/4)`; bucket 0 is up to a millisecond. */
  bucket: number;
  units: number;
}

/** As many buckets as a small chart can show. */
const MOST_BUCKETS = 32;

/**
 * A row per transition and bucket of the time it took, from the shortest to the longest that any transition took, with
 * the same bounds for all. `step` and `name` are those of the step that was reached.
 */
export function timesFrame(
  query: FunnelQuery,
  totals: readonly FunnelStepTotals[],
  counts: readonly TransitionCount[]
): Frame {
  const fine = counts.map(({ bucket }) => bucket);
  let width = 1;
  const coarse = (bucket: number) => Math.ceil(bucket / width);
  while (fine.length > 0 && coarse(Math.max(...fine)) - coarse(Math.min(...fine)) + 1 > MOST_BUCKETS) {
    width *= 2;
  }
  const first = fine.length > 0 ? coarse(Math.min(...fine)) : 0;
  const count = fine.length > 0 ? coarse(Math.max(...fine)) - first + 1 : 0;
  const units = totals.map(() => new Array<number>(count).fill(0));
  for (const { step, bucket, units: number } of counts) {
    units[step - 1]![coarse(bucket) - first]! += number;
  }
  const bound = (at: number) => 2 ** ((at * width) / 2 ** TIME_SCALE);
  const rows = totals
    .slice(1)
    .flatMap((_, index) => units[index + 1]!.map((number, at) => ({ index: index + 1, at: first + at, number })));
  return {
    meta: { type: 'table', preferredVisualisationPluginId: PANEL },
    fields: [
      numbers(
        'step',
        rows.map(({ index }) => index + 1),
        { displayNameFromDS: 'Step' }
      ),
      names(
        query,
        rows.map(({ index }) => index)
      ),
      numbers(
        'from_ms',
        rows.map(({ at }) => (at === 0 ? 0 : bound(at - 1))),
        { displayNameFromDS: 'From', unit: 'ms' }
      ),
      numbers(
        'to_ms',
        rows.map(({ at }) => bound(at)),
        { displayNameFromDS: 'To', unit: 'ms' }
      ),
      numbers(
        'units',
        rows.map(({ number }) => number),
        UNITS[query.unit]
      ),
      numbers(
        'median_ms',
        rows.map(({ index }) => totals[index]!.medianMs),
        MEDIAN
      ),
      numbers(
        'p90_ms',
        rows.map(({ index }) => totals[index]!.p90Ms),
        P90
      ),
    ],
  };
}

/** The one number an alert looks at. */
export function numericFrame(query: FunnelQuery, totals: readonly FunnelStepTotals[], step: number): Frame {
  const index = step - 1;
  const value = {
    units: totals[index]!.units,
    conversion: conversion(totals, index, 0),
    step_conversion: index === 0 ? null : conversion(totals, index, index - 1),
  }[query.metric];
  const config = query.metric === 'units' ? UNITS[query.unit] : { unit: 'percentunit' };
  return { meta: { type: 'numeric-long' }, fields: [numbers(query.metric, [value], config)] };
}

const UNITS: Record<FunnelQuery['unit'], FieldConfig> = {
  customer: { displayNameFromDS: 'Customers', unit: 'short' },
  session: { displayNameFromDS: 'Sessions', unit: 'short' },
  account: { displayNameFromDS: 'Accounts', unit: 'short' },
};
const MEDIAN = { displayNameFromDS: 'Median time', unit: 'ms', description: 'Median time from the step before.' };
const P90 = {
  displayNameFromDS: 'p90 time',
  unit: 'ms',
  description: '90th percentile of the time from the step before.',
};

function numbers(name: string, values: Array<number | null>, config: FieldConfig): Field {
  return { name, type: 'number', values, config };
}

function names({ steps }: FunnelQuery, indexes: readonly number[]): Field {
  return {
    name: 'name',
    type: 'string',
    values: indexes.map((index) => steps[index]!.name),
    config: { displayNameFromDS: 'Name' },
  };
}
