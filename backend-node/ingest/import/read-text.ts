import { ApitrailError } from '@apitrail/contract';

import type { ByteSource } from './byte-source';
import { DamagedStream } from './decompress';
import type { SourceTracker } from './known-sources';
import { decodeBytes, lineText } from './lines';
import { checkRecord, parseBlock, recordEndOf } from './parse-block';
import { parseLine } from './parse-line';
import { BLOCK_BYTES, textBlocks, type TextBlock } from './text-blocks';
import type { Framing } from '../formats';
import type { RecordDefaults, RequestRecord } from '../normalise';

/** Takes what lines become. */
export interface LineSink {
  record(record: RequestRecord): void;
  reject(line: number, reason: string, text: string): void;
}

export interface ReadTextOptions {
  framing: Framing;
  defaults: RecordDefaults;
  /** Time of the import, µs since the epoch. */
  nowUs: number;
  sink: LineSink;
  /** Called between blocks, where everything up to the tracker’s position has been handed on. */
  atBoundary: () => Promise<void>;
  /** Whether a last line without a line end may be cut, and is left for an import that finds it whole. Asked when there is one. */
  holdsOpenLine: () => Promise<boolean>;
}

/** What was found at the end of a source. */
export interface ReadTextResult {
  /** The compressed data were cut short or damaged; what came before was read. */
  damage?: DamagedStream;
  /** The last line has no line end and may go on: it was not taken in, and is read again by the next import. */
  heldBack: boolean;
}

/** Reads a source from where its tracker’s entry says it was left, line by line. */
export async function readText(
  source: ByteSource,
  tracker: SourceTracker,
  options: ReadTextOptions
): Promise<ReadTextResult> {
  const reader = new TextReader(tracker, options);
  let damage: DamagedStream | undefined;
  let heldBack = false;
  const chunks = async function* (): AsyncGenerator<Buffer> {
    try {
      yield* behind(source, tracker);
    } catch (error) {
      if (!(error instanceof DamagedStream)) {
        throw error;
      }
      damage = error;
    }
  };
  for await (const block of textBlocks(chunks(), recordEndOf(options.framing))) {
    if (block.kind === 'tail' && (damage || (heldBack = await options.holdsOpenLine()))) {
      break;
    }
    reader.take(block);
    await options.atBoundary();
  }
  return { ...(damage ? { damage } : {}), heldBack };
}

/** The content behind what was taken in before, which is checked to be the same still. */
async function* behind(source: ByteSource, tracker: SourceTracker): AsyncGenerator<Buffer> {
  const { position, digest } = tracker.entry;
  for await (const chunk of source.open()) {
    const left = position - tracker.position;
    if (left <= 0) {
      yield chunk;
      continue;
    }
    tracker.skip(chunk.subarray(0, left));
    if (tracker.position === position && tracker.digest !== digest) {
      throw new ApitrailError('APITRAIL_BAD_FILE', `${source.input.label} was changed while it was imported.`, {
        where: source.input.label,
      });
    }
    if (chunk.length > left) {
      yield chunk.subarray(left);
    }
  }
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

class TextReader {
  private oversized = '';

  constructor(
    private readonly tracker: SourceTracker,
    private readonly options: ReadTextOptions
  ) {}

  take(block: TextBlock): void {
    const { tracker } = this;
    const { entry } = tracker;
    switch (block.kind) {
      case 'lines': {
        const bytes = this.withoutOpenLine(this.withoutBom(block.bytes));
        this.parse(this.withoutHeader(bytes));
        break;
      }
      case 'oversized':
        this.oversized ||= decodeBytes(block.bytes.subarray(0, 400));
        if (block.ends) {
          entry.lines++;
          this.reject(`is longer than ${BLOCK_BYTES} bytes`, this.oversized);
          this.oversized = '';
        }
        break;
      case 'tail':
        if (!this.takeTail(block.bytes)) {
          return;
        }
    }
    delete entry.tail;
    tracker.consume(block.bytes);
  }

  /** The last line, without a line end. One that does not fit may not be whole yet and is left. */
  private takeTail(block: Buffer): boolean {
    const { entry } = this.tracker;
    const bytes = this.withoutBom(block);
    if (entry.openLine || this.isHeader()) {
      return false;
    }
    const line = lineText(bytes);
    if (line.trim() === '') {
      entry.blank++;
      entry.lines++;
      return true;
    }
    const result = this.parseOne(line);
    if (typeof result === 'string') {
      entry.tail = [entry.position + block.length, this.tracker.digestWith(block)];
      this.options.sink.reject(
        entry.lines + 1,
        `${result}; it is the last line and has no line end, so it is read again when there is more`,
        line
      );
      return false;
    }
    entry.lines++;
    entry.rows++;
    entry.openLine = true;
    this.options.sink.record(result);
    return true;
  }

  private withoutBom(bytes: Buffer): Buffer {
    return this.tracker.position === 0 && bytes.subarray(0, 3).equals(BOM) ? bytes.subarray(3) : bytes;
  }

  private isHeader(): boolean {
    const { framing } = this.options;
    return framing.kind === 'delimited' && framing.header && this.tracker.position === 0;
  }

  private withoutHeader(bytes: Buffer): Buffer {
    if (!this.isHeader()) {
      return bytes;
    }
    this.tracker.entry.lines++;
    return bytes.subarray(bytes.indexOf(10) + 1);
  }

  /** Where the line before had no end when it was taken in, what is left of it is no line of its own. */
  private withoutOpenLine(bytes: Buffer): Buffer {
    const { entry } = this.tracker;
    if (!entry.openLine) {
      return bytes;
    }
    delete entry.openLine;
    const end = bytes.indexOf(10);
    const rest = lineText(bytes.subarray(0, end));
    if (rest !== '') {
      this.reject(
        'goes on from a line that was taken in before it was whole; its row has the values it had then',
        rest
      );
    }
    return bytes.subarray(end + 1);
  }

  private parse(bytes: Buffer): void {
    const { entry } = this.tracker;
    const { framing, defaults, nowUs, sink } = this.options;
    parseBlock(bytes, { framing, defaults, nowUs, before: entry.lines }, (line, result, text) => {
      entry.lines = line;
      if (result === undefined) {
        entry.blank++;
      } else if (typeof result === 'string') {
        this.reject(result, text());
      } else {
        entry.rows++;
        sink.record(result);
      }
    });
  }

  private reject(reason: string, text: string): void {
    const { entry } = this.tracker;
    entry.rejected++;
    this.options.sink.reject(entry.lines, reason, text);
  }

  /** The record of a line, or why it is none. */
  private parseOne(line: string): RequestRecord | string {
    const { framing, defaults, nowUs } = this.options;
    return checkRecord(parseLine(framing, line), defaults, nowUs);
  }
}
