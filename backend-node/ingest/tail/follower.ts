import { createHash } from 'node:crypto';

import { HEAD_BYTES } from '../import/byte-source';
import { SourceTracker } from '../import/known-sources';
import { headSample } from '../import/sample';
import { BLOCK_BYTES, delimitedRecordEnd, lastLineEnd } from '../import/text-blocks';
import { detectFormat, formatNamed, type Mapping } from '../formats';
import { readerSource, type ContentReader } from './content-reader';
import type { TailSource } from './tail-state';

/** A piece of a log that is sent at once. */
export interface Extent {
  from: number;
  to: number;
  /** Its name: the same piece of the same log has the same one in every run. */
  key: string;
  format: string;
  /** What is sent: the content, behind the header where there is one. */
  body: Buffer;
  /** The content itself. */
  bytes: Buffer;
  /** The end of it is inside a line that is too long. */
  inLongLine: boolean;
  /** It is the rest of such a line, which is not sent. */
  skipped: boolean;
}

/** How a log’s lines are understood. */
export interface FormatChoice {
  /** `auto`, or what is sent to `/ingest/<format>`. */
  wanted: string;
  mapping: Mapping | undefined;
}

/** Most bytes of a piece; a piece has whole lines. */
export const EXTENT_BYTES = 2 * BLOCK_BYTES;
/** So much before a position must be as it was, else the file was written anew. */
const ANCHOR_BYTES = 1024;
/** Logs whose first bytes are alike, as far as both have so many, may be copies of each other. */
const OPENING_BYTES = 4096;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** The file is not what it was: it was cut off, or written anew in place. */
export class Truncated extends Error {}

/** One log that is read: from its position on, in pieces of whole lines. */
export class Follower {
  readonly tracker: SourceTracker;
  /** When its path began to hold something else, ms since the epoch. */
  rotatedAt: number | undefined;
  /** A piece of it is on its way. */
  busy = false;
  /** There may be something new. */
  due = true;
  /** When it was last its turn: the one that waited longest is next. */
  turn = 0;
  /** When there was last something new, ms since the epoch. */
  activeAt: number;
  /** Its first bytes, while nothing of it is acknowledged: a copy of it is not to be taken for another log. */
  opening: Buffer | undefined;
  /** Bytes that are there and not acknowledged, as far as it is known. */
  lag = 0;
  private anchor = Buffer.alloc(0);

  private constructor(
    readonly source: TailSource,
    readonly reader: ContentReader,
    /** A compressed copy, which does not grow. */
    readonly whole: boolean,
    private readonly choice: FormatChoice,
    now: number
  ) {
    this.tracker = new SourceTracker(source);
    this.activeAt = now;
  }

  /**
   * Follows a source in some content from its position on; undefined when the content up to there is not the source’s.
   */
  static async resume(
    source: TailSource,
    reader: ContentReader,
    options: { whole: boolean; choice: FormatChoice; now: number }
  ): Promise<Follower | undefined> {
    const follower = new Follower(source, reader, options.whole, options.choice, options.now);
    const { position, digest, begins } = source;
    if (begins && digestOf(await reader.read(0, begins.bytes)) !== begins.digest) {
      return undefined;
    }
    for (let at = 0; at < position;) {
      const chunk = await reader.read(at, Math.min(BLOCK_BYTES, position - at));
      if (chunk.length === 0) {
        return undefined;
      }
      follower.tracker.skip(chunk);
      follower.remember(chunk);
      at += chunk.length;
    }
    if (position === 0) {
      follower.opening = Buffer.from(await reader.read(0, OPENING_BYTES));
    }
    return position === 0 || follower.tracker.digest === digest ? follower : undefined;
  }

  /** Whether some content may be the same as this log’s, of which nothing is acknowledged yet. */
  mayBe(content: Buffer): boolean {
    const length = Math.min(this.opening?.length ?? 0, content.length);
    return length > 0 && content.subarray(0, length).equals(this.opening!.subarray(0, length));
  }

  /** Passes over all whole lines that are there. */
  async passOver(): Promise<void> {
    this.opening = undefined;
    for (;;) {
      const bytes = await this.reader.read(this.source.position, BLOCK_BYTES);
      const end = bytes.length < BLOCK_BYTES ? lastLineEnd(bytes) : bytes.length;
      if (end === 0) {
        return;
      }
      await this.settleFormat(bytes);
      const passed = bytes.subarray(0, end);
      this.source.inLongLine = passed.at(-1) !== 10;
      this.tracker.consume(passed);
      this.remember(passed);
    }
  }

  /**
   * The next piece; undefined when there is no whole line. `final` takes a last line without a line end, too. Throws a
   * Truncated when the content is not what it was.
   */
  async next(final: boolean): Promise<Extent | undefined> {
    const { source, reader } = this;
    const { position } = source;
    const size = await reader.size();
    if (size !== undefined) {
      if (size < position) {
        throw new Truncated();
      }
      this.lag = size - position;
      if (size === position && !(await this.changed())) {
        return undefined;
      }
    }
    const from = position - this.anchor.length;
    const window = await reader.read(from, this.anchor.length + EXTENT_BYTES);
    if (!window.subarray(0, this.anchor.length).equals(this.anchor)) {
      throw new Truncated();
    }
    const bytes = window.subarray(this.anchor.length);
    this.lag = Math.max(this.lag, bytes.length);
    if (bytes.length === 0) {
      this.lag = 0;
      return undefined;
    }
    await this.settleFormat(bytes);
    return this.pendingExtent(bytes) ?? this.cut(bytes, this.endOf(bytes, final));
  }

  /** The beginning of a piece, up to a line end; undefined when it is a single line. */
  smaller(extent: Extent): Extent | undefined {
    const { bytes } = extent;
    const end = this.recordEnd()(bytes.subarray(0, bytes.length >> 1)) || bytes.indexOf(10) + 1;
    return end === 0 || end === bytes.length ? undefined : this.extent(bytes.subarray(0, end));
  }

  /** Notes a piece that is about to be sent. */
  announce({ from, to, key, bytes }: Extent): void {
    const { source } = this;
    source.pending = { to, key };
    if (from === 0) {
      const begin = bytes.subarray(0, HEAD_BYTES);
      source.begins = { bytes: begin.length, digest: digestOf(begin) };
    }
  }

  /** Takes an acknowledged piece for done. */
  acknowledge(extent: Extent, now: number): void {
    const { source } = this;
    this.tracker.consume(extent.bytes);
    this.remember(extent.bytes);
    delete source.pending;
    delete source.begins;
    this.opening = undefined;
    if (extent.inLongLine) {
      source.inLongLine = true;
    } else {
      delete source.inLongLine;
    }
    source.seen = now;
    this.activeAt = now;
    this.lag = Math.max(0, this.lag - extent.bytes.length);
  }

  /** The piece that may have been sent before: the same again. */
  private pendingExtent(bytes: Buffer): Extent | undefined {
    const { pending, position } = this.source;
    const length = pending === undefined ? 0 : pending.to - position;
    const extent = length <= bytes.length ? this.cut(bytes, length) : undefined;
    if (extent?.key === pending?.key) {
      return extent;
    }
    delete this.source.pending;
    return undefined;
  }

  private cut(bytes: Buffer, length: number): Extent | undefined {
    return length <= 0 ? undefined : this.extent(Buffer.from(bytes.subarray(0, length)));
  }

  private endOf(bytes: Buffer, final: boolean): number {
    if (this.source.inLongLine) {
      return bytes.indexOf(10) + 1 || bytes.length;
    }
    const end = this.recordEnd()(bytes);
    if (end > 0) {
      return end;
    }
    // Of a record whose quote is not closed, its first line alone, once nothing can close it any more.
    if (bytes.length >= BLOCK_BYTES) {
      return bytes.indexOf(10) + 1 || bytes.length;
    }
    return final ? bytes.length : 0;
  }

  private extent(bytes: Buffer): Extent {
    const { id, position, header, format, inLongLine } = this.source;
    const to = position + bytes.length;
    const skipped = inLongLine === true;
    const open = bytes.at(-1) !== 10 && (skipped || bytes.length >= BLOCK_BYTES);
    const body =
      header === undefined || position === 0 ? bytes : Buffer.concat([Buffer.from(`${header}\n`, 'utf8'), bytes]);
    // Where nothing fits so far it is sent all the same: what cannot be read is kept, and can be tried again as something else.
    const wanted = format ?? (this.choice.wanted === 'auto' ? 'json' : this.choice.wanted);
    const key = createHash('sha256')
      .update(JSON.stringify([id, position, to, wanted]))
      .update(bytes)
      .digest('base64url')
      .slice(0, 32);
    return { from: position, to, key: `tail-${key}`, format: wanted, body, bytes, inLongLine: open, skipped };
  }

  /** Finds out once what the lines are, by the first of them; where nothing fits, by the next piece. */
  private async settleFormat(bytes: Buffer): Promise<void> {
    const { source, choice } = this;
    if (source.format === undefined) {
      const sample = headSample(
        { ...(await readerSource(this.reader, source.path, HEAD_BYTES)), head: bytes.subarray(0, HEAD_BYTES) },
        true
      );
      if (sample.length === 0) {
        return;
      }
      const found = choice.wanted === 'auto' ? detectFormat(sample, choice.mapping)?.format.name : choice.wanted;
      if (found === undefined) {
        return;
      }
      source.format = found;
    }
    if (source.position === 0 && source.header === undefined && this.delimited()?.header) {
      const first = bytes.subarray(bytes.subarray(0, 3).equals(BOM) ? 3 : 0);
      const end = first.indexOf(10);
      if (end >= 0) {
        source.header = first.subarray(0, end).toString('utf8').replace(/\r+$/, '');
      }
    }
  }

  private delimited(): { delimiter: string; quote: string | null; header: boolean } | undefined {
    const { format, header } = this.source;
    if (format === undefined || !DELIMITED.has(format)) {
      return undefined;
    }
    const { mapping } = this.choice;
    const sample = header === undefined ? [] : [header];
    const framing = formatNamed(format).parser({ sample, ...(mapping ? { mapping } : {}) });
    return framing.kind === 'delimited' ? framing : undefined;
  }

  private recordEnd(): (bytes: Buffer) => number {
    const delimited = this.delimited();
    return delimited && delimited.quote !== null
      ? delimitedRecordEnd(delimited.delimiter, delimited.quote)
      : lastLineEnd;
  }

  private async changed(): Promise<boolean> {
    const before = await this.reader.read(this.source.position - this.anchor.length, this.anchor.length);
    return !before.equals(this.anchor);
  }

  private remember(bytes: Buffer): void {
    this.anchor = Buffer.from(
      bytes.length >= ANCHOR_BYTES
        ? bytes.subarray(-ANCHOR_BYTES)
        : Buffer.concat([this.anchor, bytes]).subarray(-ANCHOR_BYTES)
    );
  }
}

/** Hash of the beginning of a log. */
export const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64url').slice(0, 22);

const DELIMITED = new Set(['csv', 'tsv']);
