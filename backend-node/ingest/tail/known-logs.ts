import { type ByteSource } from '../import/byte-source';
import { candidates, identify } from '../import/known-sources';
import { digestOf } from './follower';
import type { TailSource } from './tail-state';

/** Sources whose content may begin like this one’s, those first of which most is known. */
export function alike(content: ByteSource, sources: readonly TailSource[]): TailSource[] {
  const begun = sources.filter(
    ({ position, begins }) =>
      position === 0 &&
      begins !== undefined &&
      begins.bytes <= content.head.length &&
      digestOf(content.head.subarray(0, begins.bytes)) === begins.digest
  );
  return [...(candidates(content, sources) as TailSource[]), ...begun];
}

/** Whether some content is a source’s: all of it is acknowledged, or it goes on. */
export async function compare(content: ByteSource, source: TailSource): Promise<'new' | 'taken' | 'grown'> {
  return source.position === 0 ? 'grown' : (await identify(content, [source])).kind;
}
