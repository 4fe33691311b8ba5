import { timelineCursor, type ContinuedSession, type CustomersMarker, type CustomersQuery } from '@apitrail/contract';

import type { EventColumn, PlaceColumn } from './sql';

/** The values of a column, of all rows of the statement. */
export type ColumnOf = (name: EventColumn | PlaceColumn) => unknown[];

/** Where a page lies among `total` rows; its rows are in the order that was asked for. */
export function pageOf(
  { direction = 'asc', offset, before, after }: CustomersQuery,
  total: number,
  rows: readonly number[],
  column: ColumnOf
): Required<Pick<CustomersMarker, 'direction' | 'offset' | 'cursors'>> {
  const newestFirst = direction === 'desc';
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) {
    const passed = (before ?? after) === undefined ? offset : (before === undefined) === newestFirst ? 0 : total;
    return { direction, offset: passed, cursors: {} };
  }
  const [oldest, newest] = newestFirst ? [last, first] : [first, last];
  const place = (row: number) => column('place')[row] as number;
  return {
    direction,
    offset: newestFirst ? total - place(newest) : place(oldest) - 1,
    cursors: {
      ...(place(oldest) > 1 ? { older: cursorOf(oldest, column) } : {}),
      ...(place(newest) < total ? { newer: cursorOf(newest, column) } : {}),
    },
  };
}

function cursorOf(row: number, column: ColumnOf): string {
  const number = (name: EventColumn | PlaceColumn) => column(name)[row] as number;
  const digest = column('digest')[row] as string;
  return timelineCursor({
    atUs: number('at_us'),
    rank: number('kind_rank'),
    part: number('part'),
    digest,
    nth: number('nth'),
  });
}

/** What is to be said of sessions that began on an older page, the first first. */
export function continuedSessions(rows: readonly number[], column: ColumnOf): ContinuedSession[] {
  const number = (name: EventColumn | PlaceColumn, row: number) => column(name)[row] as number;
  return rows
    .map((row) => ({
      session: column('session')[row] as string | null,
      time: number('at_us', row) / 1000,
      timeEnd: number('end_us', row) / 1000,
      requests: number('requests', row),
      errors: number('errors', row),
      older: number('older', row),
    }))
    .sort((a, b) => a.time - b.time);
}
