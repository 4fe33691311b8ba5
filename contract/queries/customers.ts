import { z } from 'zod';

import { baseFields, compareField, limitField } from './base';
import { funnelQuerySchema } from './funnel';
import { checkFunnel } from './funnel-rules';
import { timelineCursorSchema } from './timeline-cursor';
import { unitFields } from './units';

export const CUSTOMER_VIEWS = ['list', 'trend', 'timeline', 'outreach'] as const;
export type CustomerView = (typeof CUSTOMER_VIEWS)[number];

/** What takes from a customer's health, in the order of the columns. */
export const HEALTH_PARTS = ['failures', 'slowness', 'abandoned', 'recency'] as const;
export type HealthPart = (typeof HEALTH_PARTS)[number];

/** What a list of customers may be ordered by, and `numeric` answer with, one number per customer. */
export const CUSTOMER_METRICS = [
  'health',
  'requests',
  'sessions',
  'errors',
  'error_rate',
  'p95',
  'apdex',
  'abandoned',
] as const;
/** What `numeric` and `trend` answer of all customers together: how many there are, their mean health, how many are below `threshold`. */
export const CUSTOMER_SUMMARIES = ['customers', 'mean_health', 'at_risk'] as const;
export type CustomerMetric = (typeof CUSTOMER_METRICS)[number] | (typeof CUSTOMER_SUMMARIES)[number];

export const CUSTOMER_ORDERS = [...CUSTOMER_METRICS, 'first_seen', 'last_seen', 'priority'] as const;
export type CustomerOrder = (typeof CUSTOMER_ORDERS)[number];

/** What `outreach` may be ordered by, and which numbers of it `numeric` answers. */
export const OUTREACH_ORDERS = ['priority', 'health', 'requests', 'abandoned'] as const;
export const OUTREACH_METRICS = ['customers', 'health', 'requests', 'abandoned'] as const;

/** What `trend` has a series of. */
export const TREND_METRICS = [
  'health',
  'mean_health',
  'requests',
  'errors',
  'error_rate',
  'customers',
  'at_risk',
] as const;

/** Rows of a timeline: `error` is a request that failed, `request` one that did not. */
export const TIMELINE_KINDS = ['session', 'request', 'error', 'journey'] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

/** Why to talk to a customer, the worst first. */
export const OUTREACH_REASONS = ['abandoned', 'failed', 'slow'] as const;
export type OutreachReason = (typeof OUTREACH_REASONS)[number];

const { steps, window, order, reentry, successOnly, exclusions, holdConstant } = funnelQuerySchema.shape;

/** The journey whose abandonment counts: its fields mean what they do in a funnel of the same unit and filters. */
export const customersFunnelSchema = z
  .strictObject({
    steps,
    window,
    order,
    reentry,
    /** Every attempt is a journey of its own by default; `unique`: one per unit. */
    counting: z.enum(['unique', 'total']).default('total'),
    successOnly,
    exclusions,
    holdConstant,
  })
  .superRefine((funnel, ctx) => checkFunnel({ ...funnel, attribution: 'first' }, ctx));
export type CustomersFunnel = z.output<typeof customersFunnelSchema>;

/**
 * What customers live through: how well each is, why, and in which order it came. A customer is a unit: a `customer`, an
 * `account`, or any key.
 */
export const customersQuerySchema = z
  .strictObject({
    ...baseFields,
    ...compareField,
    ...unitFields,
    queryType: z.literal('customers'),
    format: z.enum(['table', 'time_series', 'numeric']).default('table'),
    /**
     * `list` is a row per customer, `trend` health over time, `timeline` what one customer lived through, in order, `outreach` whom
     * to talk to.
     */
    view: z.enum(CUSTOMER_VIEWS).default('list'),
    /** Only this one, by its original id or what is stored: a value of `unit`. `timeline` needs it. */
    customer: z.string().max(1000).default(''),
    /** The journey whose abandonment counts. Without one a visit is abandoned when its last request failed. */
    funnel: customersFunnelSchema.optional(),
    /** What rows are ordered by: by default `health`, and in `outreach` `priority`. A timeline is in order of time. */
    orderBy: z.enum(CUSTOMER_ORDERS).optional(),
    /** By default what most needs a look comes first: the least health and Apdex, the most of all others. A timeline begins with the oldest. */
    direction: z.enum(['asc', 'desc']).optional(),
    /** How many rows, and how many are passed over before. */
    limit: limitField(100, 10_000),
    offset: z.number().int().min(0).max(10_000_000).default(0),
    /** For `timeline`: the page of rows that come right before this place in time, `cursors.older` of the marker. */
    before: timelineCursorSchema.optional(),
    /** For `timeline`: the page of rows that come right after this place in time, `cursors.newer` of the marker. */
    after: timelineCursorSchema.optional(),
    /** For `timeline`: which rows. */
    kinds: z
      .array(z.enum(TIMELINE_KINDS))
      .min(1)
      .default([...TIMELINE_KINDS]),
    /** For `outreach`: only whom to talk to for this reason. */
    reason: z.enum(OUTREACH_REASONS).optional(),
    /** For `numeric` and series: which number. `health` of a trend without `customer` is the mean. */
    metric: z.enum([...CUSTOMER_METRICS, ...CUSTOMER_SUMMARIES]).default('health'),
    /** Health below which a customer is at risk. */
    threshold: z.number().min(0).max(100).default(70),
  })
  .superRefine(({ view, customer, format, orderBy, metric, offset, before, after }, ctx) => {
    const issue = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
    if (view === 'timeline' && customer === '') {
      issue('customer', 'is needed by the view timeline: whose timeline is it?');
    }
    const cursor = before === undefined ? 'after' : 'before';
    if ((before ?? after) !== undefined && view !== 'timeline') {
      issue(cursor, 'goes with the view timeline; other lists have limit and offset');
    }
    if (before !== undefined && after !== undefined) {
      issue('after', 'does not go with before: a page lies on one side of a place');
    }
    if ((before ?? after) !== undefined && offset > 0) {
      issue('offset', `does not go with ${cursor}, which says where the page lies`);
    }
    if (format === 'time_series' && view !== 'trend') {
      issue('format', 'time_series goes with the view trend; the others are tables');
    }
    if (format === 'numeric' && view === 'timeline') {
      issue('format', 'numeric does not go with the view timeline, which has no one number');
    }
    if (view === 'outreach' && orderBy !== undefined && !isAmong(OUTREACH_ORDERS, orderBy)) {
      issue('orderBy', `${orderBy} is no order of the view outreach: use one of ${OUTREACH_ORDERS.join(', ')}`);
    }
    if (view !== 'outreach' && orderBy === 'priority') {
      issue('orderBy', 'priority goes with the view outreach');
    }
    if (view === 'outreach' && format === 'numeric' && !isAmong(OUTREACH_METRICS, metric)) {
      issue('metric', `${metric} is no number of the view outreach: use one of ${OUTREACH_METRICS.join(', ')}`);
    }
    if (view === 'trend' && format === 'time_series' && !isAmong(TREND_METRICS, metric)) {
      issue('metric', `${metric} is no number of the view trend: use one of ${TREND_METRICS.join(', ')}`);
    }
  });
export type CustomersQuery = z.output<typeof customersQuerySchema>;

function isAmong(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
