import { z } from 'zod';

import { filtersSchema, keySchema } from '../filters';
import { baseFields, compareField } from './base';
import { funnelQuerySchema } from './funnel';
import { checkFunnel } from './funnel-rules';
import { sessionGapSchema, unitFields } from './units';

export const PATH_COUNTINGS = ['units', 'sessions', 'transitions'] as const;
export type PathCounting = (typeof PATH_COUNTINGS)[number];

const { steps, window, order, reentry, counting, successOnly, exclusions, holdConstant } = funnelQuerySchema.shape;

/** A step of a funnel that paths are anchored on: its fields mean what they do in a funnel of the same unit and filters. */
export const pathsFunnelSchema = z
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
    step: z.number().int().min(1),
    /**
     * `converted`: attempts that reached the step; their paths are anchored where they did. `dropped`: attempts that reached the
     * step before, not this one, and cannot any more; their paths are anchored at the last step they reached.
     */
    outcome: z.enum(['converted', 'dropped']).default('converted'),
  })
  .superRefine((funnel, ctx) => {
    checkFunnel({ ...funnel, attribution: 'first' }, ctx);
    const issue = (message: string) => ctx.addIssue({ code: 'custom', path: ['step'], message });
    if (funnel.step > funnel.steps.length) {
      issue(`is ${funnel.step}, but the funnel has ${funnel.steps.length} steps`);
    } else if (funnel.step === 1 && funnel.outcome === 'dropped') {
      issue('is 1, where nobody drops: who does not reach the first step is not in the funnel');
    }
  });
export type PathsFunnel = z.output<typeof pathsFunnelSchema>;

/**
 * Where units go after, or come from before, an anchor: a request that the filters of `anchor` or a step of `funnel` name,
 * by default the first request of a session (`after`) or its last (`before`). A path stays within one session.
 */
export const pathsQuerySchema = z
  .strictObject({
    ...baseFields,
    ...compareField,
    ...unitFields,
    queryType: z.literal('paths'),
    format: z.enum(['table', 'numeric']).default('table'),
    /** Which requests paths begin with (`after`) or end with (`before`). */
    anchor: filtersSchema,
    /** Or a step of a funnel. */
    funnel: pathsFunnelSchema.optional(),
    direction: z.enum(['after', 'before']).default('after'),
    /** How many links a path may have. */
    depth: z.number().int().min(1).max(20).default(5),
    /** How many nodes each step of the paths has before the rest becomes `{other}`. */
    rowsPerStep: z.number().int().min(1).max(50).default(5),
    /** What a session is: requests of a unit without a pause longer than `sessionGap`, or with the same `session`. */
    sessions: z.enum(['gap', 'id']).default('gap'),
    /** The pause that ends a session, and after which a path that has no more requests has ended. */
    sessionGap: sessionGapSchema.default('30m'),
    /** Requests of one node that follow each other count as one. */
    collapse: z.boolean().default(true),
    /**
     * `units`: each unit once, by its first path. `sessions`: each session once, by its first anchor. `transitions`: every anchor;
     * where none is named, every request is one.
     */
    counting: z.enum(PATH_COUNTINGS).default('units'),
    /** Keys whose values name a node. */
    groupBy: z.array(keySchema).min(1).max(4).default(['method', 'route']),
    /** For `numeric`: which number of each link. */
    metric: z.enum(['value', 'share', 'median_ms']).default('value'),
  })
  .superRefine(({ anchor, funnel }, ctx) => {
    if (funnel !== undefined && anchor.length > 0) {
      ctx.addIssue({
        code: 'custom',
        path: ['anchor'],
        message: 'is given beside funnel: paths are anchored on requests or on a step of a funnel; leave one out',
      });
    }
  });
export type PathsQuery = z.output<typeof pathsQuerySchema>;
