import type { CustomersQuery } from '@apitrail/contract';

import { sql } from '../../../engine/sql';
import type { HandlerContext } from '../../handler';
import type { CustomersAnswer } from '../answer';
import { journeysOf } from '../journeys';
import { noticePage } from '../page-notice';
import { namesOf } from '../source';
import { usualTable } from '../usual';
import { timelineFrame } from './frame';
import { ownRows } from './own-rows';
import { continuedSessions, pageOf, type ColumnOf } from './page';
import { EVENT_COLUMNS, PLACE_COLUMNS, journeyRows, timelineStatement, type EventColumn } from './sql';

/** What one customer lived through, in the order it came: sessions, requests, errors and, with a funnel, journeys. */
export async function timelineAnswer(query: CustomersQuery, context: HandlerContext): Promise<CustomersAnswer> {
  const { rows, filters } = await ownRows(query, context);
  const routes = await context.run(sql`SELECT DISTINCT route FROM ${rows.relation} WHERE ${rows.where}`);
  const usual = await usualTable(context, routes.values[0] as Array<string | null>);
  const journeys =
    query.funnel && (await journeysOf({ ...query, filters }, query.funnel, context, namesOf(query, context))).relation;
  const table = await context.run(
    timelineStatement(query, context, {
      rows,
      usual,
      journeys: journeys && journeyRows(journeys, query.funnel!.steps.length),
    })
  );
  const [total, sessions, requests, errors, journeyCount, ...columns] = table.values as [
    number[],
    number[],
    number[],
    number[],
    number[],
    ...unknown[][],
  ];
  const column: ColumnOf = (name) => columns[[...EVENT_COLUMNS, ...PLACE_COLUMNS].indexOf(name)]!;
  const [places, older] = [column('place'), column('older')];
  const rowsWhere = (is: (row: number) => boolean) => places.flatMap((_, row) => (is(row) ? [row] : []));
  const shown = rowsWhere((row) => places[row] !== null && older[row] === null);
  const events = Object.fromEntries(
    EVENT_COLUMNS.map((name) => [name, shown.map((row) => column(name)[row] ?? null)])
  ) as Record<EventColumn, unknown[]>;
  const page = pageOf(query, total[0]!, shown, column);
  noticePage(context, page, shown.length, total[0]!, 'limit, offset, before and after choose others');
  if (requests[0]! + errors[0]! === 0) {
    context.notice('info', `There is no request of ${query.unit} ${query.customer} in this range, after the filters.`);
  }
  return {
    frames: [timelineFrame(query, events)],
    marker: {
      total: total[0]!,
      ...page,
      continued: continuedSessions(
        rowsWhere((row) => older[row] !== null),
        column
      ),
      counts: {
        sessions: sessions[0]!,
        requests: requests[0]! + errors[0]!,
        errors: errors[0]!,
        journeys: journeyCount[0]!,
      },
    },
  };
}
