import { isoTimeReader, isSaneTime } from '../normalise/time';
import { durationOf } from '../normalise/values';
import { cellsByKey, NUMBERS, REPEATED, VERBATIM, type Cell } from './columns';
import { InternTable } from './intern-table';
import type { RecordRows } from './record-rows';

const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;
const QUOTE = 34;
const COMMA = 44;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const LINE_END = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
/** Digits that a double holds exactly, as a number and as the power of ten it is divided by. */
const MOST_DIGITS = 15;
const POWERS = Array.from({ length: MOST_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

const [PATH] = [VERBATIM.indexOf('path')];
const [TIME, STATUS] = [NUMBERS.indexOf('time'), NUMBERS.indexOf('status')];
const [CUSTOMER, SESSION, CLIENT_IP] = [
  REPEATED.indexOf('customer'),
  REPEATED.indexOf('session'),
  REPEATED.indexOf('client_ip'),
];

/**
 * Reads JSON lines in the record’s own names, as services write them for Apitrail: one flat object of known columns, in
 * printable ASCII without escapes. What it reads it reads exactly as the format `json` does, at a fifth of the cost; it
 * says of every other line that it is not for it.
 */
export class RecordLineReader {
  /** Just behind the line that was read last. */
  end = 0;
  private at = 0;
  private readonly keys = new InternTable();
  private readonly cells: Array<Cell | undefined> = [];
  private readonly byKey = cellsByKey();
  private readonly readTime = isoTimeReader();
  private readonly minute = Buffer.alloc(16);
  private minuteUs = NaN;

  /** `deriveSessions`: rows that would get a session of their own making are left to the long way. */
  constructor(private readonly deriveSessions: boolean) {}

  /**
   * Reads the line that begins at `start`, up to its line end, into the next row. False when it is not such a line; then
   * the row is as empty as before. The body must end with a line end. `nowUs` is when it came in, microseconds since the
   * epoch. Afterwards `end` is just behind the line.
   */
  read(body: Buffer, start: number, rows: RecordRows, nowUs: number): boolean {
    if (this.readObject(body, start, rows) && this.isWhole(rows, nowUs)) {
      rows.count++;
      return true;
    }
    rows.clearRow();
    return false;
  }

  private isWhole({ count, numbers, repeated, verbatim }: RecordRows, nowUs: number): boolean {
    const n = count * NUMBERS.length;
    const r = count * REPEATED.length;
    const named = !Number.isNaN(numbers[n + STATUS]!) || verbatim[(count * VERBATIM.length + PATH) * 2 + 1] !== 0;
    const hasSession =
      !this.deriveSessions ||
      repeated[r + SESSION] !== -1 ||
      repeated[r + CUSTOMER] !== -1 ||
      repeated[r + CLIENT_IP] === -1;
    return named && hasSession && isSaneTime(numbers[n + TIME]!, nowUs);
  }

  private readObject(body: Buffer, start: number, rows: RecordRows): boolean {
    if (body[start] !== OPEN) {
      return false;
    }
    let at = start + 1;
    for (;;) {
      if (body[at] === SPACE) {
        at++;
      }
      if (body[at++] !== QUOTE) {
        return false;
      }
      let hash = FNV_OFFSET;
      const keyStart = at;
      for (let byte = body[at]!; byte !== QUOTE; byte = body[++at]!) {
        if (byte < SPACE || byte > 126 || byte === BACKSLASH) {
          return false;
        }
        hash = Math.imul(hash ^ byte, FNV_PRIME);
      }
      const cell = this.cellOf(body, keyStart, at, hash);
      if (cell === undefined || body[++at] !== COLON) {
        return false;
      }
      if (body[++at] === SPACE) {
        at++;
      }
      this.at = at;
      if (!this.readValue(body, cell, rows)) {
        return false;
      }
      at = this.at;
      const next = body[at++];
      if (next === CLOSE) {
        const end = body[at] === CARRIAGE_RETURN ? at + 1 : at;
        this.end = end + 1;
        return body[end] === LINE_END;
      }
      if (next !== COMMA) {
        return false;
      }
    }
  }

  private cellOf(body: Buffer, start: number, end: number, hash: number): Cell | undefined {
    const before = this.keys.count;
    if (before > 1024) {
      return undefined;
    }
    const id = this.keys.idOf(body, start, end, hash);
    if (id === before) {
      this.cells.push(this.byKey.get(body.toString('latin1', start, end)));
    }
    return this.cells[id];
  }

  private readValue(body: Buffer, cell: Cell, rows: RecordRows): boolean {
    switch (cell.kind) {
      case 'repeated':
        return this.readRepeated(body, cell.index, rows);
      case 'verbatim':
        return this.readVerbatim(body, cell.index, rows);
      case 'time':
        return this.readTimeInto(body, rows);
      default:
        return this.readNumber(body, cell, rows);
    }
  }

  private readRepeated(body: Buffer, index: number, rows: RecordRows): boolean {
    let { at } = this;
    if (body[at++] !== QUOTE) {
      return false;
    }
    const start = at;
    let hash = FNV_OFFSET;
    for (let byte = body[at]!; byte !== QUOTE; byte = body[++at]!) {
      if (byte < SPACE || byte > 126 || byte === BACKSLASH) {
        return false;
      }
      hash = Math.imul(hash ^ byte, FNV_PRIME);
    }
    this.at = at + 1;
    const cell = rows.count * REPEATED.length + index;
    if (rows.repeated[cell] !== -1) {
      return false;
    }
    const id = rows.values[index]!.idOf(body, start, at, hash);
    rows.repeated[cell] = id;
    return id >= 0;
  }

  private readVerbatim(body: Buffer, index: number, rows: RecordRows): boolean {
    let { at } = this;
    if (body[at++] !== QUOTE) {
      return false;
    }
    const start = at;
    for (let byte = body[at]!; byte !== QUOTE; byte = body[++at]!) {
      if (byte < SPACE || byte > 126 || byte === BACKSLASH) {
        return false;
      }
      // `?` and `#`: a target that is more than a path.
      if (index === PATH && (byte === 63 || byte === 35)) {
        return false;
      }
    }
    this.at = at + 1;
    const cell = (rows.count * VERBATIM.length + index) * 2;
    if (
      rows.verbatim[cell + 1] !== 0 ||
      at - start < (index === PATH ? 1 : 2) ||
      (index === PATH && body[start] !== 47)
    ) {
      return false;
    }
    rows.verbatim[cell] = start;
    rows.verbatim[cell + 1] = at;
    return true;
  }

  /** A whole number or one with decimals, without sign and exponent, short enough to be exact. */
  private readNumber(body: Buffer, cell: Cell, rows: RecordRows): boolean {
    let { at } = this;
    const start = at;
    let value = 0;
    let decimals = -1;
    for (let byte = body[at]!; ; byte = body[++at]!) {
      if (byte >= ZERO && byte <= NINE) {
        value = value * 10 + (byte - ZERO);
        decimals += decimals < 0 ? 0 : 1;
      } else if (byte === DOT && decimals < 0) {
        decimals = 0;
      } else {
        break;
      }
    }
    const digits = at - start - (decimals < 0 ? 0 : 1);
    const leadingZero = body[start] === ZERO && digits > 1 && body[start + 1] !== DOT;
    if (digits === 0 || digits > MOST_DIGITS || decimals === 0 || body[start] === DOT || leadingZero) {
      return false;
    }
    this.at = at;
    const target = rows.count * NUMBERS.length + cell.index;
    const number = decimals > 0 ? value / POWERS[decimals]! : value;
    const kept = cell.kind === 'duration' ? (durationOf(number, 'ms') ?? NaN) : number;
    const fits =
      cell.kind === 'status' ? decimals < 0 && value >= 100 && value <= 999 : cell.kind === 'duration' || decimals < 0;
    if (!fits || Number.isNaN(kept) || !Number.isNaN(rows.numbers[target]!)) {
      return false;
    }
    rows.numbers[target] = kept;
    return true;
  }

  /** `"2026-11-02T10:00:00.123Z"`, with up to nine digits of the second. Minutes are read once, by the long way’s reader. */
  private readTimeInto(body: Buffer, rows: RecordRows): boolean {
    let { at } = this;
    if (body[at++] !== QUOTE) {
      return false;
    }
    const { minute } = this;
    let same = true;
    for (let index = 0; index < 16; index++) {
      same &&= minute[index] === body[at + index];
    }
    if (!same) {
      const text = body.toString('latin1', at, at + 16);
      this.minuteUs = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) ? this.readTime(`${text}:00Z`) : NaN;
      body.copy(minute, 0, at, at + 16);
    }
    const tens = body[at + 17]! - ZERO;
    const ones = body[at + 18]! - ZERO;
    if (body[at + 16] !== COLON || !(tens >= 0 && tens <= 5 && ones >= 0 && ones <= 9)) {
      return false;
    }
    let micros = (tens * 10 + ones) * 1_000_000;
    at += 19;
    if (body[at] === DOT) {
      let scale = 100_000;
      const first = ++at;
      for (let digit = body[at]! - ZERO; digit >= 0 && digit <= 9; digit = body[++at]! - ZERO) {
        micros += digit * scale;
        scale = scale > 1 ? scale / 10 : 0;
      }
      if (at === first || at - first > 9) {
        return false;
      }
    }
    const target = rows.count * NUMBERS.length + TIME;
    if (body[at] !== 90 || body[at + 1] !== QUOTE || !Number.isNaN(rows.numbers[target]!)) {
      return false;
    }
    rows.numbers[target] = this.minuteUs + micros;
    this.at = at + 2;
    return !Number.isNaN(this.minuteUs);
  }
}
