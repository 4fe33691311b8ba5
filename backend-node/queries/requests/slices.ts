import type { Snapshot, TimeRange } from '../../lake/dataset';
import type { Range } from '../shared/interval';

/** With fewer rows than this in the files, looking at all of them at once is as good. */
const MANY_ROWS = 200_000;

/** Where the range is cut, as a share of the time that has data, from the end that is wanted first. */
const CUT = 1 / 16;

/** How many times the rows that are wanted the first stretch has, of a usual hour; a quiet one has fewer. */
const PLENTY = 20;

/**
 * Stretches of a range, in the order in which its rows are wanted: whoever wants the newest few need not read what is
 * older, unless filters leave too little of the first stretches. Together they are the range; no row is in two.
 *
 * `wanted` is how many rows are wanted of all that are there; without it nobody knows how many meet the filters.
 */
export function timeSlices(range: Range, snapshot: Snapshot, direction: 'asc' | 'desc', wanted?: number): TimeRange[] {
  const { rows } = snapshot.relation(range);
  const first = Math.max(range.from, snapshot.oldest ?? range.from);
  const last = Math.min(range.to, snapshot.newest ?? range.to);
  if (rows === null || rows < MANY_ROWS || first >= last) {
    return [range];
  }
  const short = wanted === undefined ? CUT : (wanted * PLENTY) / rows;
  const shares = short < CUT ? [short, CUT] : [CUT];
  const cuts = shares.map((share) =>
    direction === 'desc' ? Math.floor(last - share * (last - first)) : Math.ceil(first + share * (last - first))
  );
  const edges = direction === 'desc' ? [range.to, ...cuts, range.from] : [range.from, ...cuts, range.to];
  return edges
    .slice(1)
    .map((edge, index) =>
      direction === 'desc' ? { from: edge, to: edges[index]! } : { from: edges[index]!, to: edge }
    )
    .filter(({ from, to }) => from < to);
}
