import { HEAD_BYTES } from '../import/byte-source';
import { DamagedStream } from '../import/decompress';
import { readerSource } from './content-reader';
import { rotatedNames, sameFile } from './find-logs';
import type { Follower } from './follower';
import { alike, compare } from './known-logs';
import { openLog, type OpenedLog } from './open-log';
import type { KnownLogs } from './recognise-log';
import type { TailSource } from './tail-state';

/** The log that a source has become, among the names that rotation gives; undefined when it is in none. */
export async function findOrphan(
  source: TailSource,
  { followers, resume }: Pick<KnownLogs, 'followers' | 'resume'>
): Promise<{ follower: Follower; opened: OpenedLog; path: string } | undefined> {
  for (const path of await rotatedNames(source.path)) {
    const opened = await openLog(path).catch(() => undefined);
    if (!opened) {
      continue;
    }
    const { reader, signature } = opened;
    const read = followers.some((follower) => sameFile(follower.source, signature));
    try {
      const content = read ? undefined : await readerSource(reader, path, HEAD_BYTES);
      const known = content && alike(content, [source]).length > 0 ? await compare(content, source) : 'new';
      const follower = known !== 'new' ? await resume(source, opened) : undefined;
      if (follower) {
        return { follower, opened, path };
      }
    } catch (error) {
      if (!(error instanceof DamagedStream)) {
        throw error;
      }
    }
    await reader.close();
  }
  return undefined;
}
