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
    this.live = this.mayBeRemoved ? open.slice(0, MOST_OPEN_ATTEMPTS) : latestOfEach(open);
    if (open.length > MOST_OPEN_ATTEMPTS && this.mayBeRemoved) {
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
  /** By their entry. */
  private live: Attempt[] = [];

  constructor(
    private readonly rule: FunnelRule,
    private readonly onCrowd: () => void
  ) {}

  take(time: number, events: readonly FunnelEvent[]): void {
    const going = this.live.filter((attempt) => !attempt.isOver(time));
    this.over.push(...this.live.filter((attempt) => attempt.isOver(time)));
    let left: readonly FunnelEvent[] = events;
    const converted: Attempt[] = [];
    for (const attempt of going) {
      if (converted.some(({ held }) => sameValues(held, attempt.held))) {
        continue;
      }
      attempt.advance(time, events);
      if (attempt.ended === 'converted') {
        converted.push(attempt);
        left = attempt.rest(left);
      } else if (attempt.ended !== undefined) {
        this.over.push(attempt);
        left = left.filter((event) => event !== attempt.excludedBy);
      }
    }
    this.over.push(...converted);
    this.live = going.filter(
      (attempt) => attempt.ended === undefined && !converted.some(({ held }) => sameValues(held, attempt.held))
    );
    this.enter(time, left);
  }

  finish(): Attempt[] {
    return counted([...this.over, ...this.live].sort((a, b) => a.entry - b.entry));
  }

  private enter(time: number, events: readonly FunnelEvent[]): void {
    for (let left = events; ;) {
      const [attempt] = Attempt.enter(this.rule, time, left);
      if (!attempt) {
        return;
      }
      if (this.live.length >= MOST_OPEN_ATTEMPTS) {
        this.onCrowd();
        return;
      }
      (attempt.ended === undefined ? this.live : this.over).push(attempt);
      left = attempt.rest(left);
    }
  }
}

function sameValues(one: ReadonlyArray<string | null>, other: ReadonlyArray<string | null>): boolean {
  return one.every((value, index) => value === other[index]);
}
