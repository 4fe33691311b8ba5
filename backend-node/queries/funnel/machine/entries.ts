import { Attempt } from './attempt';
import type { FunnelEvent } from './event';
import type { FunnelRule } from './rule';

/** Decides with which requests a unit enters, and which of its attempts count. */
export interface Entries {
  /** Takes the requests of one moment; moments come in order. */
  take(time: number, events: readonly FunnelEvent[]): void;
  /** Whether nothing that comes can change anything. */
  readonly settled: boolean;
  /** The attempts that count, by their entry. */
  finish(): Attempt[];
}

/** Most attempts of one unit that are followed side by side; further entries are passed over. */
export const MOST_OPEN_ATTEMPTS = 10_000;

/** The entries of one unit. */
export function entriesOf(rule: FunnelRule, onCrowd: () => void): Entries {
  if (rule.reentry === 'first') {
    return new FirstEntry(rule);
  }
  return rule.counting === 'unique' ? new FurthestEntry(rule, onCrowd) : new EveryEntry(rule, onCrowd);
}

/** Of ways to go through the same requests, the one that gets furthest. */
function furthest(attempts: readonly Attempt[]): Attempt {
  return attempts.reduce((best, attempt) => (attempt.reached > best.reached ? attempt : best));
}

function counted(attempts: readonly Attempt[]): Attempt[] {
  return attempts.filter(({ ended }) => ended !== 'removed');
}

/** The first entry counts, and with counting `total` the first after an attempt is over. */
class FirstEntry implements Entries {
  private readonly over: Attempt[] = [];
  /** Ways to hold values constant, when requests of one moment leave a choice. */
  private current: Attempt[] = [];
  settled = false;

  constructor(private readonly rule: FunnelRule) {}

  take(time: number, events: readonly FunnelEvent[]): void {
    let left = this.current.length === 0 ? events : this.goOn(time, events);
    while (left && !this.settled) {
      this.current = Attempt.enter(this.rule, time, left);
      left = this.current.length > 0 ? this.close(left) : undefined;
    }
  }

  finish(): Attempt[] {
    return counted(this.current.length > 0 ? [...this.over, furthest(this.current)] : this.over);
  }

  /** What is left of the moment for another attempt; undefined as long as this one goes on. */
  private goOn(time: number, events: readonly FunnelEvent[]): readonly FunnelEvent[] | undefined {
    if (this.current[0]!.isOver(time)) {
      this.end(furthest(this.current));
      return events;
    }
    this.current.filter(({ ended }) => ended === undefined).forEach((attempt) => attempt.advance(time, events));
    return this.close(events);
  }

  private close(events: readonly FunnelEvent[]): readonly FunnelEvent[] | undefined {
    const converted = this.current.find(({ ended }) => ended === 'converted');
    if (!converted && this.current.some(({ ended }) => ended === undefined)) {
      return undefined;
    }
    const last = converted ?? furthest(this.current);
    this.end(last);
    return last.rest(events);
  }

  private end(attempt: Attempt): void {
    this.over.push(attempt);
    this.current = [];
    this.settled = this.rule.counting === 'unique';
  }
}

/** Every entry is tried, and the attempt that gets furthest counts; of several the last to begin. */
class FurthestEntry implements Entries {
  readonly settled = false;
  private best: Attempt | undefined;
  private live: Attempt[] = [];

  /** Whether an attempt may come to nothing after all, so that one that went the same way must be followed too. */
  private readonly mayBeRemoved: boolean;

  constructor(
    private readonly rule: FunnelRule,
    private readonly onCrowd: () => void
  ) {
    this.mayBeRemoved = rule.exclusions.some(({ remove }) => remove);
  }

  take(time: number, events: readonly FunnelEvent[]): void {
    const going = this.live.filter((attempt) => !attempt.isOver(time));
    this.live.filter((attempt) => attempt.isOver(time)).forEach((attempt) => this.consider(attempt));
    going.forEach((attempt) => attempt.advance(time, events));
    const excluding = new Set(going.map(({ excludedBy }) => excludedBy));
    const left = this.rule.exclusions.length > 0 ? events.filter((event) => !excluding.has(event)) : events;
    const all = [...going, ...Attempt.enter(this.rule, time, left)];
    all.filter(({ ended }) => ended !== undefined).forEach((attempt) => this.consider(attempt));
    const open = all.filter(({ ended }) => ended === undefined);
    const followed = this.mayBeRemoved ? open : latestOfEach(open);
    this.live = followed.slice(0, MOST_OPEN_ATTEMPTS);
    if (followed.length > MOST_OPEN_ATTEMPTS) {
      this.onCrowd();
    }
  }

  finish(): Attempt[] {
    this.live.forEach((attempt) => this.consider(attempt));
    return this.best ? [this.best] : [];
  }

  private consider(attempt: Attempt): void {
    const better = (best: Attempt) =>
      attempt.reached > best.reached || (attempt.reached === best.reached && attempt.entry >= best.entry);
    if (attempt.ended !== 'removed' && (!this.best || better(this.best))) {
      this.best = attempt;
    }
  }
}

/**
 * Of attempts that have got equally far the last to begin: what comes takes them on alike, and its window is longest. (The later
 * has seen fewer requests; what it has done the earlier has done too. So equally far is at the same point.)
 */
function latestOfEach(attempts: readonly Attempt[]): Attempt[] {
  const latest = new Map<string, Attempt>();
  for (const attempt of attempts) {
    const key = JSON.stringify([attempt.held, attempt.reached]);
    const other = latest.get(key);
    if (!other || other.entry <= attempt.entry) {
      latest.set(key, attempt);
    }
  }
  return [...latest.values()];
}

/** Every entry is an attempt, but for those within one that converted. */
class EveryEntry implements Entries {
  readonly settled = false;
  private readonly over: Attempt[] = [];
  /**
   * Attempts by the step they have reached: a request takes all at one step on, or none of them, so that one that enters over
   * and over costs no more than its requests. Those whose window is over may still be among them.
   */
  private live: Attempt[][];
  /** Those that are cut off, by the values they hold: they may yet turn out to lie within one that converts. */
  private readonly cut = new Map<string, Attempt[]>();
  /** Until when all that are open stay so. */
  private fullUntil = -Infinity;

  constructor(
    private readonly rule: FunnelRule,
    private readonly onCrowd: () => void
  ) {
    this.live = Array.from({ length: rule.steps + 1 }, () => []);
  }

  take(time: number, events: readonly FunnelEvent[]): void {
    const seen = events.reduce((mask, { steps }) => mask | steps, 0);
    const always = this.rule.strict || events.some(({ exclusions }) => exclusions !== 0);
    let left: readonly FunnelEvent[] = events;
    const converted: Attempt[] = [];
    // From the furthest on, so that none that has moved is taken on twice.
    for (let reached = this.rule.steps; reached > 0; reached--) {
      const attempts = this.live[reached]!;
      if (attempts.length === 0 || (!always && (attempts[0]!.wanted() & seen) === 0)) {
        continue;
      }
      this.live[reached] = [];
      for (const attempt of attempts.sort(byEntry)) {
        if (attempt.isOver(time)) {
          this.over.push(attempt);
          continue;
        }
        if (converted.some((other) => liesWithin(attempt, other))) {
          continue;
        }
        attempt.advance(time, events);
        if (attempt.ended === undefined) {
          this.live[attempt.reached]!.push(attempt);
        } else if (attempt.ended === 'converted') {
          converted.push(attempt);
          left = attempt.rest(left);
        } else {
          this.keepCut(attempt);
          left = left.filter((event) => event !== attempt.excludedBy);
        }
      }
    }
    if (converted.length > 0) {
      this.over.push(...converted);
      converted.forEach((attempt) => this.settleCut(attempt));
      this.sweep(time, converted);
    }
    this.enter(time, left);
  }

  finish(): Attempt[] {
    return counted([...this.over, ...[...this.cut.values()].flat(), ...this.live.flat()].sort(byEntry));
  }

  private keepCut(attempt: Attempt): void {
    if (attempt.ended !== 'removed') {
      const key = JSON.stringify(attempt.held);
      const others = this.cut.get(key);
      if (others) {
        others.push(attempt);
      } else {
        this.cut.set(key, [attempt]);
      }
    }
  }

  /** Of those cut off that hold the same drops what lies within one that converted. Nothing from before it is open any more. */
  private settleCut(converted: Attempt): void {
    const key = JSON.stringify(converted.held);
    this.cut.get(key)?.forEach((attempt) => {
      if (!liesWithin(attempt, converted)) {
        this.over.push(attempt);
      }
    });
    this.cut.delete(key);
  }

  /** Puts away attempts whose window is over, and drops those that lie within one that has converted. */
  private sweep(time: number, converted: readonly Attempt[]): void {
    this.live = this.live.map((attempts) =>
      attempts.filter((attempt) => {
        const over = attempt.isOver(time);
        if (over) {
          this.over.push(attempt);
        }
        return !over && !converted.some((other) => liesWithin(attempt, other));
      })
    );
  }

  private enter(time: number, events: readonly FunnelEvent[]): void {
    for (let left = events; ;) {
      const [attempt] = Attempt.enter(this.rule, time, left);
      if (!attempt) {
        return;
      }
      if (!this.hasRoom(time)) {
        this.onCrowd();
        return;
      }
      if (attempt.ended === undefined) {
        this.live[attempt.reached]!.push(attempt);
      } else {
        this.over.push(attempt);
      }
      left = attempt.rest(left);
    }
  }

  private hasRoom(time: number): boolean {
    const open = () => this.live.reduce((sum, { length }) => sum + length, 0);
    if (open() < MOST_OPEN_ATTEMPTS) {
      return true;
    }
    if (time <= this.fullUntil) {
      return false;
    }
    this.sweep(time, []);
    const entries = this.live.flat().map(({ entry }) => entry);
    this.fullUntil = entries.reduce((least, entry) => Math.min(least, entry), Infinity) + this.rule.window;
    return open() < MOST_OPEN_ATTEMPTS;
  }
}

function byEntry(one: Attempt, other: Attempt): number {
  return one.entry - other.entry;
}

/** Whether an attempt began while another, of the same values, was on its way to its end. */
function liesWithin(attempt: Attempt, other: Attempt): boolean {
  return attempt.entry >= other.entry && sameValues(attempt.held, other.held);
}

function sameValues(one: ReadonlyArray<string | null>, other: ReadonlyArray<string | null>): boolean {
  return one.every((value, index) => value === other[index]);
}
