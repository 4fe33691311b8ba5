import { z } from 'zod';

import { keySchema } from '../filters';
import { METRIC_NAMES } from '../metrics';
import { baseFields, compareField, limitField, searchField } from './base';
import { liveFields } from './live';

/** Metrics over time, one series per metric and group. */
export const trafficQuerySchema = z.strictObject({
  ...baseFields,
  ...liveFields,
  ...compareField,
  queryType: z.literal('traffic'),
  format: z.enum(['time_series', 'table', 'numeric']).default('time_series'),
  metrics: z.array(z.enum(METRIC_NAMES)).min(1).max(22).default(['requests']),
  groupBy: z.array(keySchema).max(8).default([]),
  /** Groups before `{other}`, by `orderBy`. */
  limit: limitField(10, 500),
  orderBy: z.enum(METRIC_NAMES).default('requests'),
  /** Counts only requests that have the text, as `requests` finds them. */
  search: searchField,
});
export type TrafficQuery = z.output<typeof trafficQuerySchema>;
