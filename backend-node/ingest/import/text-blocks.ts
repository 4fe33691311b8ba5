/** Text is worked on in blocks of this size; a line that is longer is rejected. */
export const BLOCK_BYTES = 1024 * 1024;

export type TextBlock =
  /** Whole lines (or delimited records), each with its line end. Of a record with a quote that is not closed, its first line alone. */
  | { kind: 'lines'; bytes: Buffer }
  /** The last line, which has no line end. */
  | { kind: 'tail'; bytes: Buffer }
  /** A piece of a line that is longer than a block; `ends` with the piece that has its line end, or with the source. */
  | { kind: 'oversized'; bytes: Buffer; ends: boolean };

/** Finds where the last whole record in some bytes ends: the index behind its line end, 0 when there is none. */
export type RecordEnd = (bytes: Buffer) => number;

export const lastLineEnd: RecordEnd = (bytes) => bytes.lastIndexOf(10) + 1;

/**
 * Cuts content into blocks of whole lines. Where it cuts depends on the content alone, not on how the chunks came, so that
 * a second run that begins at the start of a block sees the same blocks.
 */
export async function* textBlocks(
  chunks: AsyncIterable<Buffer>,
  recordEnd: RecordEnd = lastLineEnd
): AsyncGenerator<TextBlock> {
  let pending: Buffer[] = [];
  let size = 0;
  let oversized = false;
  const take = (): Buffer => {
    const all = pending.length === 1 ? pending[0]! : Buffer.concat(pending);
    pending = [];
    size = 0;
    return all;
  };
  const put = (bytes: Buffer): void => {
    if (bytes.length > 0) {
      pending.push(bytes);
      size += bytes.length;
    }
  };
  for await (const chunk of chunks) {
    put(chunk);
    while (size >= BLOCK_BYTES) {
      const all = take();
      const block = nextBlock(all.subarray(0, BLOCK_BYTES), oversized, recordEnd);
      oversized = block === undefined || (block.kind === 'oversized' && !block.ends);
      put(all.subarray(block?.bytes.length ?? 0));
      if (block) {
        yield block;
      }
    }
  }
  yield* lastBlocks(size > 0 ? take() : Buffer.alloc(0), oversized, recordEnd);
}

/** The same of content that is there as a whole. */
export function* blocksOf(content: Buffer, recordEnd: RecordEnd = lastLineEnd): Generator<TextBlock> {
  let rest = content;
  let oversized = false;
  while (rest.length >= BLOCK_BYTES) {
    const block = nextBlock(rest.subarray(0, BLOCK_BYTES), oversized, recordEnd);
    oversized = block === undefined || (block.kind === 'oversized' && !block.ends);
    rest = rest.subarray(block?.bytes.length ?? 0);
    if (block) {
      yield block;
    }
  }
  yield* lastBlocks(rest, oversized, recordEnd);
}

/** The block at the beginning of a window; undefined where a line begins that is longer than it. */
function nextBlock(window: Buffer, oversized: boolean, recordEnd: RecordEnd): TextBlock | undefined {
  if (oversized) {
    const end = window.indexOf(10) + 1;
    return { kind: 'oversized', bytes: end > 0 ? window.subarray(0, end) : window, ends: end > 0 };
  }
  const end = recordEnd(window) || window.indexOf(10) + 1;
  return end > 0 ? { kind: 'lines', bytes: window.subarray(0, end) } : undefined;
}

function* lastBlocks(rest: Buffer, oversized: boolean, recordEnd: RecordEnd): Generator<TextBlock> {
  let bytes = rest;
  if (oversized) {
    const end = bytes.indexOf(10) + 1;
    yield { kind: 'oversized', bytes: end > 0 ? bytes.subarray(0, end) : bytes, ends: true };
    bytes = end > 0 ? bytes.subarray(end) : Buffer.alloc(0);
  }
  for (;;) {
    const end = recordEnd(bytes);
    if (end > 0) {
      yield { kind: 'lines', bytes: bytes.subarray(0, end) };
    }
    bytes = bytes.subarray(end);
    const line = bytes.indexOf(10) + 1;
    if (line === 0) {
      break;
    }
    yield { kind: 'lines', bytes: bytes.subarray(0, line) };
    bytes = bytes.subarray(line);
  }
  if (bytes.length > 0) {
    yield { kind: 'tail', bytes };
  }
}

/** Line ends a quoted field may hold; one that goes on for longer counts as not closed. */
const QUOTED_LINES = 1000;

/**
 * Where the last record of delimited text ends whose line end is not inside quotes. A quote opens a field only at its
 * beginning, so that one in the middle of a field cannot swallow what follows. Ends before a record whose quote is not
 * closed; a quote in a later line behind which the field goes on closes none, it is another field’s.
 */
export function delimitedRecordEnd(delimiter: string, quote: string): RecordEnd {
  const cut = delimiter.charCodeAt(0);
  const mark = quote.charCodeAt(0);
  const closing: ReadonlySet<number | undefined> = new Set([cut, mark, 10, 13, undefined]);
  const goesOn = (next: number | undefined): boolean => !closing.has(next);
  return (bytes) => {
    let end = 0;
    let quoted = false;
    let fieldStart = true;
    let lines = 0;
    let spans = false;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (quoted) {
        if (byte === 10 && ++lines > QUOTED_LINES) {
          break;
        }
        spans ||= byte === 10;
        quoted = byte !== mark;
        if (!quoted && spans && goesOn(bytes[at + 1])) {
          break;
        }
        continue;
      }
      if (byte === mark) {
        // Right behind a closing quote it is one that is written twice.
        quoted = fieldStart || bytes[at - 1] === mark;
        spans &&= !fieldStart;
      } else if (byte === 10) {
        end = at + 1;
        lines = 0;
      }
      fieldStart = byte === cut || byte === 10;
    }
    return end;
  };
}
