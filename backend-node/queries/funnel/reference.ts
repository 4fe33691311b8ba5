/**
 * The meaning of a funnel, as plain as it can be written: what the SQL of both shapes is held against, and where to
 * look when in doubt. Times are microseconds since the epoch.
 */

/** A request that matches at least one step. */
export interface FunnelEvent {
  /** Whose request it is. */
  unit: string;
  time: number;
  /** Steps the request matches, from 1. */
  steps: readonly number[];
  /** How many requests it stands for. */
  weight?: number;
}

export interface FunnelRule {
  /** How many steps there are. */
  steps: number;
  /** A unit enters at a time in `from <= time < to`. */
  from: number;
  to: number;
  /** Longest time from the entry to a step, inclusive. */
  window: number;
}

/** How far one unit got. */
export interface FunnelRun {
  unit: string;
  weight: number;
  /** When each step was reached, from the first; as long as the unit got far. */
  reached: number[];
}

/**
 * Runs a funnel: ordered steps, first entry. A unit enters at the first moment in the range at which a request of its
 * matches step 1; each next step is its first request from then on that matches, within the window of the entry. One
 * request satisfies one step. Requests of one moment are taken in the order, and each for the step, that gets furthest.
 * A unit counts as much as the heaviest of the requests it may have entered with.
 */
export function runFunnel(events: readonly FunnelEvent[], rule: FunnelRule): FunnelRun[] {
  const byUnit = new Map<string, FunnelEvent[]>();
  for (const event of events) {
    byUnit.set(event.unit, [...(byUnit.get(event.unit) ?? []), event]);
  }
  return [...byUnit].flatMap(([unit, own]) => runUnit(unit, own, rule) ?? []);
}

function runUnit(unit: string, events: readonly FunnelEvent[], rule: FunnelRule): FunnelRun | undefined {
  const reached: number[] = [];
  let weight = 1;
  for (const time of [...new Set(events.map((event) => event.time))].sort((a, b) => a - b)) {
    const entering = reached.length === 0;
    if (entering ? time < rule.from || time >= rule.to : time - reached[0]! > rule.window) {
      continue;
    }
    const moment = events.filter((event) => event.time === time);
    const count = stepsServed(moment, reached.length + 1, rule.steps);
    reached.push(...new Array<number>(count).fill(time));
    if (entering && count > 0) {
      const entries = moment.filter(({ steps }) => steps.includes(1));
      weight = Math.max(...entries.map((entry) => entry.weight ?? 1));
    }
  }
  return reached.length === 0 ? undefined : { unit, weight, reached };
}

/**
 * How many steps from `first` on requests can serve, each one step: a bipartite matching that is made larger along
 * augmenting paths (Kuhn, 1955), step after step until one finds no request.
 */
function stepsServed(moment: readonly FunnelEvent[], first: number, last: number): number {
  const stepOf = new Map<FunnelEvent, number>();
  const serve = (step: number, tried: Set<FunnelEvent>): boolean =>
    moment.some((event) => {
      if (!event.steps.includes(step) || tried.has(event)) {
        return false;
      }
      tried.add(event);
      const taken = stepOf.get(event);
      if (taken !== undefined && !serve(taken, tried)) {
        return false;
      }
      stepOf.set(event, step);
      return true;
    });
  let step = first;
  while (step <= last && serve(step, new Set())) {
    step++;
  }
  return step - first;
}
