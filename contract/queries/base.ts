import { z } from 'zod';

import { parseDuration } from '../duration';
import { filtersSchema } from '../filters';
import { QUERY_VERSION } from './version';

export { QUERY_VERSION } from './version';

/** A number Grafana decides by the width of the panel. None or 0 says that it did not. */
const resolution = z
  .union([z.number(), z.null()], { error: 'must be a number above 0' })
  .refine((value) => value === null || value >= 0, { error: 'must be a number above 0' })
  .transform((value) => value || undefined)
  .optional();

/** Fields Grafana and the query editor add to every query; accepted, and ignored where unused. */
export const envelopeFields = {
  refId: z.string().min(1).max(64),
  queryType: z.string(),
  datasource: z.unknown().optional(),
  datasourceId: z.unknown().optional(),
  hide: z.unknown().optional(),
  key: z.unknown().optional(),
  intervalMs: resolution,
  maxDataPoints: resolution,
  timeRange: z.unknown().optional(),
  queryCachingTTL: z.unknown().optional(),
  scopes: z.unknown().optional(),
  groupByKeys: z.unknown().optional(),
  adhocFilters: z.unknown().optional(),
  interactionId: z.unknown().optional(),
  /** What the query editor keeps of the other way of writing the query: alert rules and public dashboards send it along. */
  editor: z.unknown().optional(),
} as const;

export const ENVELOPE_FIELDS: ReadonlySet<string> = new Set(Object.keys(envelopeFields));

/** Longest duration a query may name: a hundred years. */
const MAX_DURATION_MS = 36_525 * 86_400_000;

/** A positive duration: a whole number and ms, s, m, h, d or w. */
export const durationSchema = z
  .string()
  .refine((text) => parseDuration(text) > 0, { error: 'must be a duration such as 30s, 5m, 1h or 1d', abort: true })
  .refine((text) => parseDuration(text) <= MAX_DURATION_MS, { error: 'must be a duration of at most 100 years' });

/** What a query says that compares with nothing: what a variable of a dashboard holds then. */
const NO_SHIFT = new Set(['', 'none']);

/** How much earlier a query is asked once more. Days and weeks are those of the calendar, in the query's time zone. */
const timeShiftSchema = z
  .string()
  .refine((text) => NO_SHIFT.has(text) || parseDuration(text) > 0, {
    error: 'must be how much earlier to look, such as 1h, 1d, 1w or 4w, or none',
    abort: true,
  })
  .refine((text) => NO_SHIFT.has(text) || parseDuration(text) <= MAX_DURATION_MS, {
    error: 'must be at most 100 years, such as 1h, 1d, 1w or 4w',
  })
  .transform((text) => (NO_SHIFT.has(text) ? undefined : text));

/** Which number a query with `timeShift` answers in the format `numeric`. */
export const COMPARE_NUMBERS = ['change', 'difference', 'previous'] as const;
export type CompareNumber = (typeof COMPARE_NUMBERS)[number];

/** Whether the text is an IANA time zone this runtime knows. Offsets such as +02:00 are none. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) {
    return false;
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const FORMATS = ['table', 'time_series', 'numeric', 'logs'] as const;
export type Format = (typeof FORMATS)[number];

/** Text looked for, without regard to case, in path, route, error message, customer, session, request and trace id. */
export const searchField = z.string().max(1000).default('');

/** Fields every query type takes. */
export const baseFields = {
  ...envelopeFields,
  version: z.literal(QUERY_VERSION).default(QUERY_VERSION),
  /** Name of a dataset: `requests` is the lake, others are external folders of Parquet from the configuration. */
  dataset: z.string().min(1).max(128).default('requests'),
  filters: filtersSchema,
  /** IANA time zone that days and hours of day are in. */
  timezone: z
    .string()
    .refine(isTimeZone, { error: 'must be an IANA time zone such as Europe/Berlin or UTC' })
    .default('UTC'),
  /** Width of buckets; by default from `intervalMs` and `maxDataPoints`. */
  interval: durationSchema.optional(),
  /** The same question that much earlier, beside the answer: `1h`, `1d`, `1w`. `none` and the empty text are nothing. */
  timeShift: timeShiftSchema.optional(),
} as const;

/** What the types that answer with `numeric` take beside. */
export const compareField = {
  /**
   * With `timeShift`, which number `numeric` answers: the relative `change`, the `difference`, or the `previous` value.
   */
  compare: z.enum(COMPARE_NUMBERS).default('change'),
} as const;

/** How many groups a query answers with before the rest becomes `{other}`. */
export const limitField = (fallback: number, most: number) => z.number().int().min(1).max(most).default(fallback);
