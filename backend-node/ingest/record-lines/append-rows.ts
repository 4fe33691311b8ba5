import type { ColumnarRows } from '../../lake/hot/columnar-rows';
import { RequestRecord } from '../normalise';
import type { RouteAssigner } from '../routes';
import { NUMBERS, REPEATED, VERBATIM } from './columns';
import type { RecordRows } from './record-rows';
import type { RouteRows } from './route-rows';

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
  routes: RouteAssigner;
  defaults: RowDefaults;
  /** Microseconds since the epoch. */
  ingestedAtUs: number;
}

const TIME = NUMBERS.indexOf('time');
const SESSION_SOURCES = ['given', 'derived'];
const [GIVEN, DERIVED] = [0, 1];

/**
 * Adds rows of record lines to those on their way to a hot file: protected, with their routes, column by column. Gives
 * what `RowPreparation` and `ColumnarRows.push` give for the same records. Teach the routes first.
 */
export function appendRows(rows: RecordRows, routed: RouteRows, to: ColumnarRows, options: AppendOptions): void {
  const { count, body, capacity, starts, ends, numbers } = rows;
  const first = to.begin(numbers.subarray(TIME * capacity), count);

  REPEATED.forEach((column, index) => {
    if (column !== 'route') {
      appendRepeated(rows, to, first, index, options);
    }
  });
  VERBATIM.forEach((column, index) => {
    const target = to.text(column);
    for (let row = 0, cell = index * capacity; row < count; row++, cell++) {
      const end = ends[cell]!;
      if (end !== 0 && rows.binaryIds && column !== 'request_id') {
        target.setHex(first + row, body, starts[cell]!, end);
      } else if (end !== 0) {
        target.setAscii(first + row, body, starts[cell]!, end);
      }
    }
  });
  NUMBERS.forEach((column, index) => {
    const target = to.number(column);
    for (let row = 0, cell = index * capacity; column !== 'time' && row < count; row++, cell++) {
      const value = numbers[cell]!;
      // NaN is the only value that is not itself.
      if (value === value) {
        target.set(first + row, value);
      }
    }
  });
  appendFurther(rows, to, first, options);
  appendRoutes(routed, to, first, options);
  appendConstants(to, first, count, options);
}

function appendRepeated(
  { repeated, values: tables, sessions, count, capacity }: RecordRows,
  to: ColumnarRows,
  first: number,
  index: number,
  options: AppendOptions
): void {
  const column = REPEATED[index]!;
  const values = tables[index]!;
  const target = to.text(column);
  const sources = column === 'session' ? to.text('session_source') : undefined;
  const fallback = column === 'service' || column === 'environment' ? options.defaults[column] : undefined;
  for (let row = 0, cell = index * capacity; row < count; row++, cell++) {
    const id = repeated[cell]!;
    const derived = id < 0 && sources ? sessions?.[row] : undefined;
    if (derived !== undefined) {
      target.set(first + row, derived);
      sources!.setKnown(first + row, SESSION_SOURCES, DERIVED, 'derived');
      continue;
    }
    if (id >= 0 && target.setAgain(first + row, values, id)) {
      sources?.setKnown(first + row, SESSION_SOURCES, GIVEN, 'given');
      continue;
    }
    const value = id < 0 ? (fallback ?? null) : values.protectedBy(options.protect, id);
    if (value === null) {
      continue;
    }
    if (id < 0) {
      target.set(first + row, value);
    } else {
      target.setKnown(first + row, values, id, value);
    }
    sources?.setKnown(first + row, SESSION_SOURCES, GIVEN, 'given');
  }
}

/** What few rows have, or none. */
function appendFurther(
  { attributes, queries, count }: RecordRows,
  to: ColumnarRows,
  first: number,
  { protect }: AppendOptions
): void {
  for (let row = 0; attributes && row < count; row++) {
    const values = attributes[row]?.protectedBy(protect);
    if (values) {
      to.attributes.set(first + row, values);
    }
  }
  for (let row = 0; queries && row < count; row++) {
    const query = queries[row];
    if (query !== undefined) {
      const record = new RequestRecord();
      record.query = query;
      protect(record);
      if (record.query) {
        to.text('query').set(first + row, record.query);
      }
    }
  }
}

function appendRoutes(routed: RouteRows, to: ColumnarRows, first: number, { routes }: AppendOptions): void {
  const [targets, sources] = [to.text('route'), to.text('route_source')];
  const { codes } = routed.codes(routes.keys);
  const { table } = routes.keys;
  for (let row = 0; row < codes.length; row++) {
    const { assignment, route, source } = routes.answer(codes[row]!);
    if (assignment.route !== null && assignment.route !== '') {
      targets.setKnown(first + row, table, route, assignment.route);
    }
    if (assignment.route_source !== null) {
      sources.setKnown(first + row, table, source, assignment.route_source);
    }
  }
}

function appendConstants(
  to: ColumnarRows,
  first: number,
  count: number,
  { defaults, ingestedAtUs }: AppendOptions
): void {
  const [sources, times] = [to.text('source'), to.number('ingested_at')];
  for (let row = first; row < first + count; row++) {
    sources.setKnown(row, defaults, 0, defaults.source);
    times.set(row, ingestedAtUs);
  }
}
