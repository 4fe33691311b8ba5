import { z } from 'zod';

import { parseKey } from './keys';

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

/** How deep groups may be nested in groups. */
const MAX_DEPTH = 8;

const scalar = z
  .union([z.string(), z.number(), z.boolean()], { error: 'must be a text, a number, or true or false' })
  .transform(String);

/** Key of filters by saved cohorts, of which who made the request is a member. No key of the record: nothing is grouped by it. */
export const COHORT_KEY = 'cohort';

const keySchemaOf = (isKey: (key: string) => boolean) =>
  z
    .string()
    .max(256)
    .refine(isKey, {
      error: 'must be a key of the record: a column, status_class or attributes.<name>',
      params: { code: 'APITRAIL_UNKNOWN_KEY' },
    });

/** A key of the record: a column, `status_class` or `attributes.<name>`. */
export const keySchema = keySchemaOf((key) => parseKey(key) !== undefined);

/** A key that can be filtered by: one of the record, or `cohort`. */
export const filterKeySchema = keySchemaOf((key) => key === COHORT_KEY || parseKey(key) !== undefined);

/** Operators of filters by cohorts. */
export const COHORT_OPERATORS = ['=', '!=', '=|', '!=|'] as const satisfies readonly FilterOperator[];

const keyFilterSchema = z
  .strictObject({
    key: filterKeySchema,
    operator: z.enum(FILTER_OPERATORS),
    value: scalar.optional(),
    values: z.array(scalar).max(1000).optional(),
  })
  .superRefine(({ key, operator, value, values }, ctx) => {
    const issue = (field: string, message: string) => ctx.addIssue({ code: 'custom', path: [field], message });
    if (key === COHORT_KEY && !COHORT_OPERATORS.some((known) => known === operator)) {
      issue(
        'operator',
        `must be one of ${COHORT_OPERATORS.join(' ')} with the key ${COHORT_KEY}, which names saved cohorts`
      );
    } else if (operator === '=|' || operator === '!=|') {
      if (values === undefined) {
        issue('values', `is missing: the operator ${operator} takes a list of values`);
      }
    } else if (operator !== 'exists' && operator !== '!exists') {
      if (value === undefined) {
        issue('value', `is missing: the operator ${operator} takes one value`);
      } else if (values !== undefined && values.length > 1) {
        issue('values', `are given where the operator ${operator} takes one value; use =| or !=| for several`);
      }
    }
  });

/** Groups at each depth, the innermost first: made once, because zod compiles a schema when it is first used. */
const levels: Array<z.ZodType<Filter>> = [];
for (let depth = 0; depth <= MAX_DEPTH; depth++) {
  levels.push(levelSchema(levels[depth - 1]));
}

/** A condition, or a group of filters of the level within. */
function levelSchema(within: z.ZodType<Filter> | undefined): z.ZodType<Filter> {
  const groups = within && {
    any: z.strictObject({ any: z.array(within).max(100) }),
    all: z.strictObject({ all: z.array(within).max(100) }),
  };
  return z.unknown().transform((input, ctx): Filter => {
    if (input === null || typeof input !== 'object' || Array.isArray(input)) {
      ctx.addIssue({
        code: 'custom',
        message: 'must be an object such as {"key": "status", "operator": ">=", "value": 500}',
      });
      return z.NEVER;
    }
    const group = 'any' in input ? 'any' : 'all' in input ? 'all' : undefined;
    if (group !== undefined && groups === undefined) {
      ctx.addIssue({
        code: 'custom',
        message: `is nested too deep: at most ${MAX_DEPTH} groups may lie in each other`,
      });
      return z.NEVER;
    }
    const schema: z.ZodType<Filter> = group === undefined || groups === undefined ? keyFilterSchema : groups[group];
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

/** A filter, nested at most eight deep. Of an empty `any` no row matches, of an empty `all` every row. */
export const filterSchema: z.ZodType<Filter> = levels[MAX_DEPTH]!;

/** Filters that must all hold. */
export const filtersSchema = z.array(filterSchema).max(100).default([]);
