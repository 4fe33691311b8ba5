import type { Assignment } from '../assigner';
import type { StoredPath } from './reassign';

/** What becomes of the rows of one service. */
export interface ServiceEffect {
  service: string | null;
  /** Rows with a path, and those of them that get another route or source. */
  rows: number;
  changed_rows: number;
  templates_before: number;
  templates_after: number;
  /** Templates that become one, most rows first. */
  merged: Array<{ into: string; from: string[]; templates: number; rows: number }>;
  /** Templates whose rows go to several. */
  split: Array<{ from: string; into: string[]; templates: number; rows: number }>;
}

/** One change, with how many rows it touches. */
export interface RouteChange {
  service: string | null;
  from: string | null;
  to: string | null;
  from_source: string | null;
  to_source: string | null;
  rows: number;
}

/** What applying routes does to the rows of a lake. */
export interface RoutesEffect {
  rows: number;
  changed_rows: number;
  services: ServiceEffect[];
  /** The largest changes. */
  changes: RouteChange[];
  /** How many different changes there are. */
  different_changes: number;
}

/** Pairs of templates that are kept apart; beyond, rows are counted without them. */
const MAX_PAIRS = 200_000;
/** Of the longest lists. */
const SHOWN = { changes: 20, groups: 20, members: 5 };

interface Pair extends RouteChange {
  changed: boolean;
}

/** Adds up what happens to rows. */
export class EffectTally {
  private readonly pairs = new Map<string, Pair>();
  private readonly totals = new Map<string | null, { rows: number; changed: number }>();

  add(stored: StoredPath, given: Assignment, rows: number): void {
    const { service, route, route_source } = stored;
    const changed = isChanged(stored, given);
    this.count(service, rows, changed ? rows : 0);
    const ends = { from: route, to: given.route, from_source: route_source, to_source: given.route_source };
    this.pair({ service, ...ends, rows, changed });
  }

  /** Adds what another has added up. */
  merge(other: EffectTally): void {
    other.totals.forEach(({ rows, changed }, service) => this.count(service, rows, changed));
    other.pairs.forEach((pair) => this.pair(pair));
  }

  /** Rows that get another route or source. */
  get changedRows(): number {
    return [...this.totals.values()].reduce((sum, { changed }) => sum + changed, 0);
  }

  private count(service: string | null, rows: number, changed: number): void {
    const total = this.totals.get(service) ?? { rows: 0, changed: 0 };
    total.rows += rows;
    total.changed += changed;
    this.totals.set(service, total);
  }

  private pair(pair: Pair): void {
    const key = JSON.stringify([pair.service, pair.from, pair.to, pair.from_source, pair.to_source]);
    const known = this.pairs.get(key);
    if (known !== undefined) {
      known.rows += pair.rows;
    } else if (this.pairs.size < MAX_PAIRS) {
      this.pairs.set(key, { ...pair });
    }
  }

  effect(): RoutesEffect {
    const changes = [...this.pairs.values()].filter(({ changed }) => changed).sort(byRows);
    const services = [...this.totals].map(([service, { rows, changed }]) => ({
      service,
      rows,
      changed_rows: changed,
      ...this.templatesOf(service),
    }));
    services.sort(
      (a, b) => b.changed_rows - a.changed_rows || b.rows - a.rows || ((a.service ?? '') < (b.service ?? '') ? -1 : 1)
    );
    return {
      rows: services.reduce((sum, { rows }) => sum + rows, 0),
      changed_rows: this.changedRows,
      services,
      changes: changes.slice(0, SHOWN.changes).map(({ changed: _, ...change }) => change),
      different_changes: changes.length,
    };
  }

  private templatesOf(service: string | null) {
    const pairs = [...this.pairs.values()].filter((pair) => pair.service === service);
    const after = groups(pairs, 'to', 'from');
    const before = groups(pairs, 'from', 'to');
    return {
      templates_before: before.size,
      templates_after: after.size,
      merged: several(after).map(({ one, ...rest }) => ({ into: one, from: rest.others, ...counts(rest) })),
      split: several(before).map(({ one, ...rest }) => ({ from: one, into: rest.others, ...counts(rest) })),
    };
  }
}

/** Whether a row gets anything else than it has. */
export function isChanged(stored: StoredPath, given: Assignment): boolean {
  return stored.route !== given.route || stored.route_source !== given.route_source;
}

interface Group {
  rows: number;
  changed: boolean;
  others: Map<string, number>;
}

function groups(pairs: readonly Pair[], by: 'from' | 'to', other: 'from' | 'to'): Map<string, Group> {
  const found = new Map<string, Group>();
  for (const pair of pairs) {
    const one = pair[by];
    if (one === null) {
      continue;
    }
    const group = found.get(one) ?? { rows: 0, changed: false, others: new Map<string, number>() };
    group.rows += pair.rows;
    group.changed ||= pair.from !== pair.to;
    const name = pair[other] ?? '(none)';
    group.others.set(name, (group.others.get(name) ?? 0) + pair.rows);
    found.set(one, group);
  }
  return found;
}

/** Templates with several on the other side. */
function several(found: Map<string, Group>) {
  return [...found]
    .filter(([, { changed, others }]) => changed && others.size > 1)
    .sort(([a, x], [b, y]) => y.rows - x.rows || (a < b ? -1 : 1))
    .slice(0, SHOWN.groups)
    .map(([one, { rows, others }]) => ({
      one,
      rows,
      templates: others.size,
      others: [...others]
        .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
        .slice(0, SHOWN.members)
        .map(([name]) => name),
    }));
}

const counts = ({ templates, rows }: { templates: number; rows: number }) => ({ templates, rows });
const byRows = (a: RouteChange, b: RouteChange): number => b.rows - a.rows || (nameOf(a) < nameOf(b) ? -1 : 1);

/** What tells changes apart, so that equally large ones always come in one order. */
function nameOf({ from, service, to, from_source, to_source }: RouteChange): string {
  return JSON.stringify([from, service, to, from_source, to_source]);
}
