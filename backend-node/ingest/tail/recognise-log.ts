import { HEAD_BYTES } from '../import/byte-source';
import { readerSource } from './content-reader';
import { sameFile } from './find-logs';
import type { Follower } from './follower';
import { alike, compare } from './known-logs';
import type { OpenedLog } from './open-log';
import type { TailSource } from './tail-state';

/** What is known when a file is looked at. */
export interface KnownLogs {
  /** What is read now. */
  followers: readonly Follower[];
  sources: readonly TailSource[];
  /** Goes on with a source in a file; undefined when the file is not what was read of it. */
  resume(source: TailSource, opened: OpenedLog): Promise<Follower | undefined>;
}

/** The source a file is, when its content is known: by the file it was, else by its content. */
export async function recogniseLog(
  path: string,
  opened: OpenedLog,
  { followers, sources, resume }: KnownLogs
): Promise<Follower | 'settled' | 'later' | undefined> {
  const { reader, whole, signature } = opened;
  const reading = new Map(followers.map((follower) => [follower.source, follower]));
  const by = sources.find((source) => !reading.has(source) && sameFile(source, signature) && !whole);
  const resumed = by && (await resume(by, opened));
  if (resumed) {
    return resumed;
  }
  const content = await readerSource(reader, path, HEAD_BYTES);
  for (const source of alike(content, sources)) {
    const kind = await compare(content, source);
    if (kind === 'new') {
      continue;
    }
    const other = reading.get(source);
    if (other) {
      // A copy of what is being read, unless it goes on where that has ended.
      if (kind === 'taken') {
        return 'settled';
      }
      const [length, mine] = [await other.reader.size(), (await reader.size()) ?? Infinity];
      // Cut off just now, or not read to its end: the copy may have what was not read.
      if (length === undefined || source.position !== length || mine <= length) {
        return 'later';
      }
      continue;
    }
    if (kind === 'taken' && (whole || signature.size < source.position)) {
      if (whole) {
        source.done = true;
      }
      return 'settled';
    }
    const found = await resume(source, opened);
    if (found) {
      return found;
    }
  }
  return followers.some((follower) => follower.mayBe(content.head)) ? 'later' : undefined;
}
