import type { WalEntry } from './options';
import { readSegment, type FoundSegment, type Problems } from './recovery';

/** The entries of segments above a number, in ascending order. What is lost is reported. */
export async function* replaySegments(
  directory: string,
  segments: readonly FoundSegment[],
  after: number,
  problems: Problems
): AsyncGenerator<WalEntry> {
  // Released entries need not be there: a file goes as soon as all in it is released.
  let seen = Math.max(after, ...segments.map(({ header }) => header?.released ?? 0));
  let damaged = false;
  for (const segment of segments) {
    const before = segment.header?.after;
    if (before !== undefined && before > seen && !damaged) {
      problems.report(
        `${directory}#${before}`,
        `Part of the write-ahead log in ${directory} is missing: what was sent in the entries ${seen + 1} to ${before} is lost, unless it is in a copy of the folder.`
      );
    }
    const { bytes, scan } = await readSegment(segment, problems);
    damaged = !segment.header || scan.gaps.length > 0 || scan.end < bytes.length;
    for (const frame of scan.frames) {
      seen = Math.max(seen, frame.seq);
      if (frame.seq <= after) {
        continue;
      }
      const payload = segment.codec.decode(bytes, frame);
      if (payload) {
        yield { seq: frame.seq, payload };
      } else {
        damaged = true;
        problems.report(
          `${segment.path}#${frame.seq}`,
          `Entry ${frame.seq} of ${segment.path} is not what was written: what was sent in it is lost.`
        );
      }
    }
  }
}
