import { ApitrailError } from '@apitrail/contract';

/** Deeper than any OTLP: its own levels, and those of nested values. */
const DEEPEST = 512;
/** Values of a body, each of which is an object in memory: the attributes of some hundred thousand spans. */
const MOST_VALUES = 8_000_000;

/**
 * Looks through a JSON text before it is parsed, since a small one can make many objects. Throws APITRAIL_BAD_BODY when it
 * is nested too deep, APITRAIL_BODY_TOO_LARGE when it has too many values.
 */
export function scanJson(body: Buffer): void {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < body.length; at++) {
    switch (body[at]) {
      case 34: // "
        at = endOfString(body, at + 1);
        break;
      case 91: // [
      case 123: // {
        values++;
        if (++depth > DEEPEST) {
          throw badJson(`is nested deeper than ${DEEPEST} levels`, `byte ${at}`);
        }
        break;
      case 93: // ]
      case 125: // }
        depth--;
        break;
      case 44: // ,
        values++;
    }
  }
  if (values > MOST_VALUES) {
    throw new ApitrailError(
      'APITRAIL_BODY_TOO_LARGE',
      `The body has ${values} values, and at most ${MOST_VALUES} are read at once. Send smaller batches.`
    );
  }
}

/** Where a string ends that begins before `from`. */
function endOfString(body: Buffer, from: number): number {
  let quote = body.indexOf(34, from);
  while (quote >= 0) {
    let slashes = 0;
    while (body[quote - 1 - slashes] === 92) {
      slashes++;
    }
    if (slashes % 2 === 0) {
      return quote;
    }
    quote = body.indexOf(34, quote + 1);
  }
  return body.length;
}

/** What is wrong with a body, and where. */
export function badJson(what: string, where: string): ApitrailError {
  return new ApitrailError('APITRAIL_BAD_BODY', `The body is no OTLP in JSON: ${where} ${what}.`, { where });
}
