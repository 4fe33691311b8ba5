import { durationSchema } from '@apitrail/contract';
import { z } from 'zod';

import { bytesSchema } from '../config/units';

/** The `ingest` section of the configuration: bounds on what is taken in over the network, and when it gets into the lake. */
export const ingestConfigSchema = z.strictObject({
  request_bytes: bytesSchema
    .prefault('24MiB')
    .describe('Size of the body of a request to the ingest listener, after decompression.'),
  memory: bytesSchema
    .prefault('128MiB')
    .describe('Bodies and rows that may be in memory on their way; what comes then is told to try again.'),
  backlog: bytesSchema
    .prefault('4GiB')
    .describe('Size of the write-ahead log, for when the lake is too slow; what comes then is told to try again.'),
  disk_reserve: bytesSchema
    .prefault('512MiB')
    .describe('Room on the disk that is left free; with less, what comes is told to try again.'),
  flush_rows: z
    .number()
    .int()
    .min(1_000)
    .max(10_000_000)
    .default(500_000)
    .describe('Rows after which what was taken in is written into the lake.'),
  flush_age: durationSchema
    .default('60s')
    .describe('Age after which what was taken in is written into the lake. It can be queried long before.'),
  idempotency_window: durationSchema
    .default('24h')
    .describe('How long batches and documents are known by the keys their senders gave them.'),
  rejects_keep: durationSchema
    .default('30d')
    .describe('How long what could not be understood is kept, for `apitrail rejects`.'),
  rejects_bytes: bytesSchema
    .prefault('1GiB')
    .describe('Size of what could not be understood and is kept; the oldest goes first.'),
});

export type IngestConfig = z.output<typeof ingestConfigSchema>;
