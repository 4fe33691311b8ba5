import { createHash, type Hash } from 'node:crypto';

import type { ByteSource } from './byte-source';
import { DamagedStream } from './decompress';

/** Hash of a source’s content up to a position. */
type Checkpoint = [position: number, digest: string];

/** What is known of a source that was imported: which content it is, and how much of it is in the lake. */
export interface KnownSource {
  id: string;
  /** Bytes of its decompressed content that are taken in. */
  position: number;
  /** Hash of them. */
  digest: string;
  checkpoints: Checkpoint[];
  /** Lines taken in, for line numbers. */
  lines: number;
  rows: number;
  rejected: number;
  blank: number;
  /** The last line taken in had no line end yet. */
  openLine?: boolean;
  /** A last line that did not fit and may not be whole: how far the content went then, and the hash of all of it. */
  tail?: Checkpoint;
}

/** Up to here every line end is a checkpoint, so that short files are told apart to the line. */
const FINE_BYTES = 16 * 1024;
/** Beyond, the distance between checkpoints grows with the position. */
const GROWTH = 1.0625;

const digestOf = (hash: Hash): string => hash.copy().digest('base64url').slice(0, 22);

/** Reads along with a source and keeps its entry: position, running hash, checkpoints. */
export class SourceTracker {
  private readonly hash = createHash('sha256');
  private at = 0;
  private next = 0;

  constructor(readonly entry: KnownSource) {}

  /** Takes content in that has been worked on, from where the last call ended. */
  consume(bytes: Buffer): void {
    const known = this.entry.checkpoints;
    let from = 0;
    for (;;) {
      const to = this.nextCheckpoint(bytes, from);
      if (to === undefined) {
        break;
      }
      this.update(bytes.subarray(from, to));
      from = to;
      if ((known.at(-1)?.[0] ?? 0) < this.at) {
        known.push([this.at, digestOf(this.hash)]);
      }
    }
    this.update(bytes.subarray(from));
    this.entry.position = this.at;
    this.entry.digest = digestOf(this.hash);
  }

  /** Passes over content that an earlier import took in. */
  skip(bytes: Buffer): void {
    this.update(bytes);
  }

  /** Hash of the content up to here with some more bytes, which are not taken in. */
  digestWith(bytes: Buffer): string {
    return this.hash.copy().update(bytes).digest('base64url').slice(0, 22);
  }

  get position(): number {
    return this.at;
  }

  get digest(): string {
    return digestOf(this.hash);
  }

  private update(bytes: Buffer): void {
    this.hash.update(bytes);
    this.at += bytes.length;
  }

  private nextCheckpoint(bytes: Buffer, from: number): number | undefined {
    if (this.at < FINE_BYTES) {
      const end = bytes.indexOf(10, from) + 1;
      if (end > 0) {
        return end;
      }
    }
    while (this.next <= this.at) {
      this.next = Math.max(FINE_BYTES, Math.ceil(this.next * GROWTH) || FINE_BYTES);
    }
    const to = from + this.next - this.at;
    return to <= bytes.length ? to : undefined;
  }
}

/** What a source turns out to be. */
export type Identity =
  | { kind: 'new' }
  /** All of it is in the lake already, maybe as the beginning of something longer. */
  | { kind: 'taken'; entry: KnownSource }
  /** It begins with what is in the lake, and goes on. */
  | { kind: 'grown'; entry: KnownSource };

/** Sources whose content may begin like this one’s: a checkpoint of theirs within the head fits. */
export function candidates(source: ByteSource, known: Iterable<KnownSource>): KnownSource[] {
  const { head } = source;
  const digests = new Map<number, string>();
  const digestAt = (position: number): string => {
    let digest = digests.get(position);
    if (digest === undefined) {
      digest = createHash('sha256').update(head.subarray(0, position)).digest('base64url').slice(0, 22);
      digests.set(position, digest);
    }
    return digest;
  };
  return [...known]
    .filter((entry) => {
      const marks: Checkpoint[] = [...entry.checkpoints, [entry.position, entry.digest]];
      const last = marks.findLast(([position]) => position > 0 && position <= head.length);
      return last !== undefined && digestAt(last[0]) === last[1];
    })
    .sort((a, b) => b.position - a.position);
}

/** Tells what a source is by reading as much of it as its candidates have taken in. */
export async function identify(source: ByteSource, among: readonly KnownSource[]): Promise<Identity> {
  for (const entry of among) {
    const found = await compare(source, entry);
    if (found !== 'other') {
      return { kind: found, entry };
    }
  }
  return { kind: 'new' };
}

async function compare(source: ByteSource, entry: KnownSource): Promise<'taken' | 'grown' | 'other'> {
  const marks: Checkpoint[] = [
    ...entry.checkpoints.filter(([position]) => position < entry.position),
    [entry.position, entry.digest],
    ...(entry.tail ? [entry.tail] : []),
  ];
  const hash = createHash('sha256');
  let at = 0;
  let mark = 0;
  let lastByte: number | undefined;
  for await (const chunk of untilDamaged(source.open())) {
    let from = 0;
    while (mark < marks.length && at + (chunk.length - from) >= marks[mark]![0]) {
      const [position, digest] = marks[mark]!;
      hash.update(chunk.subarray(from, from + position - at));
      from += position - at;
      at = position;
      if (digestOf(hash) !== digest) {
        return position > entry.position ? 'grown' : 'other';
      }
      mark++;
    }
    if (mark === marks.length && from < chunk.length) {
      return 'grown';
    }
    hash.update(chunk.subarray(from));
    at += chunk.length - from;
    lastByte = chunk.at(-1) ?? lastByte;
  }
  const fits = marks[mark - 1]?.[0] ?? 0;
  if (at === fits) {
    return 'taken';
  }
  if (at > entry.position) {
    return 'grown';
  }
  // A shorter copy. Up to FINE_BYTES a whole line that is not at a checkpoint is another line; beyond, what lies between
  // the last checkpoint and the end is taken to be the same, as in a copy that was made earlier.
  return mark === 0 || (at < FINE_BYTES && lastByte === 10) ? 'other' : 'taken';
}

async function* untilDamaged(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    if (!(error instanceof DamagedStream)) {
      throw error;
    }
  }
}
