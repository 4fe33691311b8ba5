import { z } from 'zod';

import { keySchema } from '../filters';
import { baseFields, compareField, limitField } from './base';

/** Failed requests, grouped. */
export const errorsQuerySchema = z.strictObject({
  ...baseFields,
  ...compareField,
  queryType: z.literal('errors'),
  format: z.enum(['table', 'time_series', 'numeric']).default('table'),
  groupBy: z.array(keySchema).min(1).max(8).default(['error_group']),
  limit: limitField(100, 5000),
});
export type ErrorsQuery = z.output<typeof errorsQuerySchema>;
