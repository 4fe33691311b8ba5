import type { AttributePlace, AttributeSets } from './attribute-sets';
import { PLACE } from './contested';
import type { Measure } from './measured';
import { SpanCells, type Age, type SpanCell } from './span-cells';
import type { BodyWords } from '../../record-lines/body-words';
import { NUMBERS, REPEATED, VERBATIM } from '../../record-lines/columns';
import type { RecordRows } from '../../record-lines/record-rows';

const PLACES = Object.keys(PLACE).length;
/** Those that are numbers as often as text. */
const PORTS = new Set([PLACE.peerPort, PLACE.hostPort, PLACE.serverPort]);
const PATH = REPEATED.indexOf('path');
const STATUS = NUMBERS.indexOf('status');
const REQUEST_ID = VERBATIM.indexOf('request_id');
const AGES: Record<Age, number> = { older: 1, newer: 2 };
/** Types of an AnyValue, by number and wire type as they stand there. */
const [TEXT, BOOLEAN, INTEGER, DOUBLE] = [0x0a, 0x10, 0x18, 0x21];
/** Digits that a double holds exactly. */
const MOST_DIGITS = 15;

/**
 * Reads the attributes of a span into the row that is begun. What several of them may say is kept by the places where they
 * stand, until all are known; see `Contested`.
 */
export class SpanAttributes {
  /** What the attributes of the span count. */
  readonly counted: Measure = { attributes: 0, characters: 0 };
  /** Whether the span is that of a system with calls of its own. */
  hasSystem = false;
  /** Whether the newer name of a column came twice: the long way knows which counts. */
  isAmbiguous = false;
  /** Where the query string begins and ends; both 0 without one. */
  queryStart = 0;
  queryEnd = 0;
  /** By `PLACE`: whether something was said, and where its text stands. */
  private readonly given = new Uint8Array(PLACES);
  private readonly ranks = new Uint8Array(PLACES);
  private readonly starts = new Int32Array(PLACES);
  private readonly ends = new Int32Array(PLACES);
  private readonly attributes: AttributePlace[] = Array.from({ length: PLACES }, () => newPlace());
  private readonly textAges = new Uint8Array(REPEATED.length);
  private readonly numberAges = new Uint8Array(NUMBERS.length);
  private readonly cells = new SpanCells();
  private readonly place = newPlace();
  /** The text that was read last, or the number. */
  private textStart = 0;
  private textEnd = 0;
  private number = 0;

  constructor(private readonly sets: AttributeSets) {}

  /** Begins with those of another span. */
  begin(): void {
    this.counted.attributes = 0;
    this.counted.characters = 0;
    this.hasSystem = false;
    this.isAmbiguous = false;
    this.queryEnd = 0;
    this.given.fill(0);
    this.textAges.fill(0);
    this.numberAges.fill(0);
    this.sets.begin();
  }

  has(place: number): boolean {
    return this.given[place] === 1;
  }

  startOf(place: number): number {
    return this.starts[place]!;
  }

  endOf(place: number): number {
    return this.ends[place]!;
  }

  /** All of the attribute that was kept. */
  attributeOf(place: number): AttributePlace {
    return this.attributes[place]!;
  }

  /** Reads the KeyValue in `[start, end)`. False when the span must go the long way. */
  read(words: BodyWords, start: number, end: number, rows: RecordRows): boolean {
    const { bytes } = words;
    const keyLength = bytes[start + 1]!;
    const keyStart = start + 2;
    const keyEnd = keyStart + keyLength;
    const hasShortKey = bytes[start] === TEXT && keyLength > 0 && keyLength < 0x80;
    if (!hasShortKey || keyEnd + 2 > end || bytes[keyEnd] !== 0x12) {
      return false;
    }
    const valueStart = behindLength(bytes, keyEnd + 1, end);
    if (valueStart < 0 || valueStart === end) {
      return false;
    }
    const { place } = this;
    place.start = start;
    place.end = end;
    place.keyStart = keyStart;
    place.keyEnd = keyEnd;
    place.valueStart = valueStart;
    const cell = this.cells.read(words, keyStart, keyEnd, this.counted.attributes);
    if (cell.kind === 'attribute') {
      return this.readAttribute(words, place, cell.system);
    }
    const type = bytes[valueStart]!;
    this.counted.attributes++;
    if (type === TEXT) {
      this.textStart = behindLength(bytes, valueStart + 1, end);
      this.textEnd = end;
      this.counted.characters += end - this.textStart;
      return this.textStart >= 0 && this.putText(words, cell, rows);
    }
    if (type === INTEGER) {
      return this.readInteger(bytes, valueStart + 1, end) && this.putInteger(cell, rows);
    }
    const size = type === BOOLEAN ? 2 : type === DOUBLE ? 9 : 0;
    return cell.kind === 'left out' && end - valueStart === size && (size !== 2 || bytes[valueStart + 1]! < 0x80);
  }

  private readAttribute(words: BodyWords, place: AttributePlace, system: boolean): boolean {
    const entry = this.sets.add(words, place);
    if (entry === undefined) {
      return false;
    }
    this.counted.attributes += entry.attributes;
    this.counted.characters += entry.characters;
    this.hasSystem ||= system;
    return true;
  }

  private putText(words: BodyWords, cell: SpanCell, rows: RecordRows): boolean {
    const { textStart: start, textEnd: end } = this;
    if (cell.kind === 'left out') {
      return true;
    }
    if (start === end) {
      return false;
    }
    switch (cell.kind) {
      case 'text':
        return !this.isNews(this.textAges, cell) || this.putId(words, cell.column, rows);
      case 'path':
        return this.isNews(this.textAges, { column: PATH, age: 'newer' }) && this.putId(words, PATH, rows);
      case 'number':
        return this.readDigits(words.bytes, cell.column === STATUS) && this.putNumber(cell, rows);
      case 'query':
        return this.putQuery(words.bytes);
      case 'request id':
        return this.putRequestId(words.bytes, rows);
      case 'contested':
        this.keep(cell, this.place);
        return true;
      default:
        return false;
    }
  }

  private putInteger(cell: SpanCell, rows: RecordRows): boolean {
    switch (cell.kind) {
      case 'left out':
        return true;
      case 'number':
        return this.putNumber(cell, rows);
      case 'contested':
        this.keep(cell, this.place);
        return PORTS.has(cell.place);
      default:
        return false;
    }
  }

  /** Whether a value is to be put into a column. Of names of one age the first counts, or the long way has to tell. */
  private isNews(ages: Uint8Array, { column, age }: { column: number; age: Age }): boolean {
    const rank = AGES[age];
    const before = ages[column]!;
    if (rank > before) {
      ages[column] = rank;
      return true;
    }
    this.isAmbiguous ||= rank === AGES.newer;
    return false;
  }

  private putId(words: BodyWords, column: number, rows: RecordRows): boolean {
    const id = rows.values[column]!.idOf(words, this.textStart, this.textEnd);
    rows.repeated[column * rows.capacity + rows.count] = id;
    return id >= 0;
  }

  private putNumber({ column, age }: { column: number; age: Age }, rows: RecordRows): boolean {
    const { number } = this;
    if (column === STATUS && (number < 100 || number > 999)) {
      return false;
    }
    if (this.isNews(this.numberAges, { column, age })) {
      rows.numbers[column * rows.capacity + rows.count] = number;
    }
    return true;
  }

  private putQuery(bytes: Buffer): boolean {
    const { textStart: start, textEnd: end } = this;
    // `?` at the beginning is left out, and `-` is nothing.
    if (this.queryEnd !== 0 || bytes[start] === 63 || (end - start === 1 && bytes[start] === 45)) {
      return false;
    }
    this.queryStart = start;
    this.queryEnd = end;
    return true;
  }

  private putRequestId(bytes: Buffer, rows: RecordRows): boolean {
    const { textStart: start, textEnd: end } = this;
    const cell = REQUEST_ID * rows.capacity + rows.count;
    if (rows.ends[cell] !== 0 || end - start < 2) {
      return false;
    }
    for (let at = start; at < end; at++) {
      if (bytes[at]! < 32 || bytes[at]! > 126) {
        return false;
      }
    }
    rows.starts[cell] = start;
    rows.ends[cell] = end;
    return true;
  }

  /** Keeps what is contested. Of several for the same the one with the lowest rank counts, of equal ones the first. */
  private keep({ place, rank }: { place: number; rank: number }, from: AttributePlace): void {
    if (this.given[place] === 0 || rank < this.ranks[place]!) {
      this.given[place] = 1;
      this.ranks[place] = rank;
      this.starts[place] = this.textStart;
      this.ends[place] = this.textEnd;
      const to = this.attributes[place]!;
      to.start = from.start;
      to.end = from.end;
      to.keyStart = from.keyStart;
      to.keyEnd = from.keyEnd;
      to.valueStart = from.valueStart;
    }
  }

  /** A whole number from 0 on of at most seven bytes, up to `end`. */
  private readInteger(bytes: Buffer, start: number, end: number): boolean {
    let value = 0;
    let factor = 1;
    for (let at = start; at < end && at < start + 7; at++) {
      const byte = bytes[at]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        this.number = value;
        return at + 1 === end;
      }
      factor *= 128;
    }
    return false;
  }

  /** A number as text. A status has three digits. */
  private readDigits(bytes: Buffer, isStatus: boolean): boolean {
    const { textStart: start, textEnd: end } = this;
    let value = 0;
    for (let at = start; at < end; at++) {
      const digit = bytes[at]! - 48;
      if (!(digit >= 0 && digit <= 9)) {
        return false;
      }
      value = value * 10 + digit;
    }
    this.number = value;
    return isStatus ? end - start === 3 : end - start <= MOST_DIGITS;
  }
}

/** Just behind a length that goes up to `end`; -1 when it goes elsewhere, or takes more than two bytes. */
function behindLength(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at]!;
  if (first < 0x80) {
    return at + 1 + first === end ? at + 1 : -1;
  }
  const second = bytes[at + 1]!;
  return second < 0x80 && at + 2 + ((first & 0x7f) | (second << 7)) === end ? at + 2 : -1;
}

function newPlace(): AttributePlace {
  return { start: 0, end: 0, keyStart: 0, keyEnd: 0, valueStart: 0 };
}
