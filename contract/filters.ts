import { z } from 'zod';

import { parseKey } from './record';

/** Operators of Grafana's ad hoc filters, comparisons, and presence. */
export const FILTER_OPERATORS = [
  '=',
  '!=',
  '=|',
  '!=|',
  '=~',
  '!~',
  '<',
  '<=',
  '>',
  '>=',
  'exists',
  '!exists',
] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

/**
 * One condition on a key. `=|` and `!=|` take `values`; `exists` and `!exists` take nothing; the others take `value`.
 * `=~` and `!~` are RE2, unanchored, case-sensitive. `!=`, `!=|` and `!~` keep rows whose key is null.
 */
export interface KeyFilter {
  key: string;
  operator: FilterOperator;
  value?: string;
  values?: string[];
}

/** A condition, or a group of which any or all must hold. */
export type Filter = KeyFilter | { any: Filter[] } | { all: Filter[] };

const MAX_DEPTH = 8;

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** A key of the record: a column, `status_class` or `attributes.<name>`. */
export const keySchema = z
  .string()
  .min(1)
  .max(256)
  .refine((key) => parseKey(key) !== undefined, {
    error: 'is not a key of the record: use a column, status_class or attributes.<name>',
    params: { code: 'APITRAIL_UNKNOWN_KEY' },
  });

const keyFilterSchema = z
  .strictObject({
    key: keySchema,
    operator: z.enum(FILTER_OPERATORS),
    value: scalar.optional(),
    values: z.array(scalar).max(1000).optional(),
  })
  .superRefine((filter, ctx) => {
    const many = filter.operator === '=|' || filter.operator === '!=|';
    const none = filter.operator === 'exists' || filter.operator === '!exists';
    if (many && filter.values === undefined) {
      ctx.addIssue({ code: 'custom', path: ['values'], message: `the operator ${filter.operator} needs values` });
    }
    if (!many && !none && filter.value === undefined) {
      ctx.addIssue({ code: 'custom', path: ['value'], message: `the operator ${filter.operator} needs a value` });
    }
  });

function nested(depth: number): z.ZodType<Filter> {
  if (depth === 0) {
    return keyFilterSchema;
  }
  const inner = z.array(z.lazy(() => nested(depth - 1))).max(100);
  return z.any().transform((input, ctx): Filter => {
    const schema: z.ZodType<Filter> =
      input && typeof input === 'object' && 'any' in input
        ? z.strictObject({ any: inner })
        : input && typeof input === 'object' && 'all' in input
          ? z.strictObject({ all: inner })
          : keyFilterSchema;
    const result = schema.safeParse(input);
    if (result.success) {
      return result.data;
    }
    for (const issue of result.error.issues) {
      ctx.issues.push({ ...issue, input } as never);
    }
    return z.NEVER;
  });
}

/** A filter, nested at most eight deep. */
export const filterSchema: z.ZodType<Filter> = nested(MAX_DEPTH);

/** Filters that must all hold. */
export const filtersSchema = z.array(filterSchema).max(100).default([]);
