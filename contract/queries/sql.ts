import { z } from 'zod';

import { baseFields, limitField } from './base';

/** Longest SQL a query may hold, in UTF-16 code units. */
export const MAX_SQL_LENGTH = 65_536;

/** Rows an SQL query answers with when it names no limit, and at most. */
export const SQL_ROWS = { default: 10_000, most: 1_000_000 } as const;

/**
 * SQL that a person wrote: one SELECT, in DuckDB's dialect. It reads the table `requests`, which is the query's dataset with
 * its filters and all of its time, and the other datasets by their names; `$__timeFilter(time)` keeps to the range.
 */
export const sqlQuerySchema = z.strictObject({
  ...baseFields,
  queryType: z.literal('sql'),
  /**
   * `table` is the rows as they are. `time_series` needs a column of times and one of numbers; columns of text tell the
   * series apart. `numeric` needs exactly one column of numbers, one row per value; columns of text are its labels. `logs`
   * needs a column of times and one of text.
   */
  format: z.enum(['table', 'time_series', 'numeric', 'logs']).default('table'),
  sql: z
    .string()
    .max(MAX_SQL_LENGTH, { error: `must have at most ${MAX_SQL_LENGTH} characters` })
    .refine((text) => text.trim() !== '', { error: 'must hold a SELECT' }),
  /** Rows of the answer; what is beyond is cut off with a notice. */
  limit: limitField(SQL_ROWS.default, SQL_ROWS.most),
});
export type SqlQuery = z.output<typeof sqlQuerySchema>;
