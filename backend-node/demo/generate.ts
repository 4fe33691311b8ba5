import { healthChecks, scanner } from './background';
import { planIncidents, type Plan } from './incidents';
import { customerOf, type Customer } from './people';
import { Random } from './random';
import { rhythmAt } from './rhythm';
import type { DemoRow } from './row';
import { Visit, type Goal } from './visit';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Mean number of requests in a visit, measured over 200,000 visits; sizes the demo to the rows asked for. */
export const ROWS_PER_VISIT = 15.6;

/** Share of the rows that are health checks. */
const HEALTH_SHARE = 0.07;

/** Share of the rows that are the scanner’s; a scanner has its own pace, so at most 1,500. */
const SCANNER_SHARE = 0.005;

export interface DemoOptions {
  /** The same seed and range give the same rows. */
  seed: number;
  /** Range, epoch milliseconds; `to` is exclusive. */
  from: number;
  to: number;
  /** About how many rows. */
  rows: number;
}

export interface DemoPlan extends DemoOptions {
  incidents: Plan;
  customers: number;
  visitsPerHour: number;
  healthEvery: number;
  scannerRequests: number;
}

/** Works out everything about a demo that does not depend on chance. */
export function planDemo(options: DemoOptions): DemoPlan {
  const { from, to, rows } = options;
  const hours = (to - from) / HOUR;
  const visits = (rows * (1 - HEALTH_SHARE - SCANNER_SHARE)) / ROWS_PER_VISIT;
  // Catalog and, a tenth as often, the five other services.
  const healthEvery = Math.max(500, Math.round(((to - from) * 1.5) / Math.max(1, rows * HEALTH_SHARE)));
  return {
    ...options,
    incidents: planIncidents(from, to),
    customers: Math.max(50, Math.round(visits / 4)),
    visitsPerHour: visits / hours,
    healthEvery,
    scannerRequests: Math.min(1500, Math.max(20, Math.round(rows * SCANNER_SHARE))),
  };
}

/** The days of the demo, each to be generated on its own: `[from, to)` in epoch milliseconds. */
export function demoDays({ from, to }: DemoOptions): Array<[number, number]> {
  const days: Array<[number, number]> = [];
  for (let start = from; start < to;) {
    const end = Math.min(to, (Math.floor(start / DAY) + 1) * DAY);
    days.push([start, end]);
    start = end;
  }
  return days;
}

/** The rows of one day, in no particular order. A visit belongs to the day it begins in; nothing lies past the demo’s end. */
export function* generateDay(plan: DemoPlan, [from, to]: readonly [number, number]): Generator<DemoRow> {
  const { seed, incidents } = plan;
  for (let hour = Math.floor(from / HOUR) * HOUR; hour < to; hour += HOUR) {
    const random = new Random(seed, 2, hour / HOUR);
    const expected = plan.visitsPerHour * rhythmAt(hour + HOUR / 2);
    const visits = Math.max(0, Math.round(expected + Math.sqrt(expected) * random.normal()));
    for (let index = 0; index < visits; index++) {
      const start = hour + random.next() * HOUR;
      const rows = visit(plan, start, new Random(seed, 5, hour / HOUR, index));
      if (start >= from && start < to) {
        yield* rows.filter((row) => row.time < plan.to * 1000);
      }
    }
  }
  yield* healthChecks(from, to, plan.healthEvery, incidents, seed);
  yield* scanner(from, to, plan.scannerRequests, incidents, seed);
}

function visit(plan: DemoPlan, start: number, random: Random): DemoRow[] {
  const person = customerOf(plan.seed, random.zipf(plan.customers));
  const signedIn = person.device === 'partner' || random.chance(0.35);
  const visitor = { person, session: random.hex(24), signedIn };
  return new Visit(start, visitor, plan.incidents, random).run(goalOf(person, random));
}

function goalOf(person: Customer, random: Random): Goal {
  if (person.device === 'partner') {
    return random.weighted<Goal>([
      ['integrate', 0.85],
      ['orders', 0.15],
    ]);
  }
  return random.weighted<Goal>([
    ['browse', 0.5],
    ['buy', 0.34 * person.intent],
    ['account', 0.07],
    ['orders', 0.09],
  ]);
}
