import { isAscii, isUtf8 } from 'node:buffer';

const CARRIAGE_RETURN = 13;

/** Called for each line with its text, without the line end. */
export type LineVisitor = (line: string) => void;

/**
 * Goes through the lines of a block. Carriage returns before the line end belong to it, so that a line without its end is
 * the same line when it is read again. Bytes that are not UTF-8 appear as `\xNN`; NUL bytes before a line, as a copy and truncate of a log leaves them, are left out, others appear as `\x00`.
 */
export function eachLine(bytes: Buffer, visit: LineVisitor): void {
  const ascii = isAscii(bytes);
  if (!ascii && !isUtf8(bytes)) {
    let from = 0;
    while (from < bytes.length) {
      const end = bytes.indexOf(10, from);
      const to = end < 0 ? bytes.length : end;
      visit(cleanLine(decodeBytes(bytes.subarray(from, to))));
      from = to + 1;
    }
    return;
  }
  const text = bytes.toString(ascii ? 'latin1' : 'utf8');
  const plain = !text.includes('\r') && !text.includes('\0');
  let from = 0;
  while (from < text.length) {
    const end = text.indexOf('\n', from);
    const to = end < 0 ? text.length : end;
    const line = text.slice(from, to);
    visit(plain ? line : cleanLine(line));
    from = to + 1;
  }
}

/** The text of one line, without its line end, as `eachLine` gives it. `ascii` says that its bytes are. */
export function lineText(bytes: Buffer, ascii = false): string {
  return cleanLine(ascii ? bytes.toString('latin1') : decodeBytes(bytes));
}

/** Text of bytes that may not all be UTF-8: those that are not appear as `\xNN`. */
export function decodeBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) {
    return bytes.toString('utf8');
  }
  let text = '';
  let from = 0;
  while (from < bytes.length) {
    let length = bytes[from]! < 0x80 ? 1 : 4;
    while (length > 1 && !isUtf8(bytes.subarray(from, from + length))) {
      length--;
    }
    const part = bytes.subarray(from, from + length);
    text +=
      length > 1 || part[0]! < 0x80
        ? part.toString('utf8')
        : `\\x${part[0]!.toString(16).toUpperCase().padStart(2, '0')}`;
    from += part.length;
  }
  return text;
}

function cleanLine(line: string): string {
  const text = withoutReturns(line);
  return text.includes('\0') ? text.replace(/^\0+/, '').replaceAll('\0', '\\x00') : text;
}

/** A line without the carriage returns before its end; what translates line ends twice leaves more than one. */
function withoutReturns(line: string): string {
  let end = line.length;
  while (line.charCodeAt(end - 1) === CARRIAGE_RETURN) {
    end--;
  }
  return end === line.length ? line : line.slice(0, end);
}
