import fc from 'fast-check';

import { Attempt } from './attempt';
import type { FunnelEvent } from './event';
import { UnitJourney } from './follow';
import { ruleOf, type FunnelRule } from './rule';

type Options = Partial<Parameters<typeof ruleOf>[0]>;

/** A rule of so many steps, entered from 0 to 20 and within 10. */
function ruleFor(steps: number, options: Options = {}): FunnelRule {
  const rule = ruleOf(
    {
      steps: Array.from({ length: steps }, () => ({})),
      ...{ order: 'ordered', reentry: 'first', counting: 'unique', exclusions: [], window: '1s' },
      ...options,
    },
    { from: 0, to: 0 }
  );
  return { ...rule, from: 0, to: 20, window: 10 };
}

const event = (time: number, steps: number, more: Partial<FunnelEvent> = {}): FunnelEvent => ({
  ...{ time, steps, exclusions: 0, held: [], segment: null, weight: 1 },
  ...more,
});

function follow(rule: FunnelRule, events: readonly FunnelEvent[]): Attempt[] {
  const journey = new UnitJourney(rule);
  events.forEach((one) => journey.add(one));
  return journey.finish();
}

/** How many steps that cannot be left out an attempt has reached. */
const progress = (rule: FunnelRule, { at }: Attempt) =>
  at.filter((time, index) => time !== null && (rule.optional & (1 << index)) === 0).length;

/**
 * How far a unit that enters at the moment can get, by trying every order of the requests of a moment, and every step each can
 * serve: exponential, and plain.
 */
function mostProgress(rule: FunnelRule, events: readonly FunnelEvent[], entry: number): number {
  const moments = [...new Set(events.map(({ time }) => time))].filter(
    (time) => time >= entry && time <= entry + rule.window
  );
  const total = rule.stages.flat().length;
  const go = (moment: number, left: readonly FunnelEvent[], done: number, stage: number, count: number): number => {
    if (count === total) {
      return count;
    }
    if (left.length === 0) {
      const next = moments[moment + 1];
      // A unit that did not enter at its first moment does not enter at all.
      return next === undefined || count === 0
        ? count
        : go(
            moment + 1,
            events.filter(({ time }) => time === next),
            done,
            stage,
            count
          );
    }
    let most = count;
    left.forEach((one, index) => {
      const rest = left.filter((_, at) => at !== index);
      if (!rule.strict || count === 0) {
        most = Math.max(most, go(moment, rest, done, stage, count));
      }
      for (const step of rule.stages[stage]!) {
        if ((one.steps & (1 << step)) !== 0 && (done & (1 << step)) === 0) {
          const now = done | (1 << step);
          const over = rule.stages[stage]!.every((other) => (now & (1 << other)) !== 0);
          most = Math.max(most, go(moment, rest, now, over ? stage + 1 : stage, count + 1));
        }
      }
    });
    return most;
  };
  return go(
    0,
    events.filter(({ time }) => time === moments[0]),
    0,
    0,
    0
  );
}

const events = (steps: number, most: number) =>
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 2 ** steps - 1 })), { maxLength: most })
    .map((all) => all.toSorted((a, b) => a[0] - b[0]).map(([time, mask]) => event(time, mask)));

/** Few moments, so that requests share them. */
const crowdedEvents = (steps: number) =>
  events(steps, 6).map((all) => all.map((one) => ({ ...one, time: one.time % 3 })).toSorted((a, b) => a.time - b.time));

const anchors = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });

describe('an attempt gets as far as any order of the requests of a moment allows', () => {
  const holds = (rule: FunnelRule, all: FunnelEvent[]) => {
    const entry = all.find(({ steps }) => rule.stages[0]!.some((step) => (steps & (1 << step)) !== 0))?.time;
    const [attempt] = follow(rule, all);
    expect(attempt ? progress(rule, attempt) : 0).toBe(entry === undefined ? 0 : mostProgress(rule, all, entry));
  };

  it('ordered', () => {
    const rule = ruleFor(4);
    fc.assert(
      fc.property(fc.oneof(events(4, 7), crowdedEvents(4)), (all) => holds(rule, all)),
      { numRuns: 400 }
    );
  });

  it('strict, where a unit enters with one request', () => {
    const rule = ruleFor(4, { order: 'strict' });
    const entering = crowdedEvents(4).map((all) => [
      event(0, 1),
      ...all.map((one) => ({ ...one, time: one.time + 1 })),
    ]);
    fc.assert(
      fc.property(entering, (all) => holds(rule, all)),
      { numRuns: 400 }
    );
  });

  it('in any order, but for anchored steps', () => {
    fc.assert(
      fc.property(fc.oneof(events(4, 7), crowdedEvents(4)), anchors, (all, anchored) =>
        holds(ruleFor(4, { order: 'any', steps: anchored.map((one) => ({ anchored: one })) }), all)
      ),
      { numRuns: 400 }
    );
  });

  it('and steps that may be left out change nothing of the others', () => {
    const [plain, skipping] = [ruleFor(3), ruleFor(5, { steps: [{}, { optional: true }, {}, { optional: true }, {}] })];
    // Steps 1, 3 and 5 of the one are those of the other.
    const without = ({ steps }: FunnelEvent) => (steps & 1) | ((steps >> 1) & 2) | ((steps >> 2) & 4);
    fc.assert(
      fc.property(fc.oneof(events(5, 8), crowdedEvents(5)), (all) => {
        const attempts = follow(skipping, all);
        expect(attempts.map(({ at }) => [at[0], at[2], at[4]])).toEqual(
          follow(
            plain,
            all.map((one) => ({ ...one, steps: without(one) }))
          ).map(({ at }) => at)
        );
        for (const { at } of attempts) {
          const times = at.filter((time) => time !== null);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 300 }
    );
  });
});

it('optimised finds the attempt that gets furthest, the last of several, without following them all', () => {
  const value = fc.constantFrom('x', 'y', null);
  const all = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 24 }), fc.integer({ min: 0, max: 7 }), fc.boolean(), value), {
      maxLength: 16,
    })
    .map((rows) =>
      rows
        .toSorted((a, b) => a[0] - b[0])
        .map(([time, steps, excludes, held]) =>
          event(time, excludes ? 0 : steps, { exclusions: excludes ? 1 : 0, held: [held] })
        )
    );
  fc.assert(
    fc.property(all, fc.constantFrom('cut' as const, 'remove' as const), (rows, mode) => {
      const rule = ruleFor(3, { reentry: 'optimised', exclusions: [{ fromStep: 1, toStep: 2, mode }] });
      const times = [...new Set(rows.map(({ time }) => time))];
      const moment = (time: number) => rows.filter((row) => row.time === time);
      const every = times.flatMap((time) => {
        const entered = Attempt.enter(rule, time, moment(time));
        for (const later of times.filter((one) => one > time)) {
          entered
            .filter((attempt) => attempt.ended === undefined && !attempt.isOver(later))
            .forEach((attempt) => attempt.advance(later, moment(later)));
        }
        return entered.filter(({ ended }) => ended !== 'removed');
      });
      const best = every.toSorted((a, b) => b.reached - a.reached || b.entry - a.entry)[0];
      const found = follow(rule, rows);
      expect(found.map(({ reached, entry }) => ({ reached, entry }))).toEqual(
        best ? [{ reached: best.reached, entry: best.entry }] : []
      );
    }),
    { numRuns: 400 }
  );
});

describe('counting every attempt', () => {
  /** One request to a moment, of one step at most, so that there is nothing to choose. */
  const plainEvents = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom(0, 1, 1, 2, 4)), { maxLength: 25 })
    .map((all) => {
      let time = 0;
      return all.map(([pause, steps]) => event((time += pause), steps));
    });

  /** The attempts as they would be told off by hand: from one entry on, and then from the next that counts. */
  function byHand(rule: FunnelRule, all: readonly FunnelEvent[]): Array<[number, number]> {
    const found: Array<[number, number]> = [];
    for (let from = 0; from < all.length;) {
      const { steps, time: entry } = all[from]!;
      if (steps !== 1 || entry >= rule.to) {
        from++;
        continue;
      }
      let reached = 1;
      let at = from + 1;
      while (at < all.length && reached < rule.steps && all[at]!.time - entry <= rule.window) {
        reached += all[at]!.steps === 1 << reached ? 1 : 0;
        at++;
      }
      found.push([entry, reached]);
      from = reached === rule.steps || rule.reentry === 'first' ? at : from + 1;
    }
    return found;
  }

  it.each(['first', 'optimised'] as const)(
    'gives the attempts that are told off by hand, with re-entry %s',
    (reentry) => {
      const rule = ruleFor(3, { counting: 'total', reentry });
      fc.assert(
        fc.property(plainEvents, (all) => {
          const attempts = follow(rule, all).map(({ entry, reached }) => [entry, reached]);
          expect(attempts).toEqual(byHand(rule, all));
        }),
        { numRuns: 500 }
      );
    }
  );

  /** As `plainEvents`, but some of them exclude. */
  const excludingEvents = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom(0, 1, 1, 2, 4, 'x' as const)), { maxLength: 25 })
    .map((all) => {
      let time = 0;
      return all.map(([pause, steps]) =>
        steps === 'x' ? event((time += pause), 0, { exclusions: 1 }) : event((time += pause), steps)
      );
    });

  /** The attempts of those that enter over and over, when exclusions or strays cut some of them off. */
  function byHandCut(rule: FunnelRule, all: readonly FunnelEvent[]): Array<[number, number]> {
    const found: Array<[number, number]> = [];
    for (let from = 0; from < all.length;) {
      const { steps, time: entry } = all[from]!;
      if (steps !== 1 || entry >= rule.to) {
        from++;
        continue;
      }
      let reached = 1;
      let at = from + 1;
      for (; at < all.length && reached < rule.steps && all[at]!.time - entry <= rule.window; at++) {
        const one = all[at]!;
        if (one.steps === 1 << reached) {
          reached++;
        } else if (
          rule.strict ||
          (one.exclusions !== 0 && rule.exclusions.some(({ from: least, to }) => reached >= least && reached < to))
        ) {
          break;
        }
      }
      found.push([entry, reached]);
      from = reached === rule.steps ? at : from + 1;
    }
    return found;
  }

  it.each([
    ['an exclusion up to the second step', 'ordered', 1, 2],
    ['an exclusion from the second step', 'ordered', 2, 3],
    ['an exclusion anywhere', 'ordered', 1, 3],
    ['a stray request', 'strict', 1, 3],
  ] as const)(
    'drops what lies within an attempt that converted also when it was cut off by %s',
    (_, order, from, to) => {
      const rule = ruleFor(3, {
        ...{ counting: 'total', reentry: 'optimised', order },
        exclusions: [{ fromStep: from, toStep: to, mode: 'cut' }],
      });
      fc.assert(
        fc.property(excludingEvents, (all) => {
          const attempts = follow(rule, all).map(({ entry, reached }) => [entry, reached]);
          expect(attempts).toEqual(byHandCut(rule, all));
        }),
        { numRuns: 1000 }
      );
    }
  );

  it('drops an entry that an exclusion cut off on the way of another that converted', () => {
    const rule = {
      ...ruleFor(3, {
        ...{ counting: 'total', reentry: 'optimised' },
        exclusions: [{ fromStep: 1, toStep: 2, mode: 'cut' }],
      }),
      window: 60,
      to: 60,
    };
    const all = [event(0, 1), event(10, 2), event(20, 1), event(25, 0, { exclusions: 1 }), event(40, 4)];
    expect(follow(rule, all).map(({ entry, reached }) => [entry, reached])).toEqual([[0, 3]]);
    expect(follow(rule, all.slice(0, 4)).map(({ entry, reached }) => [entry, reached])).toEqual([
      [0, 2],
      [20, 1],
    ]);
  });

  it('uses no request twice, however they are re-entered', () => {
    fc.assert(
      fc.property(events(2, 20), (all) => {
        const rule = ruleFor(2, { counting: 'total' });
        const attempts = follow(rule, all);
        const steps = attempts.reduce((sum, attempt) => sum + progress(rule, attempt), 0);
        expect(steps).toBeLessThanOrEqual(all.filter((one) => one.steps !== 0).length);
        expect(attempts.map(({ entry }) => entry)).toEqual(
          attempts.map(({ entry }) => entry).toSorted((a, b) => a - b)
        );
      })
    );
  });

  it('starts with what it counts once', () => {
    fc.assert(
      fc.property(events(3, 15), (all) => {
        const [once, [first]] = [follow(ruleFor(3), all), follow(ruleFor(3, { counting: 'total' }), all)];
        expect(first?.at).toEqual(once[0]?.at);
      })
    );
  });

  it('passes over entries of a unit that has too many attempts open at once, and says so', () => {
    const told = jest.fn();
    const journey = new UnitJourney(ruleFor(2, { counting: 'total', reentry: 'optimised' }), told);
    for (let index = 0; index < 10_050; index++) {
      journey.add(event(index / 2000, 1));
    }
    expect(journey.finish()).toHaveLength(10_000);
    expect(told).toHaveBeenCalled();
  });
});
