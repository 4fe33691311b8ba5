import { type RawTimeRange, rangeUtil } from '@grafana/data';
import { type CohortInput } from '@apitrail/contract';

import { durationText } from '../duration-text';

/** Which time says who is in a cohort: whichever is asked for, the last so long, or always the same. */
export type RangeKind = 'asked' | 'last' | 'fixed';

export interface DraftRange {
  from: number;
  to: number;
}

/** The time a person sees the mark in: one that goes on with the clock is kept so, another as it is. */
export function usualRange(raw: RawTimeRange): RangeKind {
  return rangeUtil.isRelativeTimeRange(raw) && raw.to === 'now' ? 'last' : 'fixed';
}

/** How long before now a range begins: as it is written where that says it, else as long as it is. */
export function lastOf(raw: RawTimeRange, { from, to }: DraftRange): string {
  const written = typeof raw.from === 'string' ? /^now-(\d+(?:s|m|h|d|w))$/.exec(raw.from) : null;
  if (written && raw.to === 'now') {
    return written[1];
  }
  const MINUTE = 60_000;
  return durationText(Math.max(MINUTE, Math.round((to - from) / MINUTE) * MINUTE));
}

/** The range of the cohort that is saved. */
export function cohortRange(kind: RangeKind, last: string, { from, to }: DraftRange): CohortInput['range'] {
  switch (kind) {
    case 'last':
      return { last };
    case 'fixed':
      return { from: Math.floor(from), to: Math.ceil(to) };
    default:
      return undefined;
  }
}
