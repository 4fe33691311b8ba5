import { cohortNameSchema, cohortSchema, durationSchema, MOST_COHORTS, parseDuration } from '@apitrail/contract';
import { z } from 'zod';

const LEAST_SECRET = 16;
const SHORTEST_EVERY_MS = 60_000;

/** A webhook that members of cohorts are pushed to. */
const webhookSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/, { error: 'must be up to 64 small letters, digits, or . _ -' })
      .describe('What the webhook is called.'),
    url: z
      .string()
      .max(2048)
      .refine((text) => /^https?:$/.test(protocolOf(text) ?? ''), {
        error: 'must be an address such as https://crm.example/hooks/cohorts',
      })
      .describe('Where members are sent. https, or http to the own machine.'),
    secret: z
      .string()
      .min(LEAST_SECRET, { error: `must have at least ${LEAST_SECRET} characters` })
      .max(1024)
      .optional()
      .describe('What the receiver checks signatures with.'),
    secret_file: z.string().min(1).optional().describe('File that holds the secret, instead of `secret`.'),
    cohorts: z
      .array(cohortNameSchema)
      .min(1)
      .max(100)
      .describe('Names of the cohorts whose members are sent, and what came and went after that.'),
    every: durationSchema
      .refine((text) => parseDuration(text) >= SHORTEST_EVERY_MS, { error: 'must be at least 1m' })
      .default('1h')
      .describe('How often is looked for members that came or went.'),
    timeout: durationSchema.default('10s').describe('How long the receiver may take to answer one page.'),
    page: z.number().int().min(1).max(10_000).default(1000).describe('Members that are sent at once.'),
    allow_http: z.boolean().default(false).describe('Send over http to other machines, too: anybody between can read.'),
  })
  .superRefine(({ secret, secret_file: file }, ctx) => {
    if ((secret === undefined) === (file === undefined)) {
      ctx.addIssue({ code: 'custom', path: ['secret'], message: 'must be given, or secret_file, and not both' });
    }
  });
export type WebhookConfig = z.output<typeof webhookSchema>;

/** `cohorts` in `apitrail.yaml`. */
export const cohortsConfigSchema = z.strictObject({
  saved: z
    .array(cohortSchema)
    .max(MOST_COHORTS)
    .default([])
    .superRefine(eachOnce)
    .describe('Cohorts that are always there: read-only, beside those that are saved in the lake.'),
  webhooks: z
    .array(webhookSchema)
    .max(100)
    .default([])
    .superRefine(eachOnce)
    .describe('Receivers that the members of cohorts are pushed to.'),
});
export type CohortsConfig = z.output<typeof cohortsConfigSchema>;

function eachOnce(entries: ReadonlyArray<{ name: string }>, ctx: z.RefinementCtx): void {
  const names = entries.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  if (twice >= 0) {
    ctx.addIssue({ code: 'custom', path: [twice, 'name'], message: `is there twice: ${names[twice]}` });
  }
}

function protocolOf(text: string): string | undefined {
  try {
    const { protocol, username, password } = new URL(text);
    return username || password ? undefined : protocol;
  } catch {
    return undefined;
  }
}
