import type { StoredRejects } from './stored-rejects';

/** What is kept: of files, oldest first, those with a letter not older than `before` (µs since the epoch), and so many bytes. */
export interface RejectRetention {
  before: number;
  maxBytes: number;
}

/** The files that are too old, and the oldest of those that are too many. */
export function filesToDrop(
  files: readonly StoredRejects[],
  { before, maxBytes }: RejectRetention
): { age: StoredRejects[]; size: StoredRejects[] } {
  const kept = files.filter(({ newest }) => newest >= before);
  let bytes = kept.reduce((total, file) => total + file.bytes, 0);
  // The newest file stays, however large: it tells what is wrong now.
  let surplus = 0;
  while (bytes > maxBytes && surplus < kept.length - 1) {
    bytes -= kept[surplus++]!.bytes;
  }
  return { age: files.filter(({ newest }) => newest < before), size: kept.slice(0, surplus) };
}
