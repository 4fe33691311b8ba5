import { z } from 'zod';

import { keySchema } from '../filters';
import { METRIC_NAMES } from '../metrics';
import { baseFields, compareField, limitField } from './base';

/** A row per group: how each endpoint behaves over the whole range. */
export const endpointsQuerySchema = z.strictObject({
  ...baseFields,
  ...compareField,
  queryType: z.literal('endpoints'),
  format: z.enum(['table', 'time_series', 'numeric']).default('table'),
  groupBy: z.array(keySchema).min(1).max(8).default(['service', 'method', 'route']),
  metrics: z.array(z.enum(METRIC_NAMES)).min(1).max(22).default(['requests', 'error_rate', 'p95']),
  orderBy: z.enum(METRIC_NAMES).default('requests'),
  limit: limitField(100, 5000),
});
export type EndpointsQuery = z.output<typeof endpointsQuerySchema>;
