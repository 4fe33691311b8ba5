import type { HandlerContext } from '../handler';
import type { ComparedRows } from './compared';
import { groupTotals, type GroupRequest, type RankedGroup } from './groups';
import { matchTotals } from './matched-groups';
import type { NamedSql } from './select';

export interface ComparedRequest extends ComparedRows, Omit<GroupRequest, 'rows'> {}

/** Measures and extras, one value per group; null where the group has no rows at that time. */
export interface TotalColumns {
  measures: unknown[][];
  extras: unknown[][];
}

/** What groups are, and what they were. */
export interface ComparedTotals extends TotalColumns {
  /** Those of the query's own time, most first, then those only the earlier time has, then `{other}`. */
  groups: RankedGroup[];
  earlier?: TotalColumns;
}

/** Totals of both times, of the same groups: the top of the query's own time decides which. */
export async function comparedTotals(
  context: HandlerContext,
  request: ComparedRequest,
  extrasOf: (context: HandlerContext) => readonly NamedSql[]
): Promise<ComparedTotals> {
  const own = await groupTotals(await context.aggregator(), request, extrasOf(context));
  const { earlier } = context;
  if (!earlier || !request.earlierRows) {
    return own;
  }
  const before = await matchTotals(
    await earlier.aggregator(),
    { ...request, rows: request.earlierRows },
    own.groups,
    extrasOf(earlier)
  );
  const gone = new Array<null>(before.groups.length - own.groups.length).fill(null);
  return {
    groups: before.groups,
    measures: own.measures.map((column) => [...column, ...gone]),
    extras: own.extras.map((column) => [...column, ...gone]),
    earlier: before,
  };
}
