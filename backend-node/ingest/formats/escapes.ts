// Left to right in one pass, so that an escaped backslash before an x is not taken for \\xNN.
const ESCAPE = /((?:\\x[89A-Fa-f][0-9A-Fa-f])+)|\\(?:x([0-9A-Fa-f]{2})|(.))/g;

/** The end of a quoted text: the index of its closing quote, backslashes skipped; -1 when it is not closed. */
export function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at > from && text.charCodeAt(at - 1) === 92) {
    let slashes = 1;
    while (at - 1 - slashes >= from && text.charCodeAt(at - 1 - slashes) === 92) {
      slashes++;
    }
    if (slashes % 2 === 0) {
      return at;
    }
    at = text.indexOf('"', at + 1);
  }
  return at;
}

/**
 * Undoes the escapes of Apache and nginx: `\"`, `\\` and `\xNN`. Bytes above 7F that make valid UTF-8 become text;
 * others, and control characters, stay as they were escaped.
 */
export function unescapeLog(text: string): string {
  if (!text.includes('\\')) {
    return text;
  }
  return text.replace(ESCAPE, (whole, high?: string, hex?: string, char?: string) => {
    if (high !== undefined) {
      return decodeBytes(high);
    }
    if (hex !== undefined) {
      const code = parseInt(hex, 16);
      return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : whole;
    }
    return char === '"' || char === '\\' ? char : whole;
  });
}

function decodeBytes(run: string): string {
  const bytes = Buffer.from(run.replaceAll('\\x', ''), 'hex');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return run;
  }
}

/** Undoes JSON’s escapes (nginx’s `escape=json`); text that is not valid stays as it is. */
export function unescapeJson(text: string): string {
  if (!text.includes('\\')) {
    return text;
  }
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}
