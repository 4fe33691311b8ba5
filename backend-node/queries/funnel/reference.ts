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
 * Order of requests within a unit: by time; at the same time by the lowest step they match, then by the set of steps,
 * read as a binary number; then the heavier one first.
 */
export function compareEvents(a: FunnelEvent, b: FunnelEvent): number {
  const lowest = (event: FunnelEvent) => Math.min(...event.steps);
  return (
    a.time - b.time || lowest(a) - lowest(b) || maskOf(a.steps) - maskOf(b.steps) || (b.weight ?? 1) - (a.weight ?? 1)
  );
}

/** A set of steps as a binary number: step 1 is the lowest bit. */
export function maskOf(steps: readonly number[]): number {
  return [...new Set(steps)].reduce((mask, step) => mask + 2 ** (step - 1), 0);
}

/**
 * Runs a funnel: ordered steps, first entry. A unit enters at its first request that matches step 1 in the range; each
 * next step is the first later request that matches it, within the window of the entry. One request satisfies one step.
 */
export function runFunnel(events: readonly FunnelEvent[], rule: FunnelRule): FunnelRun[] {
  const byUnit = new Map<string, FunnelEvent[]>();
  for (const event of events) {
    byUnit.set(event.unit, [...(byUnit.get(event.unit) ?? []), event]);
  }
  return [...byUnit].flatMap(([unit, own]) => runUnit(unit, own.toSorted(compareEvents), rule) ?? []);
}

function runUnit(unit: string, events: readonly FunnelEvent[], rule: FunnelRule): FunnelRun | undefined {
  const reached: number[] = [];
  let weight = 1;
  for (const event of events) {
    const next = reached.length + 1;
    if (next > rule.steps || !event.steps.includes(next)) {
      continue;
    }
    if (next === 1 ? event.time >= rule.from && event.time < rule.to : event.time - reached[0]! <= rule.window) {
      weight = next === 1 ? (event.weight ?? 1) : weight;
      reached.push(event.time);
    }
  }
  return reached.length === 0 ? undefined : { unit, weight, reached };
}
