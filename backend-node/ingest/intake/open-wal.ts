import type { HotFile } from '../../lake/hot/hot-files';
import { Wal } from '../wal';

/**
 * Opens the write-ahead log. Where it was lost and hot files are left, whose rows nothing else has, numbers go on above
 * theirs, so that they get into the lake.
 */
export async function openWal(
  covered: readonly HotFile[],
  committed: number,
  { directory, ...options }: Omit<Parameters<typeof Wal.open>[1], 'firstSeq'> & { directory: string }
): Promise<Wal> {
  const wal = await Wal.open(directory, { ...options, firstSeq: committed });
  const last = covered.at(-1)?.to ?? 0;
  if (wal.lastSeq >= last) {
    return wal;
  }
  await wal.close();
  return Wal.open(directory, { ...options, firstSeq: last });
}

/** What the write-ahead log has let go of, though it is neither in the lake nor in hot files. */
export function lostRanges(
  committed: number,
  released: number,
  covered: readonly HotFile[]
): Array<{ from: number; to: number }> {
  const ranges: Array<{ from: number; to: number }> = [];
  let next = committed + 1;
  for (const { from, to } of covered) {
    if (from > next && next <= released) {
      ranges.push({ from: next, to: Math.min(from - 1, released) });
    }
    next = Math.max(next, to + 1);
  }
  return next <= released ? [...ranges, { from: next, to: released }] : ranges;
}
