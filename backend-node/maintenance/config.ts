import { durationSchema } from '@apitrail/contract';
import { z } from 'zod';

import { bytesSchema } from '../config/units';

/** The `maintenance` section of the configuration: what a running companion does to keep the lake in order. */
export const maintenanceConfigSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      'Whether a running companion puts small files together, deletes what nothing needs, and keeps to retention.'
    ),
  interval: durationSchema.default('60s').describe('How often is looked for files to be put together.'),
  vacuum_interval: durationSchema
    .default('1h')
    .describe(
      'How often files that nothing needs are deleted, and the days that retention no longer keeps are taken out.'
    ),
  keep_replaced: durationSchema
    .default('24h')
    .describe(
      'How long files stay that others took the place of, or that retention took out. Less than a day may take files from Trino or Spark; never less than twice limits.query_timeout.'
    ),
  target_size: bytesSchema.prefault('256MiB').describe('Size that files are put together up to.'),
  memory: bytesSchema.prefault('512MiB').describe('Memory for sorting before it spills to disk.'),
  threads: z.number().int().min(1).max(1024).default(1).describe('Threads for sorting.'),
});
export type MaintenanceConfig = z.output<typeof maintenanceConfigSchema>;

/** The `retention` section of the configuration: what of the lake is kept. Without it everything is. */
export const retentionConfigSchema = z.strictObject({
  age: durationSchema
    .optional()
    .describe(
      'How long requests are kept, such as 90d. Whole days (UTC) go, once all of a day is older. Default: for ever.'
    ),
  size: bytesSchema
    .optional()
    .describe('Size of the table of requests; the oldest days go, never the newest. Default: no bound.'),
});
export type RetentionConfig = z.output<typeof retentionConfigSchema>;
