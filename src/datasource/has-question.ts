import type { ApitrailQuery } from './types';

/** Whether a query asks anything yet: a funnel none of whose steps says which requests it is has only been begun. */
export function hasQuestion(query: ApitrailQuery): boolean {
  if (query.queryType !== 'funnel') {
    return true;
  }
  const steps: unknown = query.steps;
  return steps === undefined ? false : !Array.isArray(steps) || steps.some(isPicked);
}

function isPicked(step: { filters?: unknown } | undefined): boolean {
  return Array.isArray(step?.filters) ? step.filters.length > 0 : step?.filters !== undefined;
}
