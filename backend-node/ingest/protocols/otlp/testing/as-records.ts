import { idsOf, merged, recordsOf } from '../../../intake/places';
import type { Decoded } from '../../../intake/decoder';
import type { SpanRows } from '../span-rows';

/** What was decoded, with the rows that were read the short way as records among the others. */
export function asRecords({ rows, ...decoded }: Decoded): Decoded {
  if (!rows) {
    return decoded;
  }
  const { records, ids, indexes } = decoded;
  const both = { records, rows, ...(ids ? { ids } : {}) };
  return {
    ...decoded,
    records: recordsOf(both),
    ids: idsOf(both),
    indexes: merged(both, (rows as SpanRows).indexes, indexes!) as number[],
  };
}
