/** A place in a text, as editors count: both from 1, columns in UTF-16 units. */
export interface Position {
  line: number;
  column: number;
}

/** Line and column of an offset, counted in UTF-16 units. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, Math.max(0, Math.min(offset, text.length)));
  const lines = before.split(/\r\n|\r|\n/);
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

/** How a place is written in errors. */
export function placeOf({ line, column }: Position): string {
  return `line ${line}, column ${column}`;
}

/** Offset in UTF-16 units of an offset in bytes of UTF-8, which is how DuckDB counts. */
export function offsetOfByte(text: string, byte: number): number {
  const offsets = offsetsOf(text);
  return Math.min(offsets === undefined ? byte : (offsets[byte] ?? text.length), text.length);
}

/** A tree has thousands of places in the same two texts. */
const known = new Map<string, Uint32Array | undefined>();
const MOST_KNOWN = 4;

/** Offset of every byte of a text; undefined when they are the same. */
function offsetsOf(text: string): Uint32Array | undefined {
  if (!known.has(text)) {
    if (known.size >= MOST_KNOWN) {
      known.clear();
    }
    known.set(text, findOffsets(text));
  }
  return known.get(text);
}

function findOffsets(text: string): Uint32Array | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes === text.length) {
    return undefined;
  }
  const offsets = new Uint32Array(bytes + 1).fill(text.length);
  let byte = 0;
  let offset = 0;
  for (const character of text) {
    const next = byte + Buffer.byteLength(character);
    offsets.fill(offset, byte, next);
    byte = next;
    offset += character.length;
  }
  return offsets;
}
