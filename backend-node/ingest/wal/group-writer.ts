import { ApitrailError } from '@apitrail/contract';

import { Overload } from '../intake/overload';
import type { DiskRoom } from './disk-room';
import { EntryAges } from './entry-ages';
import { FRAME_OVERHEAD } from './frame';
import type { WalOptions } from './options';
import { isNoRoom, SegmentFile, type ClosedSegment } from './segment-file';

const MIB = 2 ** 20;
/** Payloads are written and flushed together up to so many bytes. */
const GROUP_BYTES = 4 * MIB;
/** Groups up to this size are put together in memory, which is cheaper than many pieces; of larger ones the copy costs more. */
const JOINED_BYTES = 64 * 1024;
const RETRY_SECONDS = 30;

interface Waiting {
  pieces: readonly Buffer[];
  bytes: number;
  resolve(seq: number): void;
  reject(error: unknown): void;
}

/** How often the log did what, since it was opened. */
export interface WalCounts {
  appended: number;
  /** Payloads that were not taken, because there was no room. */
  refused: number;
  flushes: number;
  /** Time spent in flushes, seconds. */
  flushSeconds: number;
}

/**
 * Writes payloads to segments, one group at a time: what comes in while a group is being flushed is the next group.
 * Everything that changes which segment is written to happens in this one loop.
 */
export class GroupWriter {
  readonly counts: WalCounts = { appended: 0, refused: 0, flushes: 0, flushSeconds: 0 };
  readonly ages = new EntryAges();
  active: SegmentFile | undefined;
  /** Bytes that wait in memory. */
  queued = 0;
  /** Number of the last entry on the disk. */
  durableSeq: number;
  failed = false;
  private queue: Waiting[] = [];
  private group: Waiting[] = [];
  private wantsRoll: Array<() => void> = [];
  private crowded = false;
  private running: Promise<void> | undefined;

  constructor(
    private readonly directory: string,
    private readonly options: Pick<WalOptions, 'key' | 'onFatal'> & { segmentBytes: number },
    private readonly room: DiskRoom,
    /** Segments that are not written to any more; the writer adds to it. */
    readonly closed: ClosedSegment[],
    /** The last number that was given to an entry. */
    public seq: number,
    private ordinal: number,
    public released: number
  ) {
    this.durableSeq = seq;
  }

  append(pieces: readonly Buffer[], bytes: number): Promise<number> {
    if (this.failed) {
      return Promise.reject(failure());
    }
    this.queued += bytes;
    return new Promise((resolve, reject) => {
      this.queue.push({ pieces, bytes, resolve, reject });
      this.start();
    });
  }

  /** Begins a new segment, after what is being written; without room for it, nothing changes. */
  roll(): Promise<void> {
    if (this.failed) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.wantsRoll.push(resolve);
      this.start();
    });
  }

  /** Resolves when nothing waits any more. */
  async settle(): Promise<void> {
    while (this.running) {
      await this.running;
    }
  }

  diskFull(): Overload {
    return new Overload(
      'APITRAIL_DISK_FULL',
      `There is too little room on the disk of ${this.directory} (ingest.disk_reserve). Make room, and send it again.`,
      RETRY_SECONDS
    );
  }

  private get waits(): boolean {
    return this.wantsRoll.length > 0 || this.queue.length > 0;
  }

  private start(): void {
    this.running ??= this.work()
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.running = undefined;
        if (this.waits) {
          this.start();
        }
      });
  }

  private async work(): Promise<void> {
    do {
      // A turn later, so that what comes in together is flushed together.
      await new Promise<void>((resolve) => setImmediate(resolve));
      const rolled = this.wantsRoll.splice(0);
      if (rolled.length > 0) {
        await this.beginSegment().catch(onlyNoRoom);
        rolled.forEach((resolve) => resolve());
      }
      if (this.queue.length > 0) {
        this.group = this.takeGroup();
        await this.writeGroup(this.group);
        this.group = [];
      }
    } while (this.waits);
  }

  private takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < this.queue.length && (count === 0 || bytes + this.queue[count]!.bytes <= GROUP_BYTES)) {
      bytes += this.queue[count++]!.bytes;
    }
    return this.queue.splice(0, count);
  }

  private async writeGroup(group: Waiting[]): Promise<void> {
    const bytes = group.reduce((sum, each) => sum + each.bytes + FRAME_OVERHEAD, 0);
    const segment = await this.segmentFor(bytes);
    if (!segment) {
      return this.refuse(group);
    }
    // Numbers of what could not be written are not given again: a number is the nonce of its frame.
    const frames = group.flatMap(({ pieces }) => segment.codec.encode(++this.seq, segment.durable, pieces));
    try {
      await segment.write(bytes <= JOINED_BYTES ? [Buffer.concat(frames, bytes)] : frames);
    } catch (error) {
      onlyNoRoom(error);
      await segment.cutBack();
      this.crowded = true;
      this.room.forget();
      return this.refuse(group);
    }
    const before = performance.now();
    await segment.flush(bytes, this.seq);
    await segment.assertInPlace();
    this.counts.flushSeconds += (performance.now() - before) / 1000;
    this.counts.flushes++;
    this.counts.appended += group.length;
    this.durableSeq = this.seq;
    this.ages.note(this.seq);
    const first = this.seq - group.length + 1;
    for (const [index, { bytes: size, resolve }] of group.entries()) {
      this.queued -= size;
      resolve(first + index);
    }
  }

  /** The segment that so many bytes go to; undefined when there is no room. */
  private async segmentFor(bytes: number): Promise<SegmentFile | undefined> {
    if (!(await this.room.take(bytes))) {
      return undefined;
    }
    const { active } = this;
    if (active && (active.empty || (!this.crowded && active.durable + bytes <= this.options.segmentBytes))) {
      return active;
    }
    try {
      await this.beginSegment();
      return this.active;
    } catch (error) {
      onlyNoRoom(error);
      this.room.forget();
      return undefined;
    }
  }

  private async beginSegment(): Promise<void> {
    const next = await SegmentFile.create(this.directory, this.options.key, {
      ordinal: this.ordinal,
      after: this.durableSeq,
      released: this.released,
    });
    this.ordinal++;
    const before = this.active;
    this.active = next;
    this.crowded = false;
    if (before) {
      this.closed.push(await before.close());
    }
  }

  private refuse(group: Waiting[]): void {
    this.counts.refused += group.length;
    for (const { bytes, reject } of group) {
      this.queued -= bytes;
      reject(this.diskFull());
    }
  }

  private fail(error: unknown): void {
    this.failed = true;
    this.options.onFatal(error);
    for (const { reject } of [...this.group.splice(0), ...this.queue.splice(0)]) {
      reject(failure(error));
    }
    this.wantsRoll.splice(0).forEach((resolve) => resolve());
    this.queued = 0;
  }
}

/** Throws what is not a want of room. */
function onlyNoRoom(error: unknown): void {
  if (!isNoRoom(error)) {
    throw error;
  }
}

function failure(cause?: unknown): ApitrailError {
  return new ApitrailError(
    'APITRAIL_INTERNAL',
    'The disk could not say that it has what was sent. Whether it was taken in is not known until the companion has started again.',
    { cause }
  );
}
