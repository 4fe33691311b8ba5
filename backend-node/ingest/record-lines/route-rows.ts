import type { RouteCodes, RouteKeys } from '../routes';
import { NUMBERS, REPEATED } from './columns';
import type { RecordRows } from './record-rows';

const [SERVICE, METHOD, PATH, ROUTE] = [
  REPEATED.indexOf('service'),
  REPEATED.indexOf('method'),
  REPEATED.indexOf('path'),
  REPEATED.indexOf('route'),
];
const STATUS = NUMBERS.indexOf('status');

/** What the routes of rows in tables depend on, as codes: the routes look at each different one once. */
export class RouteRows {
  private known: RouteCodes | undefined;

  /** `service` is that of rows which name none. */
  constructor(
    private readonly rows: RecordRows,
    private readonly service: string | null
  ) {}

  /** The codes of the rows, valid until the generation of `keys` changes. */
  codes(keys: RouteKeys): RouteCodes {
    if (this.known?.generation !== keys.generation) {
      keys.renewIfFull();
      this.known = { codes: this.read(keys), generation: keys.generation };
    }
    return this.known;
  }

  private read(keys: RouteKeys): Int32Array {
    const { repeated, numbers, values, capacity, count } = this.rows;
    const [services, methods, paths, routes] = [values[SERVICE]!, values[METHOD]!, values[PATH]!, values[ROUTE]!];
    const knownServices = keys.knownOf(services);
    const knownMethods = keys.knownOf(methods);
    const knownPaths = keys.knownOf(paths);
    const knownRoutes = keys.knownOf(routes);
    const fallback = keys.number(this.service);
    const none = keys.number(null);
    const codes = new Int32Array(count);
    for (let row = 0; row < count; row++) {
      const service = repeated[SERVICE * capacity + row]!;
      const method = repeated[METHOD * capacity + row]!;
      const route = repeated[ROUTE * capacity + row]!;
      const path = repeated[PATH * capacity + row]!;
      const serviceNumber = service < 0 ? fallback : keys.numberIn(services, knownServices, service);
      codes[row] = keys.codeOf(
        serviceNumber,
        method < 0 ? none : keys.numberIn(methods, knownMethods, method),
        route < 0 ? none : keys.numberIn(routes, knownRoutes, route),
        path < 0 ? 0 : keys.classIn(paths, knownPaths, path, serviceNumber),
        numbers[STATUS * capacity + row]!
      );
    }
    return codes;
  }
}
