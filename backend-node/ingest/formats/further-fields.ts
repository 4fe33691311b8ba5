import { closingQuote, unescapeLog } from './escapes';
import { canonicalAddress } from '../normalise/address';

export const FORWARDED_FOR = 'http.request.header.x-forwarded-for';

/** The fields in the rest of a line that a format does not describe, quoted or set off by spaces. */
export function furtherFields(rest: string): string[] {
  const fields: string[] = [];
  let at = 0;
  while (at < rest.length) {
    if (rest.charCodeAt(at) === 32) {
      at++;
    } else if (rest.charCodeAt(at) === 34) {
      const closing = closingQuote(rest, at + 1);
      const end = closing < 0 ? rest.length : closing;
      fields.push(unescapeLog(rest.slice(at + 1, end)));
      at = end + 1;
    } else {
      const space = rest.indexOf(' ', at);
      const end = space < 0 ? rest.length : space;
      fields.push(rest.slice(at, end));
      at = end;
    }
  }
  return fields;
}

/** Attribute for such a field: addresses are those a proxy forwarded for; of anything else only the place is known. */
export function extraName(value: string, index: number): string {
  const addresses = value.split(',').every((part) => canonicalAddress(part.trim()) !== undefined);
  return addresses ? FORWARDED_FOR : `extra_${index + 1}`;
}
