import { z } from 'zod';

import { keySchema } from '../filters';
import { baseFields, limitField, searchField } from './base';
import { liveFields } from './live';

const orderSchema = z.strictObject({ key: keySchema, direction: z.enum(['asc', 'desc']).default('desc') });

/** The rows themselves. */
export const requestsQuerySchema = z.strictObject({
  ...baseFields,
  ...liveFields,
  queryType: z.literal('requests'),
  format: z.enum(['table', 'logs']).default('table'),
  /** Columns to answer with; by default what a person reads first. */
  columns: z
    .array(keySchema)
    .min(1)
    .max(60)
    .default([
      'time',
      'service',
      'method',
      'route',
      'path',
      'status',
      'duration_ms',
      'customer',
      'session',
      'error_type',
      'trace_id',
    ]),
  orderBy: z
    .array(orderSchema)
    .min(1)
    .max(4)
    .default([{ key: 'time', direction: 'desc' }]),
  limit: limitField(500, 10_000),
  search: searchField,
});
export type RequestsQuery = z.output<typeof requestsQuerySchema>;
