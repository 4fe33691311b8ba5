import { cohortNameSchema, durationSchema } from '@apitrail/contract';
import { z } from 'zod';

/** `profiles` in `apitrail.yaml`: what is told of a customer in the path of a request. */
export const profilesConfigSchema = z.strictObject({
  window: durationSchema.default('30d').describe('How far back profiles of customers look.'),
  refresh: durationSchema
    .default('5m')
    .describe('How old profiles may be before they are made anew, in the background, when one is asked for.'),
  limit: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(50_000)
    .describe('Customers whose profiles are held in memory, the last seen first; about 1 KiB each.'),
  cohorts: z
    .array(cohortNameSchema)
    .max(100)
    .optional()
    .describe(
      'Saved cohorts, of customers or accounts, that profiles tell membership of. Default: the first 20 by name.'
    ),
});
export type ProfilesConfig = z.output<typeof profilesConfigSchema>;
