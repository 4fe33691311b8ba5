import { durationSchema } from '@apitrail/contract';
import { z } from 'zod';

import { cohortsConfigSchema } from '../cohorts/config';
import { ingestConfigSchema } from '../ingest/config';
import { noiseConfigSchema } from '../ingest/noise/config';
import { privacyConfigSchema } from '../ingest/privacy';
import { routesConfigSchema } from '../ingest/routes';
import { sessionsConfigSchema } from '../ingest/sessions';
import { sqlConfigSchema } from '../sql/process/settings';
import { externalDatasetSchema } from '../lake/external/config';
import { maintenanceConfigSchema, retentionConfigSchema } from '../maintenance/config';
import { profilesConfigSchema } from '../profiles/config';
import { listenSchema } from './listen';
import { bytesSchema } from './units';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

const limitsSchema = z.strictObject({
  threads: z.number().int().min(1).max(1024).optional().describe('Threads a query may use. Default: one per core.'),
  memory: bytesSchema
    .optional()
    .describe('Memory the engine may use before it spills to disk. Default: half of the machine’s, at most 8 GiB.'),
  process_memory: bytesSchema
    .optional()
    .describe('Memory at which the query process is restarted. Default: one and a half times `memory`, and 512 MiB.'),
  query_timeout: durationSchema
    .default('60s')
    .describe('How long a request may take, the wait for its turn included; then it is interrupted.'),
  concurrent_queries: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(2)
    .describe('Heavy queries that run at once; the rest wait their turn.'),
  queued_queries: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(64)
    .describe('Queries that may wait; the next is refused with APITRAIL_BUSY.'),
  live_streams: z
    .number()
    .int()
    .min(0)
    .max(1_000)
    .default(20)
    .describe('Live streams that may be open at once; the next is refused with APITRAIL_BUSY.'),
  request_bytes: bytesSchema.prefault('2MiB').describe('Size of the body of a request to the query listener.'),
  result_bytes: bytesSchema.prefault('64MiB').describe('Size of the answer to one request.'),
});

const originSchema = z
  .string()
  .regex(/^https?:\/\/[^/\s]+$/, { error: 'must be an origin such as http://localhost:3000, without a path' });
const hostSchema = z
  .string()
  .regex(/^[A-Za-z0-9.-]+$|^\[[0-9a-fA-F:.]+\]$/, { error: 'must be a host name without a port' });

/** The schema of `apitrail.yaml`. Every key has a default, so that an empty file is a valid one. */
export const configSchema = z.strictObject({
  lake: z.string().min(1).default('./lake').describe('Folder of the lake. The first import makes it.'),
  query_listen: listenSchema
    .default('127.0.0.1:8585')
    .describe('HOST:PORT that queries are answered on. Port 0 takes any free one.'),
  ingest_listen: listenSchema
    .default('127.0.0.1:8586')
    .describe('HOST:PORT that requests are taken in on. Port 0 takes any free one.'),
  no_auth: z
    .boolean()
    .default(false)
    .describe('Answer without keys. Refused unless every listener is on a loopback address.'),
  keys_file: z.string().min(1).optional().describe('File of the keys. Default: `.apitrail/keys.json` in the lake.'),
  allowed_hosts: z
    .array(hostSchema)
    .default([])
    .describe('Host names the listeners answer to. Default: any with keys, the loopback names without.'),
  allowed_origins: z
    .array(originSchema)
    .default([])
    .describe('Origins of web pages that may ask from a browser, beside those of the listeners.'),
  log_level: z.enum(LOG_LEVELS).default('info').describe('What is written to the log on standard error.'),
  ingest: ingestConfigSchema.prefault({}).describe('What is taken in over the network, and its bounds.'),
  maintenance: maintenanceConfigSchema
    .prefault({})
    .describe('What a running companion does to keep the lake in order.'),
  retention: retentionConfigSchema.prefault({}).describe('How much of the lake is kept. Without it everything is.'),
  privacy: privacyConfigSchema
    .prefault({})
    .describe('What of a person gets into the lake. Every default is the safe one.'),
  noise: noiseConfigSchema.prefault({}).describe('Which requests are left out of the lake, and counted.'),
  sessions: sessionsConfigSchema.prefault({}).describe('How sessions are derived where a source names none.'),
  routes: routesConfigSchema.prefault({}).describe('Rules that give paths their routes, before anything else does.'),
  datasets: z
    .array(externalDatasetSchema)
    .default([])
    .superRefine((datasets, ctx) => {
      const names = datasets.map(({ name }) => name);
      const twice = names.findIndex((name, index) => names.indexOf(name) < index);
      if (twice >= 0) {
        ctx.addIssue({ code: 'custom', path: [twice, 'name'], message: `is there twice: ${names[twice]}` });
      }
    })
    .describe('Folders of Parquet files that others write: read-only, and queried by name like the lake.'),
  cohorts: cohortsConfigSchema.prefault({}).describe('Saved cohorts, and whom their members are told to.'),
  profiles: profilesConfigSchema
    .prefault({})
    .describe('What is told of a customer in the path of a request, and how much of it is held.'),
  sql: sqlConfigSchema.prefault({}).describe('SQL that persons write, and what it may take.'),
  limits: limitsSchema.prefault({}).describe('Bounds on what a request may take.'),
});

/** `apitrail.yaml` as a person writes it. */
export type ConfigInput = z.input<typeof configSchema>;
/** `apitrail.yaml` with every default filled in. */
export type Config = z.output<typeof configSchema>;

/** JSON schema of `apitrail.yaml`, for editors: `apitrail schema config` prints it. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-2020-12' }) as Record<
    string,
    unknown
  >;
  return {
    $schema,
    title: 'apitrail.yaml',
    description: 'Configuration of Apitrail.',
    ...rest,
  };
}
