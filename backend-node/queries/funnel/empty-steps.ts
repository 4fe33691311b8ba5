import type { FunnelQuery } from '@apitrail/contract';

import { identifier, join, raw, sql } from '../../engine/sql';
import type { Totals } from './result';
import type { FunnelRun } from './views/view';

/**
 * Says which steps match no request at all, of those that nobody reached: a filter that fits nothing looks like a step
 * that everybody drops at. Looks at the requests only when there is such a step.
 */
export async function noticeEmptySteps(
  query: FunnelQuery,
  { context, attempts }: FunnelRun,
  totals: readonly Totals[]
): Promise<void> {
  const empty = query.steps.flatMap((_, index) => (totals.every((of) => of[index]!.units === 0) ? [index] : []));
  // In the order any a row is no step of its own.
  const unreached = query.order === 'any' && empty.length > 0 ? query.steps.map((_, index) => index) : empty;
  if (unreached.length === 0 || context.snapshot.rows === 0) {
    return;
  }
  const { rows, tables } = attempts.units;
  const succeeded = query.successOnly ? sql`status < 400` : sql`TRUE`;
  const counts = unreached.flatMap((index) => {
    const condition = context.condition(query.steps[index]!.filters, `steps[${index}].filters`);
    return [
      sql`count(*) FILTER (WHERE ${condition}) > 0 AS ${identifier(`any_${index}`)}`,
      sql`count(*) FILTER (WHERE (${condition}) AND ${succeeded}) > 0 AS ${identifier(`good_${index}`)}`,
    ];
  });
  const table = await context.run(
    sql`${tables ? sql`WITH ${tables} ` : raw('')}SELECT ${join(counts)}, count(*) > 0 AS requests FROM ${rows.relation} WHERE ${rows.where}`
  );
  const answers = table.values.map((column) => column[0] === true);
  if (!answers.at(-1)) {
    // The runner says that there is nothing in the range, or the filters leave nothing: no step is to blame.
    return;
  }
  const called = (index: number) => `Step ${index + 1} (${query.steps[index]!.name})`;
  unreached.forEach((index, at) => {
    if (!answers[2 * at]) {
      context.notice(
        'warning',
        `${called(index)} matches no request of this range and the window after it: see whether its filters, and those of the query, say what is meant.`
      );
    } else if (!answers[2 * at + 1]) {
      context.notice(
        'warning',
        `${called(index)} matches requests, but none of them succeeded (a status below 400). Switch off “successful only” to count them too.`
      );
    }
  });
}
