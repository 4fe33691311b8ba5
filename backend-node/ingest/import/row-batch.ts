import { RECORD_COLUMNS } from '@apitrail/contract';

import type { RequestRecord } from '../normalise';
import type { Assignment, RouteRow } from '../routes';

const NEEDS_ESCAPING = /["\\\u0000-\u001f]/;
const FIRST_BYTES = 4 * 1024 * 1024;

const COLUMNS = RECORD_COLUMNS.filter(
  ({ name }) => !['time', 'attributes', 'route', 'route_source'].includes(name)
).map(({ name, type }) => ({ name: name as keyof RequestRecord, head: `,"${name}":`, isText: type === 'string' }));

/**
 * A row as the lake takes it in, but for its route: JSON under the record’s column names, without what is null and
 * without the closing brace.
 */
export function rowText(record: RequestRecord): string {
  let text = `{"time":${record.time}`;
  for (const { name, head, isText } of COLUMNS) {
    const value = record[name];
    if (value !== undefined) {
      text += isText ? head + quoted(value as string) : head + (value as number);
    }
  }
  const { attributes } = record;
  if (attributes !== undefined) {
    let inner = '';
    for (const name in attributes) {
      inner += `${inner === '' ? '' : ','}${quoted(name)}:${quoted(attributes[name]!)}`;
    }
    text += `,"attributes":{${inner}}`;
  }
  return text;
}

/** What is added to a row’s text once its route is known: the route, and the end of the line. */
export function routeText({ route, route_source }: Assignment): string {
  return (
    (route === null ? '' : `,"route":${quoted(route)}`) +
    (route_source === null ? '' : `,"route_source":"${route_source}"`) +
    '}\n'
  );
}

function quoted(text: string): string {
  return NEEDS_ESCAPING.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/**
 * The rows of a commit until their routes are known. Their text lies in one buffer outside the heap; as objects there is
 * only what a route depends on.
 */
export class RowBatch {
  readonly rows: RouteRow[] = [];
  first = Infinity;
  last = -Infinity;
  private text = Buffer.allocUnsafe(FIRST_BYTES);
  private end = 0;
  private readonly ends: number[] = [];

  /** Adds a row, which must be protected already. */
  add(record: RequestRecord, row: RouteRow): void {
    const text = rowText(record);
    // UTF-8 has at most three bytes for a UTF-16 unit.
    this.reserve(text.length * 3);
    this.end += this.text.write(text, this.end, 'utf8');
    this.ends.push(this.end);
    this.rows.push(row);
    this.first = Math.min(this.first, record.time);
    this.last = Math.max(this.last, record.time);
  }

  /** The lines of the rows with their routes, in pieces. */
  *lines(assign: (row: RouteRow) => Assignment): Generator<Buffer> {
    const piece = Buffer.allocUnsafe(FIRST_BYTES);
    let length = 0;
    let from = 0;
    for (let index = 0; index < this.rows.length; index++) {
      const to = this.ends[index]!;
      const tail = routeText(assign(this.rows[index]!));
      if (length + to - from + tail.length * 3 > piece.length) {
        yield piece.subarray(0, length);
        length = 0;
      }
      if (to - from + tail.length * 3 > piece.length) {
        yield Buffer.concat([this.text.subarray(from, to), Buffer.from(tail)]);
      } else {
        length += this.text.copy(piece, length, from, to);
        length += piece.write(tail, length, 'utf8');
      }
      from = to;
    }
    yield piece.subarray(0, length);
  }

  private reserve(bytes: number): void {
    if (this.end + bytes > this.text.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.text.length * 2, this.end + bytes));
      this.text.copy(larger, 0, 0, this.end);
      this.text = larger;
    }
  }
}
