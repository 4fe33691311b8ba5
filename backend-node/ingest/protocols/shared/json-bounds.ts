import { ApitrailError } from '@apitrail/contract';

/** Values of a body, each of which is an object in memory: some ten thousand records with all their fields. */
export const MOST_VALUES = 1_000_000;

/**
 * Looks through JSON texts before they are parsed, since a small one can make many objects. Throws APITRAIL_BODY_TOO_LARGE
 * when they have too many values. Where they are nested deeper than `deepest` it looks no further, or throws what `tooDeep`
 * makes. What is no JSON is for a parser to tell.
 */
export function boundJson(body: Buffer, deepest = Infinity, tooDeep?: (at: number) => ApitrailError): void {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < body.length; at++) {
    switch (body[at]) {
      case 34: // "
        at = endOfString(body, at + 1);
        continue;
      case 91: // [
      case 123: // {
        values++;
        if (++depth > deepest) {
          if (tooDeep) {
            throw tooDeep(at);
          }
          return;
        }
        break;
      case 93: // ]
      case 125: // }
        depth--;
        continue;
      case 44: // ,
        values++;
        break;
      default:
        continue;
    }
    if (values > MOST_VALUES) {
      throw new ApitrailError(
        'APITRAIL_BODY_TOO_LARGE',
        `A body has at most ${MOST_VALUES} values in JSON. Send smaller batches.`
      );
    }
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
