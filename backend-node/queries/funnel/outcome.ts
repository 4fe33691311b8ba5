import type { FunnelQuery } from '@apitrail/contract';

import { raw, sql, type Sql } from '../../engine/sql';

type Steps = Pick<FunnelQuery, 'steps' | 'order'>;

/** The last step that must be reached before a step can be; counted from 1. */
export function stepBefore(step: number, steps: ReadonlyArray<{ optional?: boolean | undefined }>): number {
  return steps.slice(0, step - 1).findLastIndex(({ optional }) => !optional) + 1;
}

/** The times at which an attempt of `attempts` reached the steps: steps in any order are reached in that of their times. */
export function reachedTimes({ order }: Pick<Steps, 'order'>): Sql {
  return order === 'any' ? sql`list_sort(at_us, 'ASC', 'NULLS LAST')` : sql`at_us`;
}

/**
 * The condition on `attempts` that a step was reached (`converted`), or that the step before was and this one was not: and cannot be
 * any more (`dropped`), or may still be (`pending`).
 */
export function outcomeCondition(funnel: Steps, step: number, outcome: 'converted' | 'dropped' | 'pending'): Sql {
  if (outcome === 'converted') {
    return sql`${reachedTimes(funnel)}[${raw(String(step))}] IS NOT NULL`;
  }
  const ended = outcome === 'dropped' ? sql`ended IN ('stopped', 'excluded')` : sql`ended = 'pending'`;
  return sql`reached >= ${raw(String(stepBefore(step, funnel.steps)))} AND reached < ${raw(String(step))} AND ${ended}`;
}
