import { durationSchema } from '@apitrail/contract';
import { z } from 'zod';

import { bytesSchema } from '../../config/units';

/** Least memory a process for SQL can work in. */
const LEAST_MEMORY = 512 * 2 ** 20;

/** `sql` in `apitrail.yaml`. */
export const sqlConfigSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Answer queries of the type sql, to keys with the scope sql and where no keys are asked for.'),
  slots: z.number().int().min(1).max(64).default(2).describe('SQL that runs at once, a process each; the rest waits.'),
  memory: bytesSchema
    .prefault('1GiB')
    .refine((bytes) => bytes >= LEAST_MEMORY, { error: 'must be at least 512MiB' })
    .describe('Memory of one process, which the operating system holds it to.'),
  disk: bytesSchema.prefault('2GiB').describe('Room on the disk that one process may spill to.'),
  threads: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe('Threads of one process. Default: limits.threads, but at most one per 256 MiB of memory.'),
  timeout: durationSchema
    .default('30s')
    .describe('How long SQL may run once it has its turn; then its process is killed.'),
  rows: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(100_000)
    .describe('Rows of an answer at most, whatever limit the query names.'),
  result_bytes: bytesSchema.prefault('32MiB').describe('Size of an answer at most.'),
  log_text: z
    .enum(['masked', 'full'])
    .default('masked')
    .describe('How the log tells what was asked: with texts and numbers left out, which may name a person, or whole.'),
});

export type SqlConfig = z.output<typeof sqlConfigSchema>;
