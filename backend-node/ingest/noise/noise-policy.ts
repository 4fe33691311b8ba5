import type { RequestRecord } from '../normalise';
import type { RowPolicy } from '../rows/row-preparation';
import { NOISE_SETS } from './built-in-sets';
import type { NoiseAction, NoiseRule } from './config';
import { predicateOf, type Predicate } from './filter-predicate';

const MINUTE_US = 60_000_000;

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

/** Gives 128 bits of a keyed hash, in base64url. */
export type UnitHash = (unit: string) => string;

/**
 * Leaves requests out as rules say: the first that matches decides. Sampling decides by a keyed hash of the customer, or
 * of the session where there is none, so that a journey is there whole or not at all; what has neither is kept. What is
 * left out is counted, in the order in which batches come, until it is drained for a commit.
 */
export class NoisePolicy implements RowPolicy {
  private readonly rules: readonly CompiledRule[];
  private readonly totals = new Map<string, number>();
  private counts = new Map<string, LeftOutCount>();
  private undecided = new Map<string, LeftOutCount>();
  private counting = true;
  private told = true;

  /** `hash` is needed by rules that sample only. */
  constructor(
    rules: readonly NoiseRule[],
    private readonly hash?: UnitHash
  ) {
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
      const unit = record.customer ?? record.session;
      if (unit === undefined) {
        return true;
      }
      if (isSampled(this.hash!(unit), rule.rate)) {
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
    this.undecided.clear();
  }

  /** What was left out since it was last drained. */
  drain(): LeftOutCount[] {
    this.decide();
    const drained = [...this.counts.values()];
    this.counts = new Map();
    return drained;
  }

  /** Requests left out since the process began, by rule. */
  leftOut(): Array<{ rule: string; rows: number }> {
    return [...this.totals].map(([rule, rows]) => ({ rule, rows }));
  }

  private count({ name, action }: CompiledRule, record: RequestRecord): void {
    if (this.told) {
      this.totals.set(name, (this.totals.get(name) ?? 0) + 1);
    }
    if (!this.counting) {
      return;
    }
    const time = Math.floor(record.time / MINUTE_US) * MINUTE_US;
    const { service, environment, weight = 1 } = record;
    const status = action === 'count' ? record.status : undefined;
    const key = [name, service, environment, status, time].join('\0');
    const entry = this.undecided.get(key);
    if (entry) {
      entry.requests += weight;
    } else {
      this.undecided.set(key, { time, rule: name, action, service, environment, status, requests: weight });
    }
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
  }
}

/** Whether the first 48 bits of a hash, as a share of all, lie below the rate: at a higher rate the same units stay. */
function isSampled(hash: string, rate: number): boolean {
  return Buffer.from(hash.slice(0, 8), 'base64url').readUIntBE(0, 6) < rate * 2 ** 48;
}
