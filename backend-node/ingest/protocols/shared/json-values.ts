const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = new Set([91, 123]);
const CLOSE = new Set([93, 125]);
/** What is nested deeper is read no further: putting it together again would end the process. */
export const DEEPEST = 1000;
const SPACE = /\s*/y;

/** The text of a JSON object or list; `whole` is false for what is neither or is not closed. */
export interface JsonText {
  text: string;
  whole: boolean;
}

/**
 * The texts of JSON objects and lists that follow each other with or without white space between them. What is neither, or
 * is not closed, is the last and goes on to the end.
 */
export function* jsonValues(text: string): Generator<JsonText> {
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    at += SPACE.exec(text)![0].length;
    if (at >= text.length) {
      return;
    }
    const end = OPEN.has(text.charCodeAt(at)) ? closingOf(text, at) : -1;
    if (end < 0) {
      yield { text: text.slice(at), whole: false };
      return;
    }
    yield { text: text.slice(at, end + 1), whole: true };
    at = end + 1;
  }
}

/** Where the value that opens at a place closes; -1 when it does not, or is nested too deep. Which bracket closes which is for a parser to tell. */
function closingOf(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = closingQuote(text, at + 1);
      if (at < 0) {
        return -1;
      }
    } else if (OPEN.has(code)) {
      if (++depth > DEEPEST) {
        return -1;
      }
    } else if (CLOSE.has(code) && --depth === 0) {
      return at;
    }
  }
  return -1;
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0) {
    let slashes = 0;
    while (at - slashes > from && text.charCodeAt(at - slashes - 1) === BACKSLASH) {
      slashes++;
    }
    if (slashes % 2 === 0) {
      return at;
    }
    at = text.indexOf('"', at + 1);
  }
  return -1;
}
