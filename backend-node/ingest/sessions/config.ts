import { durationSchema } from '@apitrail/contract';
import { z } from 'zod';

/** The `sessions` section of the configuration. */
export const sessionsConfigSchema = z.strictObject({
  derive: z
    .boolean()
    .default(true)
    .describe('Derive sessions from address and user agent where a source names neither customer nor session.'),
  gap: durationSchema.default('30m').describe('Pause after which a new session begins.'),
});

export type SessionsConfigInput = z.input<typeof sessionsConfigSchema>;
export type SessionsConfig = z.output<typeof sessionsConfigSchema>;
