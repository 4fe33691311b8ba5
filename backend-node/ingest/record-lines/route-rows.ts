import type { RouteRow } from '../routes';
import { NUMBERS, REPEATED } from './columns';
import type { RecordRows } from './record-rows';

const [SERVICE, METHOD, PATH, ROUTE] = [
  REPEATED.indexOf('service'),
  REPEATED.indexOf('method'),
  REPEATED.indexOf('path'),
  REPEATED.indexOf('route'),
];
const STATUS = NUMBERS.indexOf('status');

/**
 * What the routes of rows depend on, one row after the other, or one of them. What was given holds until the next is: it is
 * the same object, so that rows that wait are no objects.
 */
export interface RouteRows extends Iterable<Readonly<RouteRow>> {
  at(row: number): Readonly<RouteRow> | undefined;
}

/** What the routes of rows depend on; `service` is that of rows which name none. */
export function routeRows(rows: RecordRows, service: string | null): RouteRows {
  return new RoutesOfRows(rows, service);
}

class RoutesOfRows implements RouteRows {
  private readonly row: RouteRow = { service: null, method: null, path: null, status: null, route: null };

  constructor(
    private readonly rows: RecordRows,
    private readonly service: string | null
  ) {}

  at(row: number): RouteRow | undefined {
    const { row: given, rows, service } = this;
    if (row >= rows.count) {
      return undefined;
    }
    const status = rows.numbers[STATUS * rows.capacity + row]!;
    given.service = this.valueOf(row, SERVICE) ?? service;
    given.method = this.valueOf(row, METHOD);
    given.path = this.valueOf(row, PATH);
    given.status = status === status ? status : null;
    given.route = this.valueOf(row, ROUTE);
    return given;
  }

  *[Symbol.iterator](): Generator<RouteRow> {
    for (let row = 0; row < this.rows.count; row++) {
      yield this.at(row)!;
    }
  }

  private valueOf(row: number, index: number): string | null {
    const { repeated, capacity, values } = this.rows;
    const id = repeated[index * capacity + row]!;
    return id < 0 ? null : values[index]!.values[id]!;
  }
}
