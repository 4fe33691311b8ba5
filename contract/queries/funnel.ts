import { z } from 'zod';

import { filtersSchema, keySchema } from '../filters';
import { parseDuration } from '../duration';
import { baseFields, compareField, limitField } from './base';
import { checkFunnel, MOST_FUNNEL_STEPS } from './funnel-rules';

/** Units that most funnels are of; any key of the record can be one. */
export const FUNNEL_UNITS = ['customer', 'session', 'account'] as const;

export const FUNNEL_VIEWS = ['steps', 'trend', 'times', 'reasons', 'units', 'correlation'] as const;
export type FunnelView = (typeof FUNNEL_VIEWS)[number];

/** How an attempt ended. `pending` may still go on: its window reaches past the newest data. */
export const FUNNEL_OUTCOMES = ['converted', 'excluded', 'pending', 'stopped'] as const;
export type FunnelOutcome = (typeof FUNNEL_OUTCOMES)[number];

/**
 * Why an attempt did not get to a step, by the first that holds: `pending` may still get there, `excluded` by an exclusion, `failed`
 * tried and got an error, `failed_elsewhere` met an error that goes with dropping, `slow` waited far longer than usual or gave
 * up waiting, `diverted` made other requests that succeeded, `silent` made none.
 */
export const FUNNEL_REASONS = [
  'pending',
  'excluded',
  'failed',
  'failed_elsewhere',
  'slow',
  'diverted',
  'silent',
] as const;
export type FunnelReason = (typeof FUNNEL_REASONS)[number];

/** Keys that `correlation` looks at by default: `route` with its method. */
export const CORRELATED_KEYS = [
  'route',
  'error_group',
  'status_class',
  'region',
  'environment',
  'service_version',
  'user_agent',
] as const;

/** Most values and keys that `correlateExcept` may name. */
export const MOST_CORRELATE_EXCEPT = 100;

/** A value of a key, as `correlation` writes it, or without one all values of the key. */
export const correlateExceptSchema = z.strictObject({
  key: keySchema,
  /** As the column `value` has it: of routes with the method, or without it whatever the method. */
  value: z.string().max(4000).optional(),
});
export type CorrelateExcept = z.output<typeof correlateExceptSchema>;

const stepNumber = z.number().int().min(1).max(MOST_FUNNEL_STEPS);

export const funnelStepSchema = z.strictObject({
  name: z.string().min(1).max(200),
  filters: filtersSchema,
  /** The step may be left out. Neither the first nor the last step can be, and none of the order `any`. */
  optional: z.boolean().optional(),
  /** In the order `any`: the step keeps its place; the steps before it come before it, in any order. */
  anchored: z.boolean().optional(),
});
export type FunnelStep = z.output<typeof funnelStepSchema>;

/**
 * What must not happen between two steps: after `fromStep` was reached and before `toStep` is. By default between the
 * first step and the last.
 */
export const funnelExclusionSchema = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  filters: filtersSchema,
  fromStep: stepNumber.optional(),
  toStep: stepNumber.optional(),
  /** `cut`: the attempt ends there and counts up to the step it has reached. `remove`: the attempt does not count at all. */
  mode: z.enum(['cut', 'remove']).default('cut'),
});
export type FunnelExclusion = z.output<typeof funnelExclusionSchema>;

const SHORTEST_WINDOW_MS = 1000;
const LONGEST_WINDOW_MS = 366 * 86_400_000;

const windowSchema = z.string().refine(
  (text) => {
    const ms = parseDuration(text);
    return ms >= SHORTEST_WINDOW_MS && ms <= LONGEST_WINDOW_MS;
  },
  { error: 'must be from 1s to 366d, such as 30m, 1h or 7d' }
);

/**
 * How far units get through steps. A unit enters at its first request that matches step 1 within `[from, to)`;
 * each next step is a later request within `window` of the entry. One request satisfies one step.
 */
export const funnelQuerySchema = z
  .strictObject({
    ...baseFields,
    ...compareField,
    queryType: z.literal('funnel'),
    format: z.enum(['table', 'numeric']).default('table'),
    steps: z.array(funnelStepSchema).min(2).max(MOST_FUNNEL_STEPS),
    /** Longest time from the entry to a step, inclusive: a second to 366 days. */
    window: windowSchema.default('1h'),
    /** Who is followed: `customer`, `account`, `session`, or any key of the record. */
    unit: keySchema.default('customer'),
    /** `session` gives the requests of a session with exactly one customer to that customer; `strict` does not. */
    identity: z.enum(['session', 'strict']).default('session'),
    /**
     * `ordered`: other requests may lie between the steps. `strict`: none may, of those that `filters` leave. `any`: the
     * steps come in any order, but for those that are `anchored`.
     */
    order: z.enum(['ordered', 'strict', 'any']).default('ordered'),
    /**
     * `first`: the first entry counts. `optimised`: every entry is tried. Counted `unique` the attempt that gets furthest counts,
     * of several the last to begin; counted `total` every entry is an attempt that does not lie within one that converted.
     */
    reentry: z.enum(['first', 'optimised']).default('first'),
    /** `unique`: a unit counts once. `total`: it enters again once an attempt has converted, was excluded or is over. */
    counting: z.enum(['unique', 'total']).default('unique'),
    /** A step counts only if its request succeeded: a status below 400. */
    successOnly: z.boolean().default(true),
    exclusions: z.array(funnelExclusionSchema).max(20).default([]),
    /** Keys whose values all requests of an attempt share with its entry. A request without such a value is no step. */
    holdConstant: z.array(keySchema).max(3).default([]),
    /** A key whose values the funnel is told apart by. */
    breakdown: keySchema.optional(),
    /** How many values before the rest is `{other}`: those with the most units that entered. */
    breakdownLimit: limitField(10, 200),
    /**
     * Which request of an attempt says its value: the `first` or `last` step that has one, or the step of that number (attempts
     * that don't reach it are left out). With `all` every value has a funnel of its own, of its own requests.
     */
    attribution: z
      .union([z.enum(['first', 'last', 'all']), stepNumber], {
        error: 'must be first, last, all or the number of a step',
      })
      .default('first'),
    /**
     * `steps` is a row per step; its `dropped` and `pending` got to the step before and not to this one. `trend` is the conversion by
     * the time of entry, `times` the distribution of the time from each step to the next, `units` a row per attempt, `reasons` why
     * units stopped, `correlation` what goes with converting.
     */
    view: z.enum(FUNNEL_VIEWS).default('steps'),
    /** For `times`: from which step to which, instead of each from the one before. */
    fromStep: stepNumber.optional(),
    toStep: stepNumber.optional(),
    /** For `units`: only attempts that ended so. */
    outcome: z.enum(FUNNEL_OUTCOMES).optional(),
    /**
     * For `units`: only attempts that did not get to a step for this reason; `step` is then the step that was not reached. `reasons`
     * adds the columns `reason` and `detail`.
     */
    reason: z.enum(FUNNEL_REASONS).optional(),
    reasons: z.boolean().default(false),
    /** With `reason`: only attempts of that detail, as the column `detail` has it. */
    detail: z.string().min(1).max(2000).optional(),
    /** For `reasons`: how many details of a reason before the rest is `{other}`: those of the most units. */
    reasonLimit: limitField(10, 200),
    /** For `reasons`: how many times the route's usual p95 a request takes that is called slow. */
    slowFactor: z.number().min(1).max(1000).default(3),
    /** For `correlation`: keys whose values are compared. */
    correlate: z
      .array(keySchema)
      .min(1)
      .max(20)
      .default([...CORRELATED_KEYS]),
    /** For `correlation`: what is left out, neither listed nor counted among what is compared. */
    correlateExcept: z.array(correlateExceptSchema).max(MOST_CORRELATE_EXCEPT).default([]),
    /**
     * For `correlation`: whether what practically all who convert meet on the way is compared like everything else. By default it is
     * listed last and not judged: it is necessary, or as good as.
     */
    correlateNecessary: z.boolean().default(false),
    /** For `units`: how many rows, and how many are passed over before. For `correlation`: how many rows of each direction. */
    limit: limitField(100, 10_000),
    offset: z.number().int().min(0).max(10_000_000).default(0),
    /** For `numeric`: which number. */
    metric: z.enum(['conversion', 'step_conversion', 'units']).default('conversion'),
    /**
     * Which step, counted from 1. Of `numeric` and `trend`: whose number, by default the last. Of `units`: only attempts whose last step
     * this was, with `reason` only those that did not get to it. Of `reasons`: only this step; it is not the first. Of `correlation`:
     * what counts as converting, by default the last.
     */
    step: stepNumber.optional(),
  })
  .superRefine(checkFunnel);
export type FunnelQuery = z.output<typeof funnelQuerySchema>;
