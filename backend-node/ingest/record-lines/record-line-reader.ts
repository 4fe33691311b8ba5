import { BLOCK_BYTES } from '../import/text-blocks';
import { isoTimeReader, isSaneTime } from '../normalise/time';
import { durationOf } from '../normalise/values';
import { commonLength, HASH_START, hashWord, lowBytes, lowestByte, type BodyWords } from './body-words';
import { cellsByKey, NUMBERS, REPEATED, type Cell } from './columns';
import { PairsBefore } from './pairs-before';
import type { RecordRows } from './record-rows';

const QUOTE = 34;
const COMMA = 44;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const OPEN = 123;
const CLOSE = 125;
const LINE_END = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
/** Digits that a double holds exactly, as a number and as the power of ten it is divided by. */
const MOST_DIGITS = 15;
const POWERS = Array.from({ length: MOST_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

const [TIME, STATUS] = [NUMBERS.indexOf('time'), NUMBERS.indexOf('status')];
const PATH = REPEATED.indexOf('path');

/** Says of a word, with the highest bit of each byte, which are not within a text: `"`, `\`, below a space, not ASCII. */
function stopsOf(word: number): number {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  // “Determine if a word has a zero byte”, and a byte less than n (S. E. Anderson, Bit Twiddling Hacks); exact up to the first.
  const found =
    ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash) | ((word - 0x20202020) & ~word) | word;
  return found & 0x80808080;
}

/** What is done with a value. */
const enum Kind {
  Repeated,
  Verbatim,
  Time,
  Duration,
  Status,
  Bytes,
}
const KINDS: Record<Cell['kind'], Kind> = {
  repeated: Kind.Repeated,
  verbatim: Kind.Verbatim,
  time: Kind.Time,
  duration: Kind.Duration,
  status: Kind.Status,
  bytes: Kind.Bytes,
};
const CELLS: ReadonlyArray<[name: string, cell: Cell]> = [...cellsByKey()];

/**
 * Reads JSON lines in the record’s own names, as services write them for Apitrail: one flat object of known columns, in
 * ASCII without escapes. What it reads it reads exactly as the format `json` does, at a tenth of the cost; it says of every
 * other line that it is not for it.
 */
export class RecordLineReader {
  /** Just behind the line that was read last. */
  end = 0;
  private at = 0;
  private hash = 0;
  private made = 0;
  private rows: RecordRows | undefined;
  private readonly before = new PairsBefore(CELLS.map(([name]) => name));
  /** By key. */
  private readonly kinds: readonly Kind[] = CELLS.map(([, { kind }]) => KINDS[kind]);
  private readonly columns: readonly number[] = CELLS.map(([, { index }]) => index);
  private readonly readTime = isoTimeReader();
  /** `2026-11-02T10:00`, in words, and what it is in microseconds. */
  private readonly minute = new Int32Array(4);
  private minuteUs = NaN;

  /**
   * Reads the line that begins at `start`, up to its line end, into the next row. False when it is not such a line; then
   * the row is as empty as before. The body must end with a line end, and be that of the rows. `nowUs` is when it came in,
   * microseconds since the epoch. Afterwards `end` is just behind the line.
   */
  read(body: BodyWords, start: number, rows: RecordRows, nowUs: number): boolean {
    if (this.rows !== rows) {
      this.rows = rows;
      this.before.forget();
    }
    if (this.readObject(body, start, rows) && this.end - start <= BLOCK_BYTES && this.isWhole(rows, nowUs)) {
      rows.count++;
      return true;
    }
    rows.clearRow();
    return false;
  }

  private isWhole({ count, capacity, numbers, repeated }: RecordRows, nowUs: number): boolean {
    const status = numbers[STATUS * capacity + count]!;
    const named = status === status || repeated[PATH * capacity + count] !== -1;
    return named && isSaneTime(numbers[TIME * capacity + count]!, nowUs);
  }

  private readObject(body: BodyWords, start: number, rows: RecordRows): boolean {
    const { bytes } = body;
    if (bytes[start] !== OPEN) {
      return false;
    }
    let at = start + 1;
    let key = this.before.first;
    for (;;) {
      if (bytes[at] === SPACE) {
        at++;
      }
      key = this.readPair(body, at, key, rows);
      if (key < 0) {
        return false;
      }
      at = this.at;
      const next = bytes[at++];
      if (next === CLOSE) {
        const end = bytes[at] === CARRIAGE_RETURN ? at + 1 : at;
        this.end = end + 1;
        return bytes[end] === LINE_END;
      }
      if (next !== COMMA) {
        return false;
      }
    }
  }

  /** Reads the pair that begins at `start`, behind that of another key. Gives its key, or -1 when it is not for the short way. */
  private readPair(body: BodyWords, start: number, keyBefore: number, rows: RecordRows): number {
    const { before } = this;
    let key = before.behind(keyBefore);
    // A key that is often missing does not change what comes behind the one before it.
    for (let tries = 0; tries < 2 && key >= 0; tries++) {
      const pair = before.starts[key]!;
      if (pair >= 0) {
        const length = before.lengths[key]!;
        const same = commonLength(body, pair, start, length);
        if (same === length && this.repeatPair(body, start, key, rows)) {
          return key;
        }
        const value = before.values[key]!;
        if (same >= value) {
          this.at = start + value;
          return this.readValue(body, start, key, rows) ? key : -1;
        }
      }
      key = before.behind(key);
    }
    key = this.readKey(body, start, keyBefore);
    return key >= 0 && this.readValue(body, start, key, rows) ? key : -1;
  }

  /** A pair that is, byte for byte, what it was in a row before: true when nothing more of it is behind it. */
  private repeatPair(body: BodyWords, start: number, key: number, rows: RecordRows): boolean {
    const end = start + this.before.lengths[key]!;
    const next = body.bytes[end];
    const kind = this.kinds[key]!;
    if ((next !== COMMA && next !== CLOSE) || kind === Kind.Verbatim) {
      return false;
    }
    const cell = this.columns[key]! * rows.capacity + rows.count;
    if (kind === Kind.Repeated) {
      if (rows.repeated[cell] !== -1) {
        return false;
      }
      rows.repeated[cell] = this.before.made[key]!;
    } else {
      if (!Number.isNaN(rows.numbers[cell]!)) {
        return false;
      }
      rows.numbers[cell] = this.before.made[key]!;
    }
    this.at = end;
    return true;
  }

  /** The id of a key that begins with the quote at `start`; goes to its value. -1 when it is none that is known. */
  private readKey(body: BodyWords, start: number, keyBefore: number): number {
    const { bytes } = body;
    const end = bytes[start] === QUOTE ? this.hashTo(body, start + 1) : -1;
    if (end < 0 || bytes[end + 1] !== COLON) {
      return -1;
    }
    const key = this.before.idOf(body, start + 1, end, this.hash, keyBefore);
    this.at = end + 2;
    return key;
  }

  /** Reads the value of the pair that begins at `start`, up to what is behind it. */
  private readValue(body: BodyWords, start: number, key: number, rows: RecordRows): boolean {
    if (body.bytes[this.at] === SPACE) {
      this.at++;
    }
    const value = this.at;
    const column = this.columns[key]!;
    const kind = this.kinds[key]!;
    const cell = column * rows.capacity + rows.count;
    let taken: boolean;
    if (kind === Kind.Repeated) {
      taken = this.readRepeated(body, column, cell, rows);
    } else if (kind === Kind.Verbatim) {
      taken = this.readVerbatim(body, cell, rows);
    } else if (kind === Kind.Time) {
      taken = this.readTimeInto(body, cell, rows);
    } else {
      taken = this.readNumber(body, kind, cell, rows);
    }
    if (taken) {
      this.before.note(key, start, value, this.at, this.made);
    }
    return taken;
  }

  /** Where the text that begins at `start` ends, with its hash in `hash`; -1 when it is not plain. */
  private hashTo(body: BodyWords, start: number): number {
    let hash = HASH_START;
    for (let at = start; ; at += 4) {
      const word = body.at(at);
      const stops = stopsOf(word);
      if (stops !== 0) {
        const rest = lowestByte(stops);
        this.hash = rest > 0 ? hashWord(hash, lowBytes(word, rest)) : hash;
        return body.bytes[at + rest] === QUOTE ? at + rest : -1;
      }
      hash = hashWord(hash, word);
    }
  }

  /** Where the text that begins at `start` ends; -1 when it is not plain. */
  private endOf(body: BodyWords, start: number): number {
    for (let at = start; ; at += 4) {
      const stops = stopsOf(body.at(at));
      if (stops !== 0) {
        const end = at + lowestByte(stops);
        return body.bytes[end] === QUOTE ? end : -1;
      }
    }
  }

  private readRepeated(body: BodyWords, column: number, cell: number, rows: RecordRows): boolean {
    const start = this.at + 1;
    const end = body.bytes[start - 1] === QUOTE ? this.hashTo(body, start) : -1;
    if (end < 0 || rows.repeated[cell] !== -1) {
      return false;
    }
    const id = rows.values[column]!.idOf(body, start, end, this.hash);
    rows.repeated[cell] = id;
    this.made = id;
    this.at = end + 1;
    return id >= 0;
  }

  private readVerbatim(body: BodyWords, cell: number, rows: RecordRows): boolean {
    const start = this.at + 1;
    const end = body.bytes[start - 1] === QUOTE ? this.endOf(body, start) : -1;
    // One letter may be `-`, which stands for nothing.
    if (end < start + 2 || rows.ends[cell] !== 0) {
      return false;
    }
    rows.starts[cell] = start;
    rows.ends[cell] = end;
    this.at = end + 1;
    return true;
  }

  /** A whole number or one with decimals, without sign and exponent, short enough to be exact. */
  private readNumber({ bytes }: BodyWords, kind: Kind, cell: number, rows: RecordRows): boolean {
    const start = this.at;
    let at = start;
    let value = 0;
    let decimals = -1;
    for (let byte = bytes[at]!; ; byte = bytes[++at]!) {
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
    const leadingZero = bytes[start] === ZERO && digits > 1 && bytes[start + 1] !== DOT;
    if (digits === 0 || digits > MOST_DIGITS || decimals === 0 || bytes[start] === DOT || leadingZero) {
      return false;
    }
    this.at = at;
    const number = decimals > 0 ? value / POWERS[decimals]! : value;
    const kept = kind === Kind.Duration ? (durationOf(number, 'ms') ?? NaN) : number;
    const fits =
      kind === Kind.Status ? decimals < 0 && value >= 100 && value <= 999 : kind === Kind.Duration || decimals < 0;
    if (!fits || Number.isNaN(kept) || !Number.isNaN(rows.numbers[cell]!)) {
      return false;
    }
    rows.numbers[cell] = kept;
    this.made = kept;
    return true;
  }

  /** `"2026-11-02T10:00:00.123Z"`, with up to nine digits of the second. Minutes are read once, by the long way’s reader. */
  private readTimeInto(body: BodyWords, cell: number, rows: RecordRows): boolean {
    const { bytes } = body;
    let { at } = this;
    if (bytes[at++] !== QUOTE) {
      return false;
    }
    this.readMinute(body, at);
    const tens = bytes[at + 17]! - ZERO;
    const ones = bytes[at + 18]! - ZERO;
    if (bytes[at + 16] !== COLON || !(tens >= 0 && tens <= 5 && ones >= 0 && ones <= 9)) {
      return false;
    }
    let micros = (tens * 10 + ones) * 1_000_000;
    at += 19;
    if (bytes[at] === DOT) {
      let scale = 100_000;
      const first = ++at;
      for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at]! - ZERO) {
        micros += digit * scale;
        scale = scale > 1 ? scale / 10 : 0;
      }
      if (at === first || at - first > 9) {
        return false;
      }
    }
    if (bytes[at] !== 90 || bytes[at + 1] !== QUOTE || !Number.isNaN(rows.numbers[cell]!)) {
      return false;
    }
    this.made = this.minuteUs + micros;
    rows.numbers[cell] = this.made;
    this.at = at + 2;
    return !Number.isNaN(this.minuteUs);
  }

  private readMinute(body: BodyWords, at: number): void {
    const { minute } = this;
    const first = body.at(at);
    const second = body.at(at + 4);
    const third = body.at(at + 8);
    const fourth = body.at(at + 12);
    if (minute[3] === fourth && minute[2] === third && minute[1] === second && minute[0] === first) {
      return;
    }
    const text = body.bytes.toString('latin1', at, at + 16);
    this.minuteUs = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) ? this.readTime(`${text}:00Z`) : NaN;
    minute[0] = first;
    minute[1] = second;
    minute[2] = third;
    minute[3] = fourth;
  }
}
