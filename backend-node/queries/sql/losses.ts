import type { UserSqlResult, ValueLoss } from '../../sql/user-sql';

const SAID: Record<ValueLoss, (columns: string) => string> = {
  digits: (columns) =>
    `Numbers of ${columns} have more digits than a 64-bit floating-point number holds and are rounded. Cast to VARCHAR to see all of them.`,
  time: (columns) =>
    `Times of ${columns} before 1677-09-21 or after 2262-04-11 are left empty, since Grafana cannot hold them. Cast to VARCHAR to see them.`,
};

/** Tells of columns whose values could not be shown as they are. */
export function sayLosses({ losses }: UserSqlResult, notice: (text: string) => void): void {
  for (const loss of ['digits', 'time'] as const) {
    const columns = losses[loss];
    if (columns.length > 0) {
      notice(SAID[loss](columns.length > 5 ? `${columns.slice(0, 5).join(', ')}, …` : columns.join(', ')));
    }
  }
}
