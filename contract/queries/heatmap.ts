import { z } from 'zod';

import { keySchema } from '../filters';
import { METRIC_NAMES } from '../metrics';
import { parseKey } from '../keys';
import { baseFields, compareField, limitField } from './base';

export const HEATMAP_CALENDAR_X = ['time', 'hour_of_day', 'day_of_week'] as const;

/** A matrix: a metric by row and column. */
export const heatmapQuerySchema = z.strictObject({
  ...baseFields,
  ...compareField,
  queryType: z.literal('heatmap'),
  format: z.enum(['table', 'time_series', 'numeric']).default('table'),
  /** `time`, `hour_of_day` (0 to 23), `day_of_week` (1 Monday to 7 Sunday), or a key. */
  x: z
    .string()
    .max(256)
    .refine((x) => HEATMAP_CALENDAR_X.some((name) => name === x) || parseKey(x) !== undefined, {
      error: `must be one of ${HEATMAP_CALENDAR_X.join(', ')}, or a key of the record: a column, status_class or attributes.<name>`,
      params: { code: 'APITRAIL_UNKNOWN_KEY' },
    })
    .default('time'),
  /** Keys whose values name a row, or `latency` for buckets of the duration. */
  y: z
    .union([z.literal('latency'), z.array(keySchema).min(1).max(4)], {
      error: 'must be "latency" or a list of one to four keys such as ["route"]',
    })
    .default(['service', 'method', 'route']),
  metric: z.enum(METRIC_NAMES).default('requests'),
  /** Share of the row, the column or the total; only for metrics that sum up. */
  normalise: z.enum(['none', 'row', 'column', 'total']).default('none'),
  /** What the rows are chosen and ordered by. */
  orderBy: z.enum(METRIC_NAMES).default('requests'),
  limit: limitField(30, 500),
  /** Cells with fewer requests have no value (null), but keep `n`. */
  minSamples: z.number().int().min(0).max(1_000_000).default(0),
});
export type HeatmapQuery = z.output<typeof heatmapQuerySchema>;
