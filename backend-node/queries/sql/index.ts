import type { Frame, SqlQuery } from '@apitrail/contract';

import { sql } from '../../engine/sql';
import type { UserSqlResult } from '../../sql/user-sql';
import type { QueryHandler } from '../handler';
import { planInterval } from '../shared/interval';
import { logsFrame } from './logs-frame';
import { numericFrame } from './numeric-frame';
import { seriesFrames } from './series-frames';
import { tableFrame } from './table-frame';
import { withUniqueNames } from './unique-names';

type Write = (result: UserSqlResult, notice: (text: string) => void) => Frame[];

const WRITERS: Record<SqlQuery['format'], Write> = {
  table: (result) => [tableFrame(result)],
  time_series: seriesFrames,
  numeric: (result) => [numericFrame(result)],
  logs: (result) => [logsFrame(result)],
};

/** SQL that a person wrote, run in a process of its own. `requests` is the query's dataset, of all times, with its filters. */
export const sqlQuery: QueryHandler<'sql'> = {
  async run(query, context) {
    const { relation, where } = context.rows(query.filters, {});
    const result = await context.runUserSql({
      text: query.sql,
      macros: {
        ...context.range,
        intervalMs: planInterval(query, context.range).interval,
        timezone: query.timezone,
      },
      tables: [
        {
          name: 'requests',
          rows: sql`SELECT * FROM ${relation} WHERE ${where}`,
          paths: context.snapshot.relation({}).paths,
        },
      ],
      limit: query.limit,
    });
    if (result.cutAt !== undefined) {
      context.notice(
        'warning',
        `Only the first ${result.cutAt} rows are shown; there are more. Raise the limit, or ask for less.`
      );
    }
    return { frames: WRITERS[query.format](withUniqueNames(result), (text) => context.notice('info', text)) };
  },
};
