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
  let bytes = 0;
  let offset = 0;
  for (const character of text) {
    if (bytes >= byte) {
      break;
    }
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    offset += character.length;
  }
  return offset;
}
