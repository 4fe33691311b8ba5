import { ApitrailError, RETENTION_PERIODS, type RetentionInterval, type RetentionQuery } from '@apitrail/contract';

/** A column: intervals `from` to before `to` after the start's own, which is 0. */
export interface RetentionColumn {
  name: string;
  label: string;
  from: number;
  to: number;
}

/** The columns of a query, in order: one per interval, or one per bracket. */
export function columnsOf({ interval, periods, brackets }: RetentionQuery): RetentionColumn[] {
  const edges = brackets ?? Array.from({ length: (periods ?? RETENTION_PERIODS[interval]) + 2 }, (_, index) => index);
  return edges.slice(1).map((to, index) => columnOf(interval, edges[index]!, to));
}

function columnOf(interval: RetentionInterval, from: number, to: number): RetentionColumn {
  const title = `${interval[0]!.toUpperCase()}${interval.slice(1)}`;
  const last = to - 1;
  return from === last
    ? { name: `${interval}_${from}`, label: `${title} ${from}`, from, to }
    : { name: `${interval}_${from}_${last}`, label: `${title}s ${from}–${last}`, from, to };
}

/** The column whose number `numeric` answers. Throws an ApitrailError when there is none. */
export function numericColumn({ column }: RetentionQuery, columns: readonly RetentionColumn[]): number {
  const chosen = column ?? Math.min(1, columns.length - 1);
  if (chosen >= columns.length) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      `column: there are ${columns.length} columns, 0 (${columns[0]!.label}) to ${columns.length - 1} (${columns.at(-1)!.label}), and no column ${chosen}.`,
      { where: 'column' }
    );
  }
  return chosen;
}
