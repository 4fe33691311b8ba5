import { Wal, type WalOptions } from '..';

export const key = Buffer.alloc(32, 7);

/** Opens a log with small bounds; an error of the disk fails the test. */
export function openWal(directory: string, options: Partial<WalOptions> = {}): Promise<Wal> {
  return Wal.open(directory, {
    key,
    firstSeq: 0,
    reserveBytes: 0,
    onFatal: (error) => {
      throw error;
    },
    ...options,
  });
}

/** What a log gives back, by number, as text. */
export async function replayed(wal: Wal, after = 0): Promise<Record<number, string>> {
  const entries: Record<number, string> = {};
  let last = after;
  for await (const { seq, payload } of wal.replay(after)) {
    if (seq <= last) {
      throw new Error(`Entry ${seq} came after ${last}.`);
    }
    last = seq;
    entries[seq] = payload.toString('latin1');
  }
  return entries;
}
