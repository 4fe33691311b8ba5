import { ApitrailError, filterSchema, type Filter } from '@apitrail/contract';
import { z } from 'zod';

import { NOISE_SET_NAMES, type NoiseSetName } from './built-in-sets';
import { predicateOf } from './filter-predicate';

/** What happens to requests that a rule matches. */
export const NOISE_ACTIONS = ['drop', 'count', 'sample'] as const;
export type NoiseAction = (typeof NOISE_ACTIONS)[number];

/** A set, or a filter as in queries. */
export type NoiseCondition = NoiseSetName | Filter;

const conditionSchema = z.unknown().transform((input, ctx): NoiseCondition => {
  if (typeof input === 'string') {
    if ((NOISE_SET_NAMES as string[]).includes(input)) {
      return input as NoiseSetName;
    }
    ctx.addIssue({ code: 'custom', message: `is no set; use one of: ${NOISE_SET_NAMES.join(', ')}, or a filter` });
    return z.NEVER;
  }
  const parsed = filterSchema.safeParse(input);
  if (!parsed.success) {
    parsed.error.issues.forEach((issue) => ctx.issues.push({ ...issue, input } as never));
    return z.NEVER;
  }
  try {
    predicateOf(parsed.data);
    return parsed.data;
  } catch (error) {
    ctx.addIssue({
      code: 'custom',
      message: `is not a filter of rules: ${(error as Error).message}`,
      ...(error instanceof ApitrailError ? { params: { code: error.code } } : {}),
    });
    return z.NEVER;
  }
});

/** A rule. The first that matches a request decides. */
export const noiseRuleSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/, {
        error: 'must be up to 64 letters, digits, spaces, ".", "_" or "-"',
      })
      .describe('What it is called where is told what was left out.'),
    match: z
      .union([z.array(conditionSchema).min(1).max(100), conditionSchema.transform((one) => [one])])
      .describe(
        'A set (health_checks, static_files, bots, scanners), a filter as in queries, or a list that must all hold.'
      ),
    action: z
      .enum(NOISE_ACTIONS)
      .describe(
        'drop: leave them out. count: leave them out and count them by status, too. sample: keep the share `rate`.'
      ),
    rate: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe('Share of customers, else of sessions, that sample keeps with all their requests.'),
  })
  .superRefine(({ action, rate }, ctx) => {
    if ((action === 'sample') !== (rate !== undefined)) {
      const message =
        action === 'sample'
          ? 'is missing: sample keeps that share, such as 0.1'
          : `means nothing where the action is ${action}`;
      ctx.addIssue({ code: 'custom', path: ['rate'], message });
    }
  });
export type NoiseRule = z.output<typeof noiseRuleSchema>;

/** The `noise` section of the configuration: what is left out of the lake. */
export const noiseConfigSchema = z.strictObject({
  rules: z
    .array(noiseRuleSchema)
    .max(100)
    .default([])
    .superRefine((rules, ctx) => {
      const names = rules.map(({ name }) => name);
      const twice = names.findIndex((name, index) => names.indexOf(name) < index);
      if (twice >= 0) {
        ctx.addIssue({ code: 'custom', path: [twice, 'name'], message: `is there twice: ${names[twice]}` });
      }
    })
    .describe('Rules that leave requests out, or keep whole customers or sessions of them only.'),
});
export type NoiseConfig = z.output<typeof noiseConfigSchema>;
