import { z } from 'zod';

import { filterKeySchema } from '../filters';
import { baseFields, limitField } from './base';

/** Values of a key in the range, most frequent first: for variables and ad hoc filters. */
export const valuesQuerySchema = z.strictObject({
  ...baseFields,
  queryType: z.literal('values'),
  format: z.enum(['table']).default('table'),
  /** Of `cohort`: the saved cohorts. */
  key: filterKeySchema,
  /** Only values that contain this text, without regard to case. */
  search: z.string().max(1000).default(''),
  limit: limitField(200, 5000),
});
export type ValuesQuery = z.output<typeof valuesQuerySchema>;
