import { AttributeSets } from './attribute-sets';
import { PLACE, type ContestedName } from './contested';
import type { Items } from './items';
import type { ResourceRow } from './resource-row';
import type { Resource } from './resource';
import { CLIENT } from './span';
import { SpanAttributes } from './span-attributes';
import { SpanMessage } from './span-message';
import type { SpanRows } from './span-rows';
import { pathEndAt, SLASH, urlAt, type UrlPlaces } from './url-places';
import { isSaneTime } from '../../normalise/time';
import { LONGEST_DURATION_MS, storableText } from '../../normalise/values';
import { BodyWords } from '../../record-lines/body-words';
import { NUMBERS, REPEATED, VERBATIM, type RepeatedColumn } from '../../record-lines/columns';
import type { RecordRows } from '../../record-lines/record-rows';

const COLUMN = Object.fromEntries(REPEATED.map((name, index) => [name, index])) as Record<RepeatedColumn, number>;
const [TIME, DURATION, STATUS] = [NUMBERS.indexOf('time'), NUMBERS.indexOf('duration_ms'), NUMBERS.indexOf('status')];
const [TRACE_ID, SPAN_ID] = [VERBATIM.indexOf('trace_id'), VERBATIM.indexOf('span_id')];
const DIGITS = Buffer.from('0123456789abcdef');
const [SERVER_SIDE, CLIENT_SIDE] = [new BodyWords(Buffer.from('server')), new BodyWords(Buffer.from('client'))];
/** What an item may have; more is the long way’s to refuse. */
const MOST_CHARACTERS = 1024 * 1024;

/** Whose several names for the host of a request are looked at, in this order. */
const SERVER_HOSTS: readonly ContestedName[] = ['serverAddress', 'httpHost', 'hostName', 'serverName'];
const CLIENT_HOSTS: readonly ContestedName[] = ['serverAddress', 'httpHost', 'peerName'];

/**
 * Reads spans from their bytes into tables, without an object for each. What it reads it reads exactly as the long way does
 * (`readSpan`, `takeSpan`, `Contested`), at a fraction of the cost; it says of every other span that it is not for it, and
 * of every body that is damaged.
 */
export class SpanRowReader {
  private readonly message = new SpanMessage();
  private readonly sets = new AttributeSets();
  private readonly attributes = new SpanAttributes(this.sets);
  private readonly idText = Buffer.alloc(49, ':');
  private readonly url: UrlPlaces = { schemeEnd: 0, hostStart: 0, hostEnd: 0, pathEnd: 0 };
  private rows: RecordRows | undefined;
  private words: BodyWords | undefined;
  private readonly readAttribute = (start: number, end: number): boolean =>
    this.attributes.read(this.words!, start, end, this.rows!);

  /**
   * Reads the span in `[start, end)`, and tells the items what it is: a row, or no request. False when it is not for the
   * short way; then nothing has changed. `nowUs` is when it is told whether its time can be true.
   */
  read(
    to: SpanRows,
    start: number,
    end: number,
    items: Items,
    from: { resource: Resource; row: ResourceRow },
    nowUs: number
  ): boolean {
    const rows = to.room(start);
    const words = to.bytes;
    this.rows = rows;
    this.words = words;
    const { message, attributes } = this;
    this.sets.renew();
    attributes.begin();
    const isRead = message.read(words, start, end, this.readAttribute) && !attributes.isAmbiguous;
    if (isRead && (!message.isCall || !this.isRequest(rows))) {
      rows.clearRow();
      items.ignore();
      return true;
    }
    if (!isRead || attributes.counted.characters > MOST_CHARACTERS || !this.finish(words, rows, from, nowUs)) {
      rows.clearRow();
      return false;
    }
    const { row } = from;
    const set = this.sets.take(row.attributes(this.sets), from.resource);
    if (set) {
      (rows.attributes ??= [])[rows.count] = set;
    }
    if (attributes.queryEnd !== 0) {
      const text = words.bytes.toString('utf8', attributes.queryStart, attributes.queryEnd);
      (rows.queries ??= [])[rows.count] = storableText(text);
    }
    items.takeRow(this.idOf(words), attributes.counted, { resource: from.resource, set });
    return true;
  }

  /** Whether the span is an HTTP request; see `takeSpan`. */
  private isRequest({ repeated, numbers, capacity, count }: RecordRows): boolean {
    const { attributes, message } = this;
    const has = (column: RepeatedColumn): boolean => repeated[COLUMN[column] * capacity + count] !== -1;
    const isCalled = has('method') || !Number.isNaN(numbers[STATUS * capacity + count]);
    if (message.kind === CLIENT) {
      return isCalled && !attributes.hasSystem;
    }
    return (
      isCalled ||
      (!attributes.hasSystem &&
        (has('route') || has('path') || attributes.has(PLACE.fullUrl) || attributes.has(PLACE.target)))
    );
  }

  private finish(words: BodyWords, rows: RecordRows, { row }: { row: ResourceRow }, nowUs: number): boolean {
    const { message } = this;
    const { numbers, starts, ends, repeated, values, capacity, count } = rows;
    const isClient = message.kind === CLIENT;
    if (
      !row.isShort ||
      !isSaneTime(message.startMicros, nowUs) ||
      !this.settle(words, rows, isClient) ||
      !row.fillIn(rows)
    ) {
      return false;
    }
    numbers[TIME * capacity + count] = message.startMicros;
    if (!Number.isNaN(message.endMicros)) {
      const { startMicros, startRest, endMicros, endRest } = message;
      const duration = ((endMicros - startMicros) * 1000 + (endRest - startRest)) / 1e6;
      if (!(duration >= 0 && duration <= LONGEST_DURATION_MS)) {
        return false;
      }
      numbers[DURATION * capacity + count] = duration;
    }
    if (message.traceId >= 0) {
      starts[TRACE_ID * capacity + count] = message.traceId;
      ends[TRACE_ID * capacity + count] = message.traceId + 16;
    }
    if (message.spanId >= 0) {
      starts[SPAN_ID * capacity + count] = message.spanId;
      ends[SPAN_ID * capacity + count] = message.spanId + 8;
    }
    repeated[COLUMN.direction * capacity + count] = values[COLUMN.direction]!.idOf(
      isClient ? CLIENT_SIDE : SERVER_SIDE,
      0,
      6
    );
    return true;
  }

  /** Does what `Contested.settle` does. */
  private settle(words: BodyWords, rows: RecordRows, isClient: boolean): boolean {
    const { attributes } = this;
    return (
      this.settleTarget(words, rows) &&
      this.settleHost(words, rows, isClient) &&
      (isClient || this.addAs(words, 'peerName', 'net.peer.name')) &&
      this.addPort(words, isClient) &&
      this.settleClient(words, rows, isClient) &&
      this.putKept(words, rows, 'errorType', 'error_type') &&
      (!attributes.has(PLACE.endUser) ||
        (rows.repeated[COLUMN.customer * rows.capacity + rows.count] === -1 &&
          this.putKept(words, rows, 'endUser', 'customer')))
    );
  }

  private settleTarget(words: BodyWords, rows: RecordRows): boolean {
    const { attributes, url } = this;
    const { repeated, capacity, count } = rows;
    const hasPath = repeated[COLUMN.path * capacity + count] !== -1;
    const hasScheme = repeated[COLUMN.scheme * capacity + count] !== -1;
    const hasTarget = attributes.has(PLACE.target);
    if (attributes.has(PLACE.fullUrl) && !(hasScheme && hasPath)) {
      const start = attributes.startOf(PLACE.fullUrl);
      const end = attributes.endOf(PLACE.fullUrl);
      if (
        !urlAt(words.bytes, start, end, url) ||
        (!hasScheme && !this.put(words, rows, 'scheme', start, url.schemeEnd)) ||
        !this.put(words, rows, 'host', url.hostStart, url.hostEnd)
      ) {
        return false;
      }
      if (!hasPath && !hasTarget && !this.putTarget(words, rows, url.hostEnd, url.pathEnd, end)) {
        return false;
      }
    }
    if (!hasTarget || hasPath) {
      return true;
    }
    const start = attributes.startOf(PLACE.target);
    const end = attributes.endOf(PLACE.target);
    const pathEnd = words.bytes[start] === SLASH ? pathEndAt(words.bytes, start, end) : -1;
    return pathEnd >= 0 && this.putTarget(words, rows, start, pathEnd, end);
  }

  /** A path and, behind its question mark, the query, where there is none. */
  private putTarget(words: BodyWords, rows: RecordRows, start: number, pathEnd: number, end: number): boolean {
    const { attributes } = this;
    if (pathEnd + 1 < end && attributes.queryEnd === 0) {
      attributes.queryStart = pathEnd + 1;
      attributes.queryEnd = end;
    }
    return this.put(words, rows, 'path', start, pathEnd);
  }

  private settleHost(words: BodyWords, rows: RecordRows, isClient: boolean): boolean {
    const name = (isClient ? CLIENT_HOSTS : SERVER_HOSTS).find((one) => this.attributes.has(PLACE[one]));
    return name === undefined || this.putKept(words, rows, name, 'host');
  }

  private addPort(words: BodyWords, isClient: boolean): boolean {
    const name = this.attributes.has(PLACE.serverPort) ? 'serverPort' : isClient ? 'peerPort' : 'hostPort';
    return this.addAs(words, name, 'server.port');
  }

  private settleClient(words: BodyWords, rows: RecordRows, isClient: boolean): boolean {
    const { attributes } = this;
    const hasPeer = attributes.has(PLACE.peerAddress);
    const name = attributes.has(PLACE.clientAddress)
      ? 'clientAddress'
      : attributes.has(PLACE.httpClientIp)
        ? 'httpClientIp'
        : isClient || !hasPeer
          ? undefined
          : 'peerAddress';
    if (name !== undefined && !this.putKept(words, rows, name, 'client_ip')) {
      return false;
    }
    return (
      !hasPeer ||
      (name !== undefined && this.areSame(words.bytes, PLACE[name], PLACE.peerAddress)) ||
      this.addAs(words, 'peerAddress', 'network.peer.address')
    );
  }

  private areSame(bytes: Buffer, a: number, b: number): boolean {
    const { attributes } = this;
    return (
      a === b ||
      bytes.compare(bytes, attributes.startOf(a), attributes.endOf(a), attributes.startOf(b), attributes.endOf(b)) === 0
    );
  }

  /** What was kept becomes an attribute of another name. */
  private addAs(words: BodyWords, kept: ContestedName, name: string): boolean {
    const place = PLACE[kept];
    return !this.attributes.has(place) || this.sets.add(words, this.attributes.attributeOf(place), name) !== undefined;
  }

  /** What was kept becomes the value of a column. */
  private putKept(words: BodyWords, rows: RecordRows, kept: ContestedName, column: RepeatedColumn): boolean {
    const { attributes } = this;
    const place = PLACE[kept];
    return !attributes.has(place) || this.put(words, rows, column, attributes.startOf(place), attributes.endOf(place));
  }

  private put(words: BodyWords, rows: RecordRows, name: RepeatedColumn, start: number, end: number): boolean {
    const column = COLUMN[name];
    const id = start < end ? rows.values[column]!.idOf(words, start, end) : -1;
    rows.repeated[column * rows.capacity + rows.count] = id;
    return id >= 0;
  }

  /** The id a span is known by when it is sent again; see `takeSpan`. */
  private idOf({ bytes }: BodyWords): string | undefined {
    const { message, idText } = this;
    if (message.traceId < 0 || message.spanId < 0) {
      return undefined;
    }
    writeHex(idText, 0, bytes, message.traceId, 16);
    writeHex(idText, 33, bytes, message.spanId, 8);
    const id = idText.toString('latin1');
    return message.kind === CLIENT ? `${id}:client` : id;
  }
}

function writeHex(to: Buffer, at: number, from: Buffer, start: number, length: number): void {
  let place = at;
  for (let index = start; index < start + length; index++) {
    const byte = from[index]!;
    to[place++] = DIGITS[byte >>> 4]!;
    to[place++] = DIGITS[byte & 15]!;
  }
}
