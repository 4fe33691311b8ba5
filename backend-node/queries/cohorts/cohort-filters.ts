import { COHORT_KEY, formatPath } from '@apitrail/contract';

/** A cohort that a filter names, and where in the query it does. */
export interface NamedCohort {
  name: string;
  /** Such as `steps[0].filters[1].value`. */
  where: string;
}

/** The cohorts that filters anywhere in a query or in the definition of a cohort name. */
export function cohortsNamedIn(value: unknown, path: ReadonlyArray<string | number> = []): NamedCohort[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => cohortsNamedIn(item, [...path, index]));
  }
  if (value === null || typeof value !== 'object') {
    return [];
  }
  const { key, operator, value: name, values } = value as Record<string, unknown>;
  if (key === COHORT_KEY && typeof operator === 'string') {
    return operator === '=' || operator === '!='
      ? [{ name: String(name), where: formatPath([...path, 'value']) }]
      : (Array.isArray(values) ? values : []).map((one, index) => ({
          name: String(one),
          where: formatPath([...path, 'values', index]),
        }));
  }
  return Object.entries(value).flatMap(([field, item]) => cohortsNamedIn(item, [...path, field]));
}
