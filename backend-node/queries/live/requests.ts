import { sql } from '../../engine/sql';
import { frameOfRows, readRows } from '../requests';
import { searchedRows } from '../shared/search';
import type { LiveHandlerFactory } from './live-handler';

/** The rows that came in, in that order, at most as many at a time as the query's limit. */
export const liveRequests: LiveHandlerFactory<'requests'> = (query) => {
  const inOrder = {
    ...query,
    orderBy: [
      { key: 'ingested_at', direction: 'asc' as const },
      { key: 'time', direction: 'asc' as const },
    ],
  };
  return async ({ context }) => {
    const rows = await readRows(inOrder, context, [{}]);
    if (rows.count === 0) {
      return undefined;
    }
    if (rows.more) {
      const { relation, where } = searchedRows(context, query, {});
      const all = await context.run(sql`SELECT count(*) FROM ${relation} WHERE ${where}`);
      const leftOut = Number(all.values[0]?.[0]) - rows.count;
      context.notice('info', `${leftOut} more requests came in at the same time; live shows at most ${query.limit}.`);
    }
    return frameOfRows(query, rows);
  };
};
