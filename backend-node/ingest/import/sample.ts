import type { ByteSource } from './byte-source';
import { DamagedStream } from './decompress';
import { eachLine } from './lines';
import { textBlocks } from './text-blocks';

/** Lines a format is told by. */
export const SAMPLE_LINES = 1000;

/**
 * Lines of some content, in samples of at most SAMPLE_LINES, empty ones and the byte order mark left out. `cutEnd` leaves
 * out what is behind the last line end.
 */
function* samplesOf(bytes: Buffer, cutEnd: boolean): Generator<string[]> {
  const from = bytes.subarray(0, 3).toString('hex') === 'efbbbf' ? 3 : 0;
  const lines: string[] = [];
  eachLine(bytes.subarray(from, cutEnd ? bytes.lastIndexOf(10) + 1 : bytes.length), (line) => {
    if (line.replaceAll('\\x00', '').trim() !== '') {
      lines.push(line);
    }
  });
  for (let at = 0; at < lines.length; at += SAMPLE_LINES) {
    yield lines.slice(at, at + SAMPLE_LINES);
  }
}

/** How much of content that is there as a whole is looked at for its first lines. */
const FIRST_BYTES = 256 * 1024;

/** The first lines of content that is there as a whole. */
export function firstLines(content: Buffer): string[] {
  return samplesOf(content.subarray(0, FIRST_BYTES), content.length > FIRST_BYTES).next().value ?? [];
}

/** The first lines of a source, as far as they lie in its head; `cutEnd` leaves out a last line without a line end. */
export function headSample(source: ByteSource, cutEnd: boolean): string[] {
  return samplesOf(source.head, cutEnd || !source.headIsAll).next().value ?? [];
}

/** What a look through a whole source finds. */
export interface SourceScan {
  /** Lines that are not empty, in samples. */
  samples(): AsyncGenerator<string[]>;
  /** Whether a line was left out for its length. */
  overlong(): boolean;
  /** What is wrong with its compressed data. */
  damage(): DamagedStream | undefined;
}

/** Goes through all of a source, a bounded piece at a time. Lines that are longer than a block are left out. */
export function scanSource(source: ByteSource, cutEnd: boolean, atBlock: () => void): SourceScan {
  let overlong = false;
  let damage: DamagedStream | undefined;
  const samples = async function* (): AsyncGenerator<string[]> {
    try {
      for await (const block of textBlocks(source.open())) {
        atBlock();
        overlong ||= block.kind === 'oversized';
        if (block.kind === 'lines' || (block.kind === 'tail' && !cutEnd)) {
          yield* samplesOf(block.bytes, false);
        }
      }
    } catch (error) {
      if (!(error instanceof DamagedStream)) {
        throw error;
      }
      damage = error;
    }
  };
  return { samples, overlong: () => overlong, damage: () => damage };
}
