import { concerns, holds, type FunnelEvent } from './event';
import { Matching } from './matching';
import type { FunnelRule } from './rule';

/** How an attempt is over before its window is. `removed`: it was excluded and does not count. */
export type AttemptEnd = 'converted' | 'excluded' | 'removed' | 'broken';

/** One attempt of a unit to get through the steps, moment by moment. */
export class Attempt {
  /** When each step was reached; null where it was not. In the order `any` the n-th of a stage to come is in its n-th place. */
  readonly at: Array<number | null>;
  /** Which step, from 0, it was that was reached in each place of `at`; only where the steps of a stage come in any order. */
  readonly done: Array<number | null> | undefined;
  /** Values of the breakdown of the requests that reached them. */
  readonly values: Array<string | null>;
  /** Last step reached, from 1. */
  reached = 0;
  ended: AttemptEnd | undefined;
  /** The request that excluded it. */
  excludedBy: FunnelEvent | undefined;
  /** Number of the stage that comes next, and how many of its steps are done. */
  private stage = 0;
  private count = 0;
  private matching = new Matching();

  private constructor(
    private readonly rule: FunnelRule,
    /** Values of the keys that are held constant. */
    readonly held: ReadonlyArray<string | null>,
    readonly entry: number,
    readonly weight: number
  ) {
    this.at = new Array<number | null>(rule.steps).fill(null);
    this.done = rule.grouped ? new Array<number | null>(rule.steps).fill(null) : undefined;
    this.values = new Array<string | null>(rule.steps).fill(null);
  }

  /**
   * The attempts that may begin at a moment of requests, one for each way to hold values constant. It weighs as much as the
   * heaviest request it may have begun with.
   */
  static enter(rule: FunnelRule, time: number, events: readonly FunnelEvent[]): Attempt[] {
    if (time < rule.from || time >= rule.to) {
      return [];
    }
    const first = rule.masks[0]!;
    const entries = new Map<string, { held: ReadonlyArray<string | null>; weight: number }>();
    for (const event of events) {
      if ((event.steps & first) !== 0 && holds(event, event.held)) {
        const key = JSON.stringify(event.held);
        entries.set(key, { held: event.held, weight: Math.max(event.weight, entries.get(key)?.weight ?? 0) });
      }
    }
    return [...entries.values()].map(({ held, weight }) => {
      const attempt = new Attempt(rule, held, time, weight);
      attempt.advance(time, events);
      return attempt;
    });
  }

  /** Whether a moment lies after the window. */
  isOver(time: number): boolean {
    return time - this.entry > this.rule.window;
  }

  /** Takes the requests of one moment in the order, and each for the step, that gets furthest. */
  advance(time: number, events: readonly FunnelEvent[]): void {
    const { strict } = this.rule;
    const wanted = this.wanted();
    if (!strict && events.every(({ steps, exclusions }) => exclusions === 0 && (steps & wanted) === 0)) {
      return;
    }
    const before = this.reached;
    const mine = this.held.length === 0 ? events : events.filter((event) => holds(event, this.held));
    this.reach(time, mine);
    if (this.stage === this.rule.stages.length) {
      this.ended = 'converted';
      return;
    }
    const others = events.filter((event) => !this.matching.uses(event));
    if (!this.exclude(before, others) && strict && before > 0 && others.length > 0) {
      this.ended = 'broken';
    }
  }

  /** The requests of the last moment that were nothing to this attempt, and may be something to another. */
  rest(events: readonly FunnelEvent[]): FunnelEvent[] {
    return events.filter((event) => event !== this.excludedBy && !this.matching.uses(event));
  }

  /** Steps that a request may take it on to. */
  wanted(): number {
    const { masks, optional } = this.rule;
    const next = masks[this.stage]!;
    // What lies below the next step and not below what is reached.
    return optional === 0 ? next : next | (optional & ((next & -next) - 1) & ~((1 << this.reached) - 1));
  }

  private reach(time: number, mine: readonly FunnelEvent[]): void {
    const { stages, optional } = this.rule;
    // Steps of several to a stage may change requests as long as the stage is open; others are settled.
    const matching = this.rule.grouped ? this.matching : (this.matching = new Matching());
    const taken = new Set(matching.events);
    const slots: number[] = [];
    let allowed = this.rule.masks[this.stage]!;
    for (let stage = stages[this.stage]; stage; stage = stages[this.stage]) {
      const { served } = matching;
      const step = stage.find((one) => (served & (1 << one)) === 0 && matching.serve(one, mine, allowed));
      if (step === undefined) {
        break;
      }
      const slot = stage[this.count]!;
      slots.push(slot);
      if (this.done) {
        this.done[slot] = step;
      }
      this.count++;
      if (this.count === stage.length) {
        this.stage++;
        this.count = 0;
        allowed |= this.rule.masks[this.stage] ?? 0;
        matching.widen(mine, allowed);
      }
    }
    const end = stages[this.stage]?.[0] ?? this.rule.steps;
    for (let step = this.reached; optional !== 0 && step < end; step++) {
      const bit = 1 << step;
      if ((optional & bit) !== 0) {
        matching.widen(mine, bit);
        if (matching.serve(step, mine, allowed | bit)) {
          slots.push(step);
        }
      }
    }
    const news = this.rule.grouped ? mine.filter((event) => matching.uses(event) && !taken.has(event)) : undefined;
    slots.forEach((slot, index) => {
      this.at[slot] = time;
      this.values[slot] = (news ? news[index] : matching.eventOf(slot))?.segment ?? null;
      this.reached = Math.max(this.reached, slot + 1);
    });
  }

  /** Whether one of the requests excludes, in whichever order they came. */
  private exclude(before: number, others: readonly FunnelEvent[]): boolean {
    const { exclusions } = this.rule;
    for (const event of others) {
      const rule = exclusions.find(
        ({ from, to }, index) =>
          (event.exclusions & (1 << index)) !== 0 && before >= from && this.reached < to && concerns(event, this.held)
      );
      if (rule) {
        this.excludedBy = event;
        this.ended = rule.remove ? 'removed' : 'excluded';
        return true;
      }
    }
    return false;
  }
}
