const VOWEL = /[aeiouy]/i;

function switches(token: string, kind: (code: number) => number): number {
  let count = 0;
  for (let i = 1; i < token.length; i++) {
    if (kind(token.charCodeAt(i)) !== kind(token.charCodeAt(i - 1))) {
      count++;
    }
  }
  return count;
}

const isDigit = (code: number): number => (code >= 48 && code <= 57 ? 1 : 0);
const isUpper = (code: number): number => (code >= 65 && code <= 90 ? 1 : 0);

function longestRun(text: string, pattern: RegExp): number {
  return Math.max(0, ...(text.match(pattern) ?? []).map((run) => run.length));
}

/** Longest letters-only stretch that cannot be spoken; `xmlrpc` and `https` are words, `PSSFQPV` is not. */
const UNSPEAKABLE = 6;

/**
 * Whether a run of letters and digits was made by a machine rather than chosen by a person. Words, words with a year or
 * a version in them and short abbreviations are not: `deadbeef`, `facade`, `restaurants`, `oauth2`, `sha256`, `utf8`.
 */
export function isMachineToken(token: string): boolean {
  const length = token.length;
  if (length < 6) {
    return false;
  }
  const digits = longestRun(token, /\d+/g);
  if (/^[0-9a-f]+$/i.test(token) && (length >= 16 || (length >= 8 && digits > 0))) {
    return true;
  }
  if (digits >= 6) {
    return true;
  }
  if (length >= 8 && digits > 0 && /^[A-Z0-9]+$/.test(token) && !/^[A-Z]{3,}\d{1,4}$/.test(token)) {
    return true;
  }
  const letters = token.replace(/\d+/g, '');
  if (letters.length >= UNSPEAKABLE && !VOWEL.test(letters) && (letters.length > UNSPEAKABLE || digits > 0)) {
    return true;
  }
  const upper = /[A-Z]/.test(token);
  const turns = switches(token, isDigit);
  if (turns * 4 >= length && (turns >= 3 || (turns === 2 && upper))) {
    return true;
  }
  return length >= 10 && looksMixed(token, digits > 0);
}

/** Base62 and the like: capitals and digits strewn about, unlike the humps of CamelCase. */
function looksMixed(token: string, hasDigits: boolean): boolean {
  if (!/[A-Z]/.test(token) || !/[a-z]/.test(token)) {
    return false;
  }
  const turns = switches(token, (code) => isUpper(code) + 2 * isDigit(code));
  const vowels = token.match(/[aeiouy]/gi)?.length ?? 0;
  return turns >= 5 && (turns / token.length >= (hasDigits ? 0.3 : 0.4) || vowels / token.length < 0.2);
}

const CAMEL = /^(?:v\d+|\d{1,4}|[A-Z]?[a-z]+(?:[A-Z][a-z]+|[A-Z]{2,})*\d*|[A-Z]+)$/;

/** Whether text with `-` and `_` in it is base64url as a whole, though none of its parts would give it away. */
export function isMachineText(text: string): boolean {
  const plain = text.replace(/[-_]/g, '');
  return (
    plain.length >= 16 &&
    /^[A-Za-z0-9]+$/.test(plain) &&
    looksMixed(plain, /\d/.test(plain)) &&
    !text.split(/[-_]+/).every((part) => part === '' || CAMEL.test(part))
  );
}
