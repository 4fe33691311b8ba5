import type { FunnelQuery, FunnelReason } from '@apitrail/contract';

import type { KindOfHappening } from '../reasons/blamed';
import type { Happening, ReasonCount } from '../reasons/counts';
import { fateKey, type Fates } from '../reasons/fates';
import { HAPPENING_KEYS } from '../reasons/happenings';

/** What became of the units of a time, and the reasons of those that got no further. */
export interface CountedReasons {
  fates: ReadonlyMap<string, Fates>;
  counts: readonly ReasonCount[];
}

/** A row of the view. */
export interface ReasonRow {
  step: number;
  place: number;
  reason: FunnelReason;
  happening: Happening | null;
  /** Stands for the details beyond the limit. */
  other: boolean;
  units: number;
  previous: number;
  /** What it is about as numbers; null where nothing was met, and of what only the earlier time has. */
  met: KindOfHappening | null;
  /** Of all that got to the step before and not to this one. */
  lost: number;
  lostBefore: number;
  fates: Fates | undefined;
}

/** Owners whose errors are nobody's fault but the one's who asked. */
const THEIRS: ReadonlySet<string | null> = new Set(['client', 'auth', 'rate_limit']);

/** In which order the reasons of a step come: first what was done to units and is ours to mend. */
function rank({ reason, happening }: Pick<ReasonRow, 'reason' | 'happening'>): number {
  switch (reason) {
    case 'failed':
    case 'failed_elsewhere':
      return happening !== null && THEIRS.has(happening.error_owner) ? 1 : 0;
    case 'slow':
      return 0;
    case 'excluded':
      return 2;
    case 'diverted':
      return 3;
    case 'silent':
      return 4;
    default:
      return 5;
  }
}

/**
 * The rows in their order, those of each reason beyond the limit as one; `places` is how many values of the breakdown are told apart. `before` are
 * the reasons of the earlier time.
 */
export function rowsOf(
  query: FunnelQuery,
  places: number,
  reasons: CountedReasons,
  before: CountedReasons | undefined
): ReasonRow[] {
  const rows = new Map<string, ReasonRow>();
  const add = (count: ReasonCount, side: 'units' | 'previous') => {
    if (count.place > places) {
      return;
    }
    const { step, place, reason, happening, units } = count;
    // What is slow may differ between the times, and is the same reason.
    const key = JSON.stringify([step, place, reason, happening && HAPPENING_KEYS.map((name) => happening[name])]);
    const row = rows.get(key) ?? {
      ...{ step, place, reason, happening, other: false, units: 0, previous: 0, met: null },
      lost: lostOf(reasons, count),
      lostBefore: before ? lostOf(before, count) : 0,
      fates: reasons.fates.get(fateKey(count)),
    };
    const met = side === 'units' ? { met: count.met } : {};
    rows.set(key, { ...row, ...met, [side]: row[side] + units });
  };
  reasons.counts.forEach((count) => add(count, 'units'));
  before?.counts.forEach((count) => add(count, 'previous'));
  return withOther([...rows.values()].sort(inOrder), query.reasonLimit);
}

function inOrder(one: ReasonRow, other: ReasonRow): number {
  return (
    one.step - other.step ||
    one.place - other.place ||
    rank(one) - rank(other) ||
    other.units - one.units ||
    other.previous - one.previous ||
    compareText(textOf(one), textOf(other))
  );
}

const textOf = ({ reason, happening }: ReasonRow) => JSON.stringify([reason, happening]);
const compareText = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);

/** The details of a reason beyond the limit as one row, after the last that is shown. */
function withOther(rows: readonly ReasonRow[], limit: number): ReasonRow[] {
  const groups = new Map<string, ReasonRow[]>();
  for (const row of rows) {
    const key = [row.step, row.place, row.reason].join('/');
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const others = new Map<ReasonRow, ReasonRow>();
  const left = new Set<ReasonRow>();
  for (const group of groups.values()) {
    const [shown, rest] = [group.slice(0, limit), group.slice(limit)];
    if (rest.length > 0) {
      const sum = (name: 'units' | 'previous') => rest.reduce((total, row) => total + row[name], 0);
      others.set(shown.at(-1)!, {
        ...{ ...rest[0]!, happening: null, other: true, met: null },
        units: sum('units'),
        previous: sum('previous'),
      });
      rest.forEach((row) => left.add(row));
    }
  }
  return rows.flatMap((row) => (left.has(row) ? [] : others.has(row) ? [row, others.get(row)!] : [row]));
}

function lostOf({ fates }: CountedReasons, at: { step: number; place: number }): number {
  const found = fates.get(fateKey(at));
  return found ? found.stopped.units + found.pending + found.excluded : 0;
}
