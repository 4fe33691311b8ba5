import { unlink } from 'node:fs/promises';

import { hasCode, makeDirectory, syncDirectory } from '../../lake/durable';
import { acquireLock, type ProcessLock } from '../../lake/process-lock';
import { Overload } from '../intake/overload';
import { DiskRoom } from './disk-room';
import { MAX_PAYLOAD_BYTES } from './frame';
import { GroupWriter, type WalCounts } from './group-writer';
import type { WalEntry, WalLog, WalOptions, WalProblem } from './options';
import { Problems, recover, type FoundSegment } from './recovery';
import { replaySegments } from './replay';

const MIB = 2 ** 20;
const RETRY_SECONDS = 5;

/**
 * The write-ahead log: what was sent is acknowledged once it is in here, encrypted and on the disk, and is kept until it
 * is released. Payloads that come in while others are being flushed are written and flushed together.
 */
export class Wal {
  private releasing: Promise<void> = Promise.resolve();
  private closing = false;

  private constructor(
    private readonly directory: string,
    private readonly limits: { backlogBytes: number; queueBytes: number },
    private readonly log: WalLog | undefined,
    private readonly lock: ProcessLock,
    private readonly room: DiskRoom,
    private readonly trouble: Problems,
    private readonly found: readonly FoundSegment[],
    private readonly writer: GroupWriter
  ) {}

  /**
   * Opens the log in a folder, which is made when there is none. Throws APITRAIL_LAKE_BUSY when another process has it
   * open, and APITRAIL_WAL_DAMAGED when it was written with another key; damage to the files does not stop it.
   */
  static async open(directory: string, options: WalOptions): Promise<Wal> {
    const { log, firstSeq, reserveBytes = 512 * MIB, backlogBytes = 4096 * MIB, queueBytes = 128 * MIB } = options;
    await makeDirectory(directory);
    const lock = await acquireLock(directory, {
      name: 'wal',
      holder: 'Another process takes in what is sent to this lake',
      advice: 'Stop it, or give this one another lake.',
    });
    try {
      const trouble = new Problems(log);
      const { segments, lastSeq, released, nextOrdinal } = await recover(directory, options.key, trouble, log);
      const room = new DiskRoom(directory, reserveBytes);
      await room.refresh();
      const writer = new GroupWriter(
        directory,
        { key: options.key, onFatal: options.onFatal, segmentBytes: options.segmentBytes ?? 16 * MIB },
        room,
        [...segments],
        Math.max(lastSeq, firstSeq),
        nextOrdinal,
        Math.max(released, firstSeq)
      );
      return new Wal(directory, { backlogBytes, queueBytes }, log, lock, room, trouble, segments, writer);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** Number of the last entry that is on the disk. */
  get durableSeq(): number {
    return this.writer.durableSeq;
  }

  /** The last number that was given to an entry, which may be on its way to the disk. */
  get lastSeq(): number {
    return this.writer.seq;
  }

  /** Size of the log on the disk. */
  get bytes(): number {
    return this.writer.closed.reduce((sum, { bytes }) => sum + bytes, this.writer.active?.durable ?? 0);
  }

  /** Bytes that wait in memory to be written. */
  get pendingBytes(): number {
    return this.writer.queued;
  }

  /** Files the log consists of. */
  get segments(): number {
    return this.writer.closed.length + (this.writer.active ? 1 : 0);
  }

  /** How long ago the oldest entry above a number came in, seconds; undefined without one. */
  ageAbove(seq: number): number | undefined {
    return this.writer.ages.above(seq);
  }

  /** An entry of an earlier process came in so long ago, milliseconds. */
  noteAge(seq: number, ageMs: number): void {
    this.writer.ages.note(seq, ageMs);
  }

  /** How often the log did what, since it was opened. */
  get counts(): Readonly<WalCounts> {
    return this.writer.counts;
  }

  /** What is damaged, and what was and lies there still. */
  get problems(): readonly WalProblem[] {
    return this.trouble.list;
  }

  /**
   * The entries above a number that were on the disk when the log was opened, in ascending order. To be read before the
   * first `append` and `release`. What cannot be read is reported among `problems` and left out.
   */
  replay(after: number): AsyncGenerator<WalEntry> {
    return replaySegments(this.directory, this.found, after, this.trouble);
  }

  /**
   * The last entry that earlier processes let go of, because the lake had it. When the lake does not have it any more, as
   * after an older copy of it was put back, what lies between is lost.
   */
  get releasedBefore(): number {
    return Math.max(0, ...this.found.map(({ header }) => header?.released ?? 0));
  }

  /** Says that entries are lost which the log had let go of. */
  reportLost(from: number, to: number): void {
    this.trouble.report(
      `${this.directory}#released-${to}`,
      `The lake is older than the write-ahead log: what was sent in the entries ${from} to ${to} was in the lake and is not any more, as after an older copy of it was put back. It is lost, unless it is in another copy. This is told until Apitrail is started again after its next commit.`
    );
  }

  /** Throws an `Overload` when so many bytes would not be taken now, as far as is known without asking the disk. */
  admit(bytes: number): void {
    const refusal = this.refusal(bytes);
    if (refusal) {
      throw refusal;
    }
    if (!this.room.likely(bytes)) {
      throw this.writer.diskFull();
    }
  }

  /**
   * Resolves with the entry’s number when the payload, its pieces one after the other, is on the disk; in the order of the
   * calls. The pieces must not be changed until then. Rejects with an `Overload` when it was not taken; then nothing of it
   * is there, also after a crash. Any other rejection comes after `onFatal`.
   */
  append(pieces: readonly Buffer[]): Promise<number> {
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (bytes > MAX_PAYLOAD_BYTES) {
      return Promise.reject(new RangeError(`A payload of ${bytes} bytes is larger than ${MAX_PAYLOAD_BYTES}.`));
    }
    const refusal = this.refusal(bytes);
    if (refusal) {
      this.writer.counts.refused++;
      return Promise.reject(refusal);
    }
    return this.writer.append(pieces, bytes);
  }

  /**
   * Lets go of all entries up to a number: they are kept elsewhere now, durably. A file goes once all in it is released;
   * the one that is written to is closed, so that it can go next time. What cannot be removed is tried again next time.
   */
  release(through: number): Promise<void> {
    if (!this.closing) {
      const before = this.releasing.catch(() => undefined);
      this.releasing = before.then(() => this.letGo(through));
    }
    return this.releasing;
  }

  /** Writes what waits, and closes the log. What is there stays. */
  async close(): Promise<void> {
    this.closing = true;
    await this.releasing.catch(() => undefined);
    await this.writer.settle();
    await this.writer.active?.close();
    await this.lock.release();
  }

  private async letGo(through: number): Promise<void> {
    const { writer } = this;
    writer.released = Math.max(writer.released, through);
    writer.ages.forget(writer.released);
    if (!writer.failed && (writer.active ? !writer.active.empty : writer.closed.length > 0)) {
      await writer.roll();
    }
    // The newest file stays in any case: it knows which numbers were used.
    const candidates = writer.active ? [...writer.closed] : writer.closed.slice(0, -1);
    let removed = 0;
    for (const segment of candidates.filter(({ lastSeq }) => lastSeq <= writer.released)) {
      try {
        await unlink(segment.path);
      } catch (error) {
        if (!hasCode(error, 'ENOENT')) {
          this.log?.warn({ file: segment.path, error }, 'A file of the write-ahead log could not be removed');
          continue;
        }
      }
      writer.closed.splice(writer.closed.indexOf(segment), 1);
      removed++;
    }
    if (removed > 0) {
      this.room.forget();
      await syncDirectory(this.directory);
    }
  }

  private refusal(bytes: number): Overload | undefined {
    if (this.closing) {
      return new Overload('APITRAIL_STOPPING', 'The companion is stopping. Send it again.', RETRY_SECONDS);
    }
    const waiting = this.pendingBytes;
    if (waiting > 0 && waiting + bytes > this.limits.queueBytes) {
      return busy('More comes in than the disk takes');
    }
    if (this.bytes + waiting + bytes > this.limits.backlogBytes) {
      return busy('More comes in than gets into the lake: the write-ahead log has reached ingest.backlog');
    }
    return undefined;
  }
}

function busy(why: string): Overload {
  return new Overload('APITRAIL_INGEST_BUSY', `${why}. Send it again.`, RETRY_SECONDS);
}
