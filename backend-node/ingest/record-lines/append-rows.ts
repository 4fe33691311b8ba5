import type { ColumnarRows } from '../../lake/hot/columnar-rows';
import type { RequestRecord } from '../normalise';
import type { Assignment, RouteRow } from '../routes';
import { NUMBERS, REPEATED, VERBATIM } from './columns';
import type { RecordRows } from './record-rows';

/** What the sender said for all rows, where a row does not say it itself. */
export interface RowDefaults {
  source: string;
  service?: string;
  environment?: string;
}

/** What rows are prepared with. */
export interface AppendOptions {
  /** Puts a record under the policy. Each column’s outcome depends on that column alone. */
  protect: (record: RequestRecord) => void;
  route: (row: RouteRow) => Assignment;
  defaults: RowDefaults;
  /** Microseconds since the epoch. */
  ingestedAtUs: number;
}

const PATH = VERBATIM.indexOf('path');
const STATUS = NUMBERS.indexOf('status');
const [SERVICE, METHOD, ROUTE] = [REPEATED.indexOf('service'), REPEATED.indexOf('method'), REPEATED.indexOf('route')];

/**
 * Adds rows of record lines to those on their way to a hot file: protected, with their routes, column by column. Gives
 * what `RowPreparation` and `ColumnarRows.push` give for the same records. `routed` is what `routeRows` gave for them.
 */
export function appendRows(
  rows: RecordRows,
  routed: readonly RouteRow[],
  to: ColumnarRows,
  options: AppendOptions
): void {
  const { count, body } = rows;
  const first = to.begin(rows.numbers, count, NUMBERS.length);

  REPEATED.forEach((column, index) => {
    if (index !== ROUTE) {
      appendRepeated(rows, to, first, index, options);
    }
  });
  const paths = to.text('path');
  routed.forEach(({ path }, row) => path !== null && paths.set(first + row, path));
  VERBATIM.forEach((column, index) => {
    const target = to.text(column);
    for (let row = 0; index !== PATH && row < count; row++) {
      const cell = (row * VERBATIM.length + index) * 2;
      const end = rows.verbatim[cell + 1]!;
      if (end !== 0) {
        target.setAscii(first + row, body, rows.verbatim[cell]!, end);
      }
    }
  });
  NUMBERS.forEach((column, index) => {
    const target = to.number(column);
    for (let row = 0; column !== 'time' && row < count; row++) {
      const value = rows.numbers[row * NUMBERS.length + index]!;
      // NaN is the only value that is not itself.
      if (value === value) {
        target.set(first + row, value);
      }
    }
  });
  appendRoutes(routed, to, first, options);
  appendConstants(to, first, count, options);
}

function appendRepeated(
  rows: RecordRows,
  to: ColumnarRows,
  first: number,
  index: number,
  options: AppendOptions
): void {
  const column = REPEATED[index]!;
  const values = rows.values[index]!;
  const target = to.text(column);
  const sources = column === 'session' ? to.text('session_source') : undefined;
  const fallback = column === 'service' || column === 'environment' ? options.defaults[column] : undefined;
  for (let row = 0; row < rows.count; row++) {
    const id = rows.repeated[row * REPEATED.length + index]!;
    const value = id < 0 ? (fallback ?? null) : values.protectedBy(options.protect, id);
    if (value === null) {
      continue;
    }
    if (id < 0) {
      target.set(first + row, value);
    } else {
      target.setKnown(first + row, values, id, value);
    }
    sources?.set(first + row, 'given');
  }
}

function appendRoutes(
  routed: readonly RouteRow[],
  to: ColumnarRows,
  first: number,
  { route: assign }: AppendOptions
): void {
  const [routes, sources] = [to.text('route'), to.text('route_source')];
  routed.forEach((row, index) => {
    const { route, route_source: source } = assign(row);
    if (route !== null && route !== '') {
      routes.set(first + index, route);
    }
    if (source !== null) {
      sources.set(first + index, source);
    }
  });
}

function appendConstants(
  to: ColumnarRows,
  first: number,
  count: number,
  { defaults, ingestedAtUs }: AppendOptions
): void {
  const [sources, times] = [to.text('source'), to.number('ingested_at')];
  for (let row = first; row < first + count; row++) {
    sources.set(row, defaults.source);
    times.set(row, ingestedAtUs);
  }
}

/** What the routes of rows depend on; `service` is that of rows which name none. */
export function routeRows(rows: RecordRows, service: string | null): RouteRow[] {
  const valueOf = (row: number, index: number): string | null => {
    const id = rows.repeated[row * REPEATED.length + index]!;
    return id < 0 ? null : rows.values[index]!.values[id]!;
  };
  const routed: RouteRow[] = [];
  for (let row = 0; row < rows.count; row++) {
    const cell = (row * VERBATIM.length + PATH) * 2;
    const end = rows.verbatim[cell + 1]!;
    const status = rows.numbers[row * NUMBERS.length + STATUS]!;
    routed.push({
      service: valueOf(row, SERVICE) ?? service,
      method: valueOf(row, METHOD),
      path: end === 0 ? null : rows.body.toString('latin1', rows.verbatim[cell], end),
      status: status === status ? status : null,
      route: valueOf(row, ROUTE),
    });
  }
  return routed;
}
