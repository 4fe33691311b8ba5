import { CLIENT, SERVER } from './span';
import type { BodyWords } from '../../record-lines/body-words';

const ERROR = 2;
/** Bytes of the ids of traces and spans. */
const [TRACE_BYTES, SPAN_BYTES] = [16, 8];
const EXCEPTION = Buffer.from('exception');
/** `ot=`, in a `tracestate`. */
const SAMPLED = Buffer.from('ot=');

/** Reads what a Span says outside its attributes, as long as it is what SDKs write; where the ids stand is given as places. */
export class SpanMessage {
  kind = 0;
  /** Where they begin; -1 where there is none. */
  traceId = -1;
  spanId = -1;
  /** Times in whole microseconds, and the nanoseconds beyond; NaN where there is none. */
  startMicros = NaN;
  startRest = 0;
  endMicros = NaN;
  endRest = 0;
  isError = false;
  private micros = NaN;
  private rest = 0;
  /** Just behind the length that `stop` read. */
  private at = 0;

  /** Whether the span is of a kind that may be a request. */
  get isCall(): boolean {
    return this.kind === SERVER || this.kind === CLIENT;
  }

  /**
   * Reads the span in `[start, end)`, and hands on each attribute. False when it is nothing for the short way: damaged, or
   * with what is rare.
   */
  read(words: BodyWords, start: number, end: number, attribute: (start: number, end: number) => boolean): boolean {
    this.reset();
    const { bytes } = words;
    let kinds = 0;
    let at = start;
    while (at < end) {
      const tag = bytes[at++]!;
      if (tag === 0x39 || tag === 0x41) {
        if (at + 8 > end) {
          return false;
        }
        this.nanos(words, at);
        if (tag === 0x39) {
          this.startMicros = this.micros;
          this.startRest = this.rest;
        } else {
          this.endMicros = this.micros;
          this.endRest = this.rest;
        }
        at += 8;
      } else if ((tag & 7) === 0 && tag < 0x80) {
        // Kind, and how much the SDK left out; only numbers of one byte.
        const value = bytes[at++]!;
        if (at > end || value > 0x7f || (tag !== 0x30 && tag !== 0x50 && tag !== 0x60 && tag !== 0x70)) {
          return false;
        }
        if (tag === 0x30) {
          this.kind = value;
          if (++kinds > 1) {
            return false;
          }
        }
      } else if ((tag & 7) === 2 && tag < 0x80) {
        const stop = this.stop(bytes, at, end);
        if (stop < 0) {
          return false;
        }
        if (tag === 0x4a) {
          if ((kinds === 0 || this.isCall) && !attribute(this.at, stop)) {
            return false;
          }
        } else if (!this.readPart(words, tag, this.at, stop)) {
          return false;
        }
        at = stop;
      } else if (tag === 0x85 && bytes[at] === 0x01 && at + 5 <= end) {
        // Flags.
        at += 5;
      } else {
        return false;
      }
    }
    return true;
  }

  private reset(): void {
    this.kind = 0;
    this.traceId = -1;
    this.spanId = -1;
    this.startMicros = NaN;
    this.endMicros = NaN;
    this.isError = false;
  }

  private readPart(words: BodyWords, tag: number, start: number, stop: number): boolean {
    const { bytes } = words;
    switch (tag) {
      case 0x0a:
        this.traceId = start;
        return stop - start === TRACE_BYTES && words.at(start) !== 0;
      case 0x12:
        this.spanId = start;
        return stop - start === SPAN_BYTES && words.at(start) !== 0;
      case 0x1a: {
        // What says how the trace was sampled gives the row a weight.
        const state = bytes.subarray(start, stop);
        return !state.includes(SAMPLED);
      }
      case 0x22: // the parent
      case 0x2a: // the name
      case 0x6a: // links
        return true;
      case 0x5a:
        return this.readEvent(bytes, start, stop);
      case 0x7a:
        return this.readStatus(bytes, start, stop);
      default:
        return false;
    }
  }

  /** An event; exceptions are left to the long way. */
  private readEvent(bytes: Buffer, start: number, end: number): boolean {
    let at = start;
    while (at < end) {
      const tag = bytes[at++]!;
      if (tag === 0x09) {
        at += 8;
      } else if (tag === 0x20) {
        if (bytes[at++]! > 0x7f) {
          return false;
        }
      } else if (tag === 0x12 || tag === 0x1a) {
        const stop = this.stop(bytes, at, end);
        if (stop < 0 || (tag === 0x12 && EXCEPTION.compare(bytes, this.at, stop) === 0)) {
          return false;
        }
        at = stop;
      } else {
        return false;
      }
    }
    return at === end;
  }

  /** A status; one with a message, which is that of the error, is left to the long way. */
  private readStatus(bytes: Buffer, start: number, end: number): boolean {
    let at = start;
    while (at < end) {
      const tag = bytes[at++]!;
      const value = bytes[at++]!;
      if (at > end || value > 0x7f || (tag !== 0x18 && (tag !== 0x12 || value > 0))) {
        return false;
      }
      if (tag === 0x18) {
        this.isError = value === ERROR;
      }
    }
    return true;
  }

  /** Where what has its length at `at` ends, with `at` just behind the length; -1 when it has more than 16 kB, or than there is. */
  private stop(bytes: Buffer, at: number, end: number): number {
    let length = bytes[at]!;
    let behind = at + 1;
    if (length > 0x7f) {
      const more = bytes[behind++]!;
      if (more > 0x7f) {
        return -1;
      }
      length = (length & 0x7f) | (more << 7);
    }
    this.at = behind;
    return at < end && behind + length <= end ? behind + length : -1;
  }

  private nanos(words: BodyWords, at: number): void {
    const low = words.at(at) >>> 0;
    const high = words.at(at + 4) >>> 0;
    const rest = high * 296 + low;
    const micros = Math.floor(rest / 1000);
    this.micros = low === 0 && high === 0 ? NaN : high * 4_294_967 + micros;
    this.rest = rest - micros * 1000;
  }
}
