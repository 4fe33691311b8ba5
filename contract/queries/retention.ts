import { z } from 'zod';

import { filtersSchema } from '../filters';
import { baseFields, compareField } from './base';
import { unitFields } from './units';

export const RETENTION_INTERVALS = ['hour', 'day', 'week', 'month'] as const;
export type RetentionInterval = (typeof RETENTION_INTERVALS)[number];

export const RETENTION_MODES = ['on_or_after', 'on', 'streak'] as const;
export type RetentionMode = (typeof RETENTION_MODES)[number];

/** How many intervals after the start's own are looked at, where a query does not say. */
export const RETENTION_PERIODS: Readonly<Record<RetentionInterval, number>> = { hour: 24, day: 14, week: 8, month: 6 };

/** Most intervals after the start's own. */
export const MOST_RETENTION_PERIODS = 100;

/**
 * Who comes back. A unit is in the cohort of an interval in which a request of its matches `start`, within the range; it
 * returns with a later request that matches `return`, which is looked for past the range as far as data goes.
 */
export const retentionQuerySchema = z
  .strictObject({
    ...baseFields,
    ...compareField,
    ...unitFields,
    queryType: z.literal('retention'),
    format: z.enum(['table', 'numeric']).default('table'),
    /** Which requests a unit starts with; every request by default. */
    start: filtersSchema,
    /** Which requests a unit returns with; every request by default. */
    return: filtersSchema,
    /** What cohorts and their columns are as long as. */
    interval: z.enum(RETENTION_INTERVALS).default('day'),
    /** How many columns come after that of the start's own interval, 0: by default 24 hours, 14 days, 8 weeks or 6 months. */
    periods: z.number().int().min(1).max(MOST_RETENTION_PERIODS).optional(),
    /**
     * Columns of several intervals, by the interval each begins at, and last the one where the last column ends:
     * `[0, 1, 4, 8]` is 0, 1 to 3, 4 to 7.
     */
    brackets: z
      .array(
        z
          .number()
          .int()
          .min(0)
          .max(MOST_RETENTION_PERIODS + 1)
      )
      .min(2)
      .max(MOST_RETENTION_PERIODS + 2)
      .optional(),
    /**
     * `on_or_after`: returned in the column's interval or any later one. `on`: in that interval. `streak`: in that
     * interval and each one between it and the start's.
     */
    mode: z.enum(RETENTION_MODES).default('on_or_after'),
    /**
     * `calendar`: intervals begin at midnight, on Monday, on the first of the month, in `timezone`. `rolling`: at the start itself
     * and every 1 h, 24 h, 7 days or 30 days after it.
     */
    alignment: z.enum(['calendar', 'rolling']).default('calendar'),
    /** `every`: a unit is in the cohort of each interval it starts in. `first`: only in that of its first start in all data. */
    starts: z.enum(['every', 'first']).default('every'),
    /** `cohorts` is a row per cohort, `curve` a row per interval: the mean over the cohorts for which it is complete. */
    view: z.enum(['cohorts', 'curve']).default('cohorts'),
    /** `rate`: which share of the cohort returned, 0 to 1. `units`: how many. */
    metric: z.enum(['rate', 'units']).default('rate'),
    /** For `numeric`: which column, counted from 0; by default 1, or the only one. */
    column: z
      .number()
      .int()
      .min(0)
      .max(MOST_RETENTION_PERIODS + 1)
      .optional(),
  })
  .superRefine(({ brackets, periods }, ctx) => {
    const issue = (path: Array<string | number>, message: string) => ctx.addIssue({ code: 'custom', path, message });
    const back = (brackets ?? []).findIndex((edge, index) => index > 0 && edge <= brackets![index - 1]!);
    if (back !== -1) {
      issue(
        ['brackets', back],
        `is ${brackets![back]} after ${brackets![back - 1]}: each must be greater than the one before, such as [0, 1, 4, 8]`
      );
    }
    if (brackets !== undefined && periods !== undefined) {
      issue(['periods'], 'is given beside brackets, which say the columns already; leave one out');
    }
  });
export type RetentionQuery = z.output<typeof retentionQuerySchema>;
