import type { RequestRecord } from '../normalise';
import type { RowPolicy } from '../rows/row-preparation';
import { NOISE_SETS } from './built-in-sets';
import type { NoiseAction, NoiseRule } from './config';
import { predicateOf, type Predicate } from './filter-predicate';
import { Journeys, type JourneyState, type UnitHash } from './journeys';

const MINUTE_US = 60_000_000;
const DAY_US = 1440 * MINUTE_US;
/** So many counts are kept by service and minute until they are drained; about 250 bytes each. */
const MOST_COUNTS = 2 ** 15;

/** How many requests a rule left out, of a service, in a minute. */
export interface LeftOutCount {
  /** Begin of the minute, µs since the epoch. */
  time: number;
  rule: string;
  action: NoiseAction;
  service: string | undefined;
  environment: string | undefined;
  /** Set by the action `count` only. */
  status: number | undefined;
  /** Requests that the rows stand for. */
  requests: number;
}

interface CompiledRule {
  name: string;
  action: NoiseAction;
  rate: number;
  matches: Predicate;
}

/**
 * Leaves requests out as rules say: the first that matches decides. Sampling decides by lots that sessions and customers
 * have (`Journeys`), so that no session is torn; what has neither is kept. What is left out is counted, in the order in
 * which batches come, until it is drained for a commit.
 */
export class NoisePolicy implements RowPolicy {
  private readonly rules: readonly CompiledRule[];
  private readonly totals = new Map<string, number>();
  /** What the batch that began last added to `totals`. */
  private undecidedTotals = new Map<string, number>();
  /** The same of rules with the action `count`, by class of status. */
  private readonly classes = new Map<string, number>();
  private undecidedClasses = new Map<string, number>();
  private readonly journeys: Journeys | undefined;
  private counts = new Map<string, LeftOutCount>();
  private undecided = new Map<string, LeftOutCount>();
  private counting = true;
  private told = true;
  /** Another number whenever what `pending` gives has changed. */
  changes = 0;

  /** `hash` is needed by rules that sample only; `journeys` is what `state` gave. */
  constructor(
    rules: readonly NoiseRule[],
    hash?: UnitHash,
    journeys?: JourneyState | null,
    private readonly mostCounts = MOST_COUNTS
  ) {
    this.journeys = hash && new Journeys(hash, journeys);
    this.rules = rules.map(({ name, match, action, rate = 1 }) => {
      const conditions = match.map((one) => (typeof one === 'string' ? NOISE_SETS[one].matches : predicateOf(one)));
      return { name, action, rate, matches: (record) => conditions.every((holds) => holds(record)) };
    });
    this.rules.forEach(({ name }) => this.totals.set(name, 0));
  }

  takesIn(record: RequestRecord): boolean {
    const rule = this.rules.find(({ matches }) => matches(record));
    if (!rule) {
      return true;
    }
    if (rule.action === 'sample') {
      const lot = this.journeys!.lotOf(record);
      if (lot === undefined) {
        return true;
      }
      if (lot < rule.rate) {
        record.weight = (record.weight ?? 1) / rule.rate;
        return true;
      }
    }
    this.count(rule, record);
    return false;
  }

  /**
   * A batch begins; the one before is decided. One that was `counted` before, as when it is taken up again after a kill,
   * is not counted again; one that is taken up again is not told anew in `totals`.
   */
  begin({ counted = false, again = false }: { counted?: boolean; again?: boolean } = {}): void {
    this.decide();
    this.counting = !counted;
    this.told = !again;
  }

  /** Nothing of the batch that began last was taken in, nor left out. */
  discard(): void {
    this.changes++;
    this.undecided.clear();
    for (const [rule, rows] of this.undecidedTotals) {
      this.totals.set(rule, this.totals.get(rule)! - rows);
    }
    this.undecidedTotals.clear();
    for (const [key, rows] of this.undecidedClasses) {
      this.classes.set(key, this.classes.get(key)! - rows);
    }
    this.undecidedClasses.clear();
  }

  /** What was decided of sessions and customers, to go on with; null when nothing is sampled. */
  state(): JourneyState | null {
    return this.journeys?.state() ?? null;
  }

  /** What was left out since it was last drained. */
  drain(): LeftOutCount[] {
    this.decide();
    this.changes++;
    const drained = [...this.counts.values()];
    this.counts = new Map();
    return drained;
  }

  /** The same without draining it; of one minute there may be two. */
  pending(): LeftOutCount[] {
    return [...this.counts.values(), ...this.undecided.values()];
  }

  /** Requests left out since the process began, by rule. */
  leftOut(): Array<{ rule: string; rows: number }> {
    return [...this.totals].map(([rule, rows]) => ({ rule, rows }));
  }

  /** Of them those of rules that count by status: `status` is its class, as `5xx`, or empty. */
  countedByStatus(): Array<{ rule: string; status: string; rows: number }> {
    return [...this.classes].map(([key, rows]) => {
      const [rule, status] = key.split('\0') as [string, string];
      return { rule, status, rows };
    });
  }

  private count({ name, action }: CompiledRule, record: RequestRecord): void {
    if (this.told) {
      this.totals.set(name, (this.totals.get(name) ?? 0) + 1);
      this.undecidedTotals.set(name, (this.undecidedTotals.get(name) ?? 0) + 1);
      if (action === 'count') {
        const { status } = record;
        const key = `${name}\0${status === undefined ? '' : `${Math.floor(status / 100)}xx`}`;
        this.classes.set(key, (this.classes.get(key) ?? 0) + 1);
        this.undecidedClasses.set(key, (this.undecidedClasses.get(key) ?? 0) + 1);
      }
    }
    if (!this.counting) {
      return;
    }
    this.changes++;
    const { weight = 1 } = record;
    const [key, count] = this.countOf(name, action, record);
    const entry = this.undecided.get(key);
    if (entry) {
      entry.requests += weight;
    } else {
      this.undecided.set(key, { ...count, requests: weight });
    }
  }

  /** Where a request is counted: by minute and service, or by day when there are too many of these already. */
  private countOf(rule: string, action: NoiseAction, record: RequestRecord): [key: string, count: LeftOutCount] {
    const { service, environment } = record;
    const status = action === 'count' ? record.status : undefined;
    const time = Math.floor(record.time / MINUTE_US) * MINUTE_US;
    const key = [rule, service, environment, status, time].join('\0');
    const known = this.counts.has(key) || this.undecided.has(key);
    if (known || this.counts.size + this.undecided.size < this.mostCounts) {
      return [key, { time, rule, action, service, environment, status, requests: 0 }];
    }
    const day = Math.floor(record.time / DAY_US) * DAY_US;
    const nobody = { service: undefined, environment: undefined, status: undefined };
    return [[rule, '', '', 'day', day].join('\0'), { time: day, rule, action, ...nobody, requests: 0 }];
  }

  private decide(): void {
    for (const [key, entry] of this.undecided) {
      const before = this.counts.get(key);
      if (before) {
        before.requests += entry.requests;
      } else {
        this.counts.set(key, entry);
      }
    }
    this.undecided = new Map();
    this.undecidedTotals.clear();
    this.undecidedClasses.clear();
  }
}
