import { z } from 'zod';

import { ANNOTATION_KINDS } from '../annotations';
import { baseFields, limitField } from './base';

/** Marks in time: deploys seen in the requests, and what was posted. */
export const annotationsQuerySchema = z.strictObject({
  ...baseFields,
  queryType: z.literal('annotations'),
  format: z.enum(['table']).default('table'),
  /** Which kinds; all of them by default. */
  kind: z
    .array(z.enum(ANNOTATION_KINDS))
    .min(1)
    .max(ANNOTATION_KINDS.length)
    .default([...ANNOTATION_KINDS]),
  /** Only annotations that have at least one of these tags; all of them when there is none. */
  tags: z.array(z.string().min(1).max(100)).max(20).default([]),
  /** How many; of more, the newest are kept. */
  limit: limitField(100, 1000),
});
export type AnnotationsQuery = z.output<typeof annotationsQuerySchema>;
