import { z } from 'zod';

import { filtersSchema } from '../filters';
import { baseFields, compareField, durationSchema } from './base';

export const FUNNEL_UNITS = ['customer', 'session', 'account'] as const;

export const funnelStepSchema = z.strictObject({
  name: z.string().min(1).max(200),
  filters: filtersSchema,
});
export type FunnelStep = z.output<typeof funnelStepSchema>;

/**
 * How far units get through ordered steps. A unit enters at its first request that matches step 1 within `[from, to)`;
 * each next step is a later request within `window` of the entry. One request satisfies one step.
 */
export const funnelQuerySchema = z.strictObject({
  ...baseFields,
  ...compareField,
  queryType: z.literal('funnel'),
  format: z.enum(['table', 'numeric']).default('table'),
  steps: z.array(funnelStepSchema).min(2).max(20),
  /** Longest time from the entry to a step, inclusive. */
  window: durationSchema.default('1h'),
  unit: z.enum(FUNNEL_UNITS).default('customer'),
  /** `session` gives the requests of a session with exactly one customer to that customer; `strict` does not. */
  identity: z.enum(['session', 'strict']).default('session'),
  order: z.enum(['ordered']).default('ordered'),
  reentry: z.enum(['first']).default('first'),
  counting: z.enum(['unique']).default('unique'),
  /** A step counts only if its request succeeded: a status below 400. */
  successOnly: z.boolean().default(true),
  /**
   * `steps` is a row per step; its `dropped` and `pending` got to the step before and not to this one. `times` is the
   * distribution of the time from each step to the next.
   */
  view: z.enum(['steps', 'times']).default('steps'),
  /** For `numeric`: which number. */
  metric: z.enum(['conversion', 'step_conversion', 'units']).default('conversion'),
  /** For `numeric`: which step, counted from 1; by default the last. */
  step: z.number().int().min(1).max(20).optional(),
});
export type FunnelQuery = z.output<typeof funnelQuerySchema>;
