import { z } from 'zod';

import { ApitrailError } from './errors';
import { filtersSchema } from './filters';
import { issueError } from './parsing/issues';
import { shown } from './parsing/path';
import { refuseVariables } from './parsing/variables';
import { durationSchema } from './queries/base';
import { FUNNEL_REASONS, funnelQuerySchema } from './queries/funnel';
import { checkFunnel } from './queries/funnel-rules';
import { pathsFunnelSchema } from './queries/paths';
import { unitFields } from './queries/units';
import { lineField, textField, timeField } from './text-fields';

/** Most cohorts that may be saved, those of the configuration included. */
export const MOST_COHORTS = 500;

/** How deep cohorts may be defined by other cohorts. */
export const MOST_COHORT_DEPTH = 4;

/** How units went through a funnel: the ways of `outcome`. */
export const COHORT_OUTCOMES = ['converted', 'dropped', 'pending'] as const;
export type CohortOutcome = (typeof COHORT_OUTCOMES)[number];

/** A cohort's name: it stands in filters, addresses and file names. */
export const cohortNameSchema = z.string().regex(/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/, {
  error: 'must be 1 to 64 small letters, digits, or . _ - between them, such as dropped-at-payment',
});

const { steps, window, order, reentry, counting, successOnly, exclusions, holdConstant, step } =
  pathsFunnelSchema.shape;
const { detail, slowFactor } = funnelQuerySchema.shape;

/** What became of units in a funnel; its fields mean what they do in a funnel of the cohort's unit and filters. */
export const cohortFunnelSchema = z
  .strictObject({
    steps,
    window,
    order,
    reentry,
    counting,
    successOnly,
    exclusions,
    holdConstant,
    /** Which step, counted from 1. */
    step,
    /**
     * `converted`: who reached the step. `dropped`: who reached the step before, not this one, and cannot any more. `pending`: who
     * reached the step before and may still reach this one.
     */
    outcome: z.enum(COHORT_OUTCOMES).default('converted'),
    /** Of `dropped`: only who stopped for that reason, as the view `reasons` tells them. */
    reason: z.enum(FUNNEL_REASONS).exclude(['pending']).optional(),
    /** With `reason`: only who stopped so, exactly as the column `detail` of the view `reasons` has it. */
    detail,
    /** With `reason`: how many times the route's usual p95 a request takes that is called slow; 3 when left out. */
    slowFactor: slowFactor.unwrap().optional(),
  })
  .superRefine((funnel, ctx) => {
    checkFunnel({ ...funnel, attribution: 'first' }, ctx);
    const issue = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
    if (funnel.step > funnel.steps.length) {
      issue('step', `is ${funnel.step}, but the funnel has ${funnel.steps.length} steps`);
    } else if (funnel.reason !== undefined && funnel.outcome !== 'dropped') {
      issue('reason', 'goes with the outcome dropped only');
    } else if (funnel.slowFactor !== undefined && funnel.reason === undefined) {
      issue('slowFactor', 'goes with a reason only: it says what is slow');
    } else if (funnel.step === 1 && funnel.outcome !== 'converted') {
      issue('step', `is 1, where nobody is ${funnel.outcome}: who does not reach the first step is not in the funnel`);
    }
  });
export type CohortFunnel = z.output<typeof cohortFunnelSchema>;

const rangeSchema = z
  .union([z.strictObject({ last: durationSchema }), z.strictObject({ from: timeField, to: timeField })], {
    error: 'must be {"last": "30d"}, or {"from": …, "to": …} with times',
  })
  .superRefine((range, ctx) => {
    if ('from' in range && range.from >= range.to) {
      ctx.addIssue({ code: 'custom', path: ['to'], message: 'must lie after from' });
    }
  });

/** What of a cohort a person writes, beside its name. */
export const cohortFields = {
  /** One line, for people. */
  title: lineField(200).optional(),
  description: textField(2000).optional(),
  ...unitFields,
  /** Requests that count; with `funnel`, of which requests the funnel is. */
  filters: filtersSchema,
  /** Without `funnel`: how many such requests a unit made at least. */
  atLeast: z.number().int().min(1).max(1_000_000_000).default(1),
  /** What became of units in a funnel, instead of how many requests they made. */
  funnel: cohortFunnelSchema.optional(),
  /**
   * Which time says who is in it: `{last}` back from the end of the range that is asked for, or from one time to another; epoch
   * milliseconds or ISO 8601. By default the range that is asked for.
   */
  range: rangeSchema.optional(),
} as const;

interface Fields {
  funnel?: unknown;
  atLeast: number;
}

function checkFields({ funnel, atLeast }: Fields, ctx: z.RefinementCtx): void {
  if (funnel !== undefined && atLeast > 1) {
    ctx.addIssue({
      code: 'custom',
      path: ['atLeast'],
      message: 'is given beside funnel: it counts requests of cohorts without one; leave one out',
    });
  }
}

/** A saved cohort: units that made requests, or of which something became in a funnel. */
export const cohortSchema = z.strictObject({ name: cohortNameSchema, ...cohortFields }).superRefine(checkFields);
export type Cohort = z.output<typeof cohortSchema>;
export type CohortInput = z.input<typeof cohortSchema>;

/** A cohort as `GET /api/cohorts` and `GET /api/cohorts/<name>` answer it. */
export type SavedCohort = Cohort & {
  /** Of the configuration: it cannot be saved over or deleted. */
  provisioned: boolean;
  /** ISO 8601 of when it was saved last; absent of the configuration's. */
  updated?: string;
  /** Who saved it last, as far as is known. */
  updatedBy?: string;
};

/**
 * Reads a cohort that was sent. Its name may be left out where the address says it. Throws an ApitrailError that names the
 * field.
 */
export function parseCohort(input: unknown, name?: string): Cohort {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) {
    throw new ApitrailError(
      'APITRAIL_BAD_REQUEST',
      `A cohort must be a JSON object such as {"filters":[{"key":"status","operator":">=","value":500}]}, not ${shown(input)}.`
    );
  }
  const given = name === undefined ? input : { name, ...input };
  const { filters, funnel } = given as Record<string, unknown>;
  refuseVariables({ filters, funnel });
  const result = cohortSchema.safeParse(given);
  if (!result.success) {
    throw issueError(result.error.issues[0]!, { input: given, subject: 'The cohort', schema: cohortSchema });
  }
  if (name !== undefined && result.data.name !== name) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      `name is ${shown(result.data.name)}, but the address says ${shown(name)}.`,
      { where: 'name' }
    );
  }
  return result.data;
}
