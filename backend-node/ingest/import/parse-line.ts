import { ApitrailError } from '@apitrail/contract';

import { shownText } from './rejects';
import { splitFields } from './split-fields';
import { Reject, type Framing } from '../formats';
import type { RequestRecord } from '../normalise';

/** What a parser makes of something; a fault of the parser is a reject, since one line must not end an import. */
export function parseSafely(parse: () => RequestRecord | Reject): RequestRecord | Reject {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ApitrailError) {
      throw error;
    }
    // Messages of engines quote what they failed on.
    return new Reject(`cannot be read: ${shownText(error instanceof Error ? error.message : String(error))}`);
  }
}

/** What a framing makes of one line. */
export function parseLine(framing: Framing, line: string): RequestRecord | Reject {
  return parseSafely(() =>
    framing.kind === 'lines' ? framing.parse(line) : framing.parse(splitFields(line, framing.delimiter, framing.quote))
  );
}
