import { parseDuration, type PathsFunnel, type PathsQuery } from '@apitrail/contract';

import { join, raw, sql, type Sql } from '../../engine/sql';
import { attemptsOf } from '../funnel/attempts';
import { innerFunnel } from '../funnel/inner-funnel';
import { outcomeCondition, reachedTimes, stepBefore } from '../funnel/outcome';
import type { HandlerContext } from '../handler';
import { DAY_MS } from '../shared/timezone';
import type { PathAnchor } from './sql';

/** What paths are anchored on, and which time has to be read for them. */
export interface AnchoredReach {
  anchor: PathAnchor;
  /** Epoch milliseconds. */
  reach: { from: number; to: number };
}

/** Finds where paths begin or end. Throws an ApitrailError that names what is wrong. */
export async function anchorOf(query: PathsQuery, context: HandlerContext): Promise<AnchoredReach> {
  const { range } = context;
  const { funnel, anchor, direction, sessions } = query;
  const gap = parseDuration(query.sessionGap);
  // A path is followed for a day at least, however often a node that counts once is repeated.
  const follow = Math.max(gap, DAY_MS);
  const [before, after] = direction === 'after' ? [0, follow] : [follow, 0];
  if (funnel) {
    const window = parseDuration(funnel.window);
    return {
      anchor: await attemptAnchor(query, funnel, context),
      reach: { from: range.from - before, to: range.to + window + after },
    };
  }
  const inside = context.rows(query.filters).where;
  if (anchor.length > 0) {
    return {
      anchor: { kind: 'rows', inside, condition: context.condition(anchor, 'anchor') },
      reach: { from: range.from - before, to: range.to + after },
    };
  }
  // Whether a request is the first or last of its session is seen from those beyond the range.
  const beyond = query.counting === 'transitions' ? 0 : sessions === 'id' ? DAY_MS : gap;
  return {
    anchor: { kind: 'sessions', inside },
    reach: { from: range.from - Math.max(before, beyond), to: range.to + Math.max(after, beyond) },
  };
}

/** The moments at which attempts reached the step, or the last one before it. */
async function attemptAnchor(
  query: PathsQuery,
  { step, outcome, ...definition }: PathsFunnel,
  context: HandlerContext
): Promise<PathAnchor> {
  const attempts = await attemptsOf(innerFunnel(query, definition), context);
  const { steps, order, successOnly } = definition;
  const converted = outcome === 'converted';
  const at = converted ? sql`${reachedTimes(definition)}[${raw(String(step))}]` : sql`list_max(at_us)`;
  const moments = sql`SELECT unit, ${at} AS at_us, weight FROM attempts WHERE ${outcomeCondition(definition, step, outcome)}`;
  // Which of several requests of that moment it was, the filters of the steps it may be say.
  const [first, last] =
    order === 'any' ? [1, steps.length] : converted ? [step, step] : [stepBefore(step, steps), step - 1];
  const conditions = steps
    .map(({ filters }, index) => context.condition(filters, `funnel.steps[${index}].filters`))
    .slice(first - 1, last);
  const matches = join(
    conditions.map((condition): Sql => sql`(${condition})`),
    ' OR '
  );
  return {
    kind: 'attempts',
    moments: sql`${attempts.tables}\n${moments}`,
    condition: successOnly ? sql`(${matches}) AND status < 400` : matches,
  };
}
