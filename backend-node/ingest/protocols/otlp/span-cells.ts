import { CONTESTED_ATTRIBUTES, PLACE, SYSTEM_ATTRIBUTES, type ContestedName } from './contested';
import { SPAN_NAMES } from './signals';
import { hashOf, type BodyWords } from '../../record-lines/body-words';
import { NUMBERS, REPEATED, type RepeatedColumn } from '../../record-lines/columns';
import { InternTable } from '../../record-lines/intern-table';

/** Names that are remembered before they are begun anew. */
const MOST_NAMES = 4096;

/** The name of a column’s value now, and one it had before, which counts where the newer is not there. */
export type Age = 'newer' | 'older';

/** What the short way does with an attribute. What it has no kind for is left to the long way. */
export type SpanCell =
  | { kind: 'text'; column: number; age: Age }
  | { kind: 'number'; column: number; age: Age }
  | { kind: 'path' | 'query' | 'request id' | 'left out' | 'long' }
  | { kind: 'contested'; place: number; rank: number }
  /** Is kept as an attribute of the row; `system`: it names one with calls of its own. */
  | { kind: 'attribute'; system: boolean };

const LONG: SpanCell = { kind: 'long' };
const ATTRIBUTE: SpanCell = { kind: 'attribute', system: false };

/** What is contested and rare in spans, or a resource’s: left to the long way. */
const RARE: ReadonlySet<string> = new Set<ContestedName>([
  ...(['methodOriginal', 'exceptionType', 'exceptionMessage', 'serviceInstance', 'podName', 'machine'] as const),
]);

/** The cells by name, for those that become more than an attribute. */
function knownCells(): Map<string, SpanCell> {
  const cells = new Map<string, SpanCell>();
  for (const name of SPAN_NAMES.keys()) {
    cells.set(name, LONG);
  }
  const text = (column: RepeatedColumn, newer: string[], older: string[] = []): void => {
    const index = REPEATED.indexOf(column);
    newer.forEach((name) => cells.set(name, { kind: 'text', column: index, age: 'newer' }));
    older.forEach((name) => cells.set(name, { kind: 'text', column: index, age: 'older' }));
  };
  const number = (column: (typeof NUMBERS)[number], newer: string, older: string): void => {
    const index = NUMBERS.indexOf(column);
    cells.set(newer, { kind: 'number', column: index, age: 'newer' });
    cells.set(older, { kind: 'number', column: index, age: 'older' });
  };
  text('method', ['http.request.method'], ['http.method']);
  text('scheme', ['url.scheme'], ['http.scheme']);
  text('route', ['http.route']);
  text('user_agent', ['user_agent.original'], ['http.user_agent']);
  text('customer', ['user.id', 'customer']);
  text('account', ['account']);
  text('session', ['session.id', 'session']);
  text('auth_scheme', ['auth_scheme']);
  text('auth_result', ['auth_result']);
  text('protocol', ['network.protocol.version'], ['http.flavor', 'net.protocol.version', 'http.protocol']);
  number('status', 'http.response.status_code', 'http.status_code');
  number('request_bytes', 'http.request.body.size', 'http.request_content_length');
  number('response_bytes', 'http.response.body.size', 'http.response_content_length');
  cells.set('url.path', { kind: 'path' });
  cells.set('url.query', { kind: 'query' });
  cells.set('request_id', { kind: 'request id' });
  for (const [name, attributes] of Object.entries(CONTESTED_ATTRIBUTES)) {
    const place = PLACE[name as ContestedName];
    attributes.forEach((attribute, rank) =>
      cells.set(attribute, RARE.has(name) ? LONG : { kind: 'contested', place, rank })
    );
  }
  for (const name of ['client.port', 'http.status_text', 'exception.stacktrace']) {
    cells.set(name, { kind: 'left out' });
  }
  for (const name of ['network.protocol.name', 'net.protocol.name', 'network.transport', 'net.transport']) {
    cells.set(name, ATTRIBUTE);
  }
  for (const name of SYSTEM_ATTRIBUTES) {
    cells.set(name, { kind: 'attribute', system: true });
  }
  return cells;
}

/** What the short way does with attributes, found by the bytes of their names. */
export class SpanCells {
  private readonly known = knownCells();
  private names = new InternTable();
  private cells: SpanCell[] = [];
  /** By place in a span: the name that stood there last. Spans of one instrumentation have theirs in one order. */
  private readonly order: number[] = [];

  /** The cell of the name in `[start, end)`, which is the attribute at `place` of its span. */
  read(words: BodyWords, start: number, end: number, place: number): SpanCell {
    const last = this.order[place];
    if (last !== undefined && this.names.lengthOf(last) === end - start && this.names.isAt(last, words, start)) {
      return this.cells[last]!;
    }
    if (this.names.count >= MOST_NAMES) {
      this.names = new InternTable();
      this.cells = [];
      this.order.length = 0;
    }
    // What is longer than any name people give is not remembered.
    const id = end - start > LONGEST_NAME ? -1 : this.names.idOf(words, start, end, hashOf(words, start, end));
    if (id < 0) {
      return LONG;
    }
    if (id === this.cells.length) {
      this.cells.push(this.known.get(words.bytes.toString('utf8', start, end)) ?? ATTRIBUTE);
    }
    while (this.order.length <= place && this.order.length < MOST_PLACES) {
      this.order.push(id);
    }
    if (place < MOST_PLACES) {
      this.order[place] = id;
    }
    return this.cells[id]!;
  }
}

/** Bytes of a name that is remembered. */
const LONGEST_NAME = 256;
/** Places in a span whose last name is remembered. */
const MOST_PLACES = 64;
