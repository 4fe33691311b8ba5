import { ApitrailError, type Frame, type SqlQuery } from '@apitrail/contract';

import { sql } from '../../engine/sql';
import type { UserSqlResult } from '../../sql/user-sql';
import type { HandlerContext, QueryHandler } from '../handler';
import { planInterval } from '../shared/interval';
import { logsFrame } from './logs-frame';
import { sayLosses } from './losses';
import { numericFrame } from './numeric-frame';
import { seriesFrames } from './series-frames';
import { tableFrame } from './table-frame';

type Write = (result: UserSqlResult, notice: (text: string) => void) => Frame[];

const WRITERS: Record<SqlQuery['format'], Write> = {
  table: (result) => [tableFrame(result)],
  time_series: seriesFrames,
  numeric: (result) => [numericFrame(result)],
  logs: (result) => [logsFrame(result)],
};

/** Macros that stand for the range. */
const RANGE_MACRO = /\$\{?__(?:timeFilter|from|to)\b/;

/** SQL that a person wrote, run in a process of its own. `requests` is the query's dataset, of all times, with its filters. */
export const sqlQuery: QueryHandler<'sql'> = {
  async run(query, context) {
    const { earlier } = context;
    if (earlier) {
      refuseUncomparable(query);
    }
    const frames = await framesOf(query, context);
    return earlier ? { frames, earlierFrames: await framesOf(query, earlier) } : { frames };
  },
};

async function framesOf(query: SqlQuery, context: HandlerContext): Promise<Frame[]> {
  const { range, shift } = context;
  const { relation, where } = context.rows(query.filters, {});
  const asked = context.runUserSql({
    text: query.sql,
    macros: { ...range, intervalMs: planInterval(query, range).interval, timezone: query.timezone },
    tables: [
      {
        name: 'requests',
        rows: sql`SELECT * FROM ${relation} WHERE ${where}`,
        paths: context.snapshot.relation({}).paths,
      },
    ],
    limit: query.limit,
  });
  const result = await asked.catch((error: unknown) => {
    throw beginningWithPlace(error);
  });
  const when = shift ? ` of ${shift.by} earlier` : '';
  if (result.cutAt !== undefined) {
    context.notice(
      'warning',
      `Only the first ${result.cutAt} rows${when} are shown; there are more. Raise the limit, or ask for less.`
    );
  }
  sayLosses(result, (text) => context.notice('warning', text));
  const frames = WRITERS[query.format](result, (text) => context.notice('info', text));
  return shift && query.format === 'time_series' ? frames.map((frame) => laidOver(frame, shift.move)) : frames;
}

/** An error whose text begins with where in the SQL it is, since the text is all that gets to whoever wrote it. */
function beginningWithPlace(error: unknown): unknown {
  if (!(error instanceof ApitrailError) || !error.where?.startsWith('line ')) {
    return error;
  }
  const { code, message, where } = error;
  return new ApitrailError(code, `${where[0]!.toUpperCase()}${where.slice(1)}: ${message}`, { where, cause: error });
}

/** A series of an earlier time where it lies in the query's range. */
function laidOver(frame: Frame, move: (time: number) => number): Frame {
  return {
    ...frame,
    fields: frame.fields.map((field) =>
      field.type === 'time' ? { ...field, values: field.values.map((time) => move(time as number)) } : field
    ),
  };
}

function refuseUncomparable({ sql: text, format }: SqlQuery): void {
  if (format === 'numeric') {
    throw new ApitrailError(
      'APITRAIL_UNSUPPORTED_FORMAT',
      'timeShift: SQL in the format numeric answers one number per row. Compute the change in the SQL, from $__from and $__to.',
      { where: 'timeShift' }
    );
  }
  if (!RANGE_MACRO.test(text)) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      'timeShift: the SQL does not say what it reads of the range, so that an earlier one would be the same. Use $__timeFilter(time).',
      { where: 'timeShift' }
    );
  }
}
