import type { RequestRecord } from '../normalise';
import type { Decoded } from './decoder';

/** The places of the records, from 0, among all that is taken in of a body. */
export function placesOfRecords({ records, rows }: Pick<Decoded, 'records' | 'rows'>): number[] {
  const { count = 0, places } = rows ?? {};
  return places === undefined ? records.map((_, index) => count + index) : gapsIn(places, records.length);
}

/** The ids of all that is taken in of a body, by place. */
export function idsOf(decoded: Pick<Decoded, 'records' | 'rows' | 'ids'>): ReadonlyArray<string | undefined> {
  const { rows, ids = [] } = decoded;
  return rows === undefined ? ids : merged(decoded, rows.ids ?? [], ids);
}

/** All that is taken in of a body as records, by place. */
export function recordsOf(decoded: Pick<Decoded, 'records' | 'rows'>): RequestRecord[] {
  const { rows, records } = decoded;
  return rows === undefined ? records : (merged(decoded, [...rows.records()], records) as RequestRecord[]);
}

/** What belongs to rows and what belongs to records, by place. */
export function merged<T>(
  decoded: Pick<Decoded, 'records' | 'rows'>,
  ofRows: readonly T[],
  ofRecords: readonly T[]
): Array<T | undefined> {
  const { count = 0, places } = decoded.rows ?? {};
  const all = new Array<T | undefined>(count + decoded.records.length).fill(undefined);
  for (let row = 0; row < count; row++) {
    all[places?.[row] ?? row] = ofRows[row];
  }
  placesOfRecords(decoded).forEach((place, index) => {
    all[place] = ofRecords[index];
  });
  return all;
}

/** The first `count` numbers from 0 on that are not among the ascending ones. */
function gapsIn(taken: readonly number[], count: number): number[] {
  const gaps: number[] = [];
  for (let place = 0, next = 0; gaps.length < count; place++) {
    if (taken[next] === place) {
      next++;
    } else {
      gaps.push(place);
    }
  }
  return gaps;
}
