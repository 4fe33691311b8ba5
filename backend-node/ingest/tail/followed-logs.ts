import { randomUUID } from 'node:crypto';

import { ApitrailError } from '@apitrail/contract';

import { WRITTEN_MS } from '../import/being-written';
import { DamagedStream } from '../import/decompress';
import { hasCode } from '../../lake/durable';
import { UnpackingReader, type ContentReader } from './content-reader';
import { findLogs, foldersOf, sameFile, sameSignature, signatureOf, type FileSignature } from './find-logs';
import { Follower, type FormatChoice } from './follower';
import { findOrphan } from './find-orphan';
import { openLog, type OpenedLog } from './open-log';
import { recogniseLog, type KnownLogs } from './recognise-log';
import type { TailSource } from './tail-state';

/** A file that was rotated away is closed when nothing came for this long: its writer may hold it open still. */
const INACTIVE_MS = 5 * 60_000;
/** A log that is there and gets nothing for this long is closed, and opened again when it does. */
const IDLE_MS = 60 * 60_000;
/** A copy of what is being read is looked at again after a while, which grows with what must be compared. */
const laterMs = (position: number): number => 200 + position / 100_000;
/** What became of a log that was cut off or has gone is looked for this long. */
const ORPHAN_MS = 60_000;

export interface FollowOptions {
  /** Files, folders, patterns. */
  files: readonly string[];
  choice: FormatChoice;
  /** Whether logs that are there at the first start are read from their beginning. */
  fromStart: boolean;
  /** Ends logs at their end of now. */
  once: boolean;
  now: () => number;
  note: (text: string) => void;
  problem: (text: string) => void;
}

/** The logs that are followed: finds them, knows them again by their content, and lets go of what was rotated away. */
export class FollowedLogs {
  /** What is read from now, by path. */
  private readonly live = new Map<string, Follower>();
  /** What was rotated away and may still get more, and copies that have what was not read in time. */
  private readonly leaving = new Set<Follower>();
  /** Files that were looked at and have nothing for now. */
  private readonly settled = new Map<string, FileSignature>();
  /** Sources whose file is not what it was, and since when. */
  private readonly orphans = new Map<TailSource, number>();
  /** Copies of what is being read: not to be looked at before a time. */
  private readonly later = new Map<string, number>();
  private readonly told = new Set<string>();
  private first = true;

  constructor(
    /** All that is known, and is kept by whoever saves it. */
    readonly sources: TailSource[],
    private readonly options: FollowOptions
  ) {}

  get followers(): Follower[] {
    return [...this.live.values(), ...this.leaving];
  }

  /** Whether what became of some logs, or whether some files are copies, is not known yet. */
  get searching(): boolean {
    return this.orphans.size > 0 || this.later.size > 0;
  }

  /** How many files are followed now. */
  get count(): number {
    return this.live.size;
  }

  get folders(): string[] {
    return [...new Set([...foldersOf(this.options.files), ...foldersOf([...this.live.keys()])])];
  }

  /** Looks at what is there, and opens what is new. */
  async look(): Promise<void> {
    const { files, once, now } = this.options;
    const paths = await findLogs(files);
    for (const path of paths) {
      await this.tolerant(path, () => this.lookAt(path));
    }
    for (const [path, follower] of this.live) {
      if (!paths.includes(path)) {
        this.letGo(path, follower);
      }
    }
    if (this.first) {
      this.first = false;
      const read = new Set(this.followers.map(({ source }) => source));
      for (const source of this.sources) {
        if (!source.done && !read.has(source)) {
          this.orphans.set(source, now());
        }
      }
    }
    await this.findOrphans(once);
  }

  /** The follower found its file cut off or written anew: what it had not read may be in a copy. */
  async truncated(follower: Follower): Promise<void> {
    const { source } = follower;
    await this.close(follower);
    if (!follower.whole) {
      this.orphans.set(source, this.options.now());
    } else {
      this.settled.delete(source.path);
    }
  }

  /** Whether the end of a log is there to stay, so that its last line is whole. */
  async isFinal({ whole, reader, rotatedAt, activeAt }: Follower): Promise<boolean> {
    const { once, now } = this.options;
    if (whole) {
      return !(reader instanceof UnpackingReader && reader.damage && (await this.isBeingWritten(reader)));
    }
    if (rotatedAt !== undefined) {
      return once || now() - Math.max(rotatedAt, activeAt) > INACTIVE_MS;
    }
    return once && !(await this.isBeingWritten(reader));
  }

  private async isBeingWritten({ modified }: ContentReader): Promise<boolean> {
    return this.options.now() - (await modified()) < WRITTEN_MS;
  }

  /** There is nothing to read from a follower now: one that was rotated away is done after a while. */
  async atEnd(follower: Follower): Promise<void> {
    const { source, whole, reader } = follower;
    const now = this.options.now();
    const final = await this.isFinal(follower);
    const leaves = this.leaving.has(follower);
    if (!whole && !leaves && now - follower.activeAt < IDLE_MS) {
      return;
    }
    if (!whole && leaves && !final) {
      return;
    }
    if (final && (whole || leaves)) {
      source.done = true;
      source.seen = now;
      if (reader instanceof UnpackingReader && reader.damage) {
        this.options.problem(`${source.path}: ${reader.damage.message}; what comes before that was sent.`);
      }
    }
    const signature = await signatureOf(source.path);
    await this.close(follower);
    if (leaves) {
      // A compressed copy that is not whole yet.
      if (!final) {
        this.orphans.set(source, now);
      }
    } else if (signature) {
      this.settled.set(source.path, signature);
    }
  }

  async closeAll(): Promise<void> {
    for (const follower of this.followers) {
      await this.close(follower);
    }
  }

  private async close(follower: Follower): Promise<void> {
    this.leaving.delete(follower);
    for (const [path, other] of this.live) {
      if (other === follower) {
        this.live.delete(path);
      }
    }
    await follower.reader.close();
  }

  private letGo(path: string, follower: Follower): void {
    this.live.delete(path);
    follower.rotatedAt = this.options.now();
    this.leaving.add(follower);
  }

  private async lookAt(path: string): Promise<void> {
    const signature = await signatureOf(path);
    const follower = this.live.get(path);
    if (!signature) {
      this.settled.delete(path);
      this.later.delete(path);
      if (follower) {
        this.letGo(path, follower);
      }
      return;
    }
    if (follower) {
      if (sameFile(follower.source, signature)) {
        return;
      }
      this.letGo(path, follower);
    }
    const settled = this.settled.get(path);
    if (settled && sameSignature(settled, signature)) {
      return;
    }
    this.settled.delete(path);
    if (settled && !sameFile(settled, signature)) {
      this.lookFor(settled);
    }
    if ((this.later.get(path) ?? 0) > this.options.now()) {
      return;
    }
    this.later.delete(path);
    const moved = this.followers.find(({ source, whole }) => !whole && sameFile(source, signature));
    if (moved || signature.size === 0) {
      // Renamed to a name that is followed, too, or empty.
      return;
    }
    await this.take(path, signature);
  }

  /** A log that was closed for want of news has another file in its place: its own may have got something before. */
  private lookFor(file: FileSignature): void {
    const read = new Set(this.followers.map(({ source }) => source));
    for (const source of this.sources) {
      if (!source.done && !read.has(source) && sameFile(source, file)) {
        this.orphans.set(source, this.options.now());
      }
    }
  }

  /** Opens a file and finds out which log it is. */
  private async take(path: string, seen: FileSignature): Promise<void> {
    const opened = await openLog(path);
    if (!opened) {
      return;
    }
    const { reader, whole, signature } = opened;
    let follower: Follower | 'settled' | 'later' | undefined;
    try {
      follower = await recogniseLog(path, opened, this.known);
      if (follower === undefined) {
        follower = await this.begin(path, opened);
      }
    } catch (error) {
      await reader.close();
      throw error;
    }
    if (follower instanceof Follower) {
      const { source } = follower;
      source.path = path;
      source.device = signature.device;
      source.inode = signature.inode;
      source.seen = this.options.now();
      if (!whole) {
        delete source.done;
      }
      this.orphans.delete(source);
      this.live.set(path, follower);
    } else {
      await reader.close();
      if (follower === 'settled') {
        this.settled.set(path, seen);
      } else {
        this.later.set(path, this.options.now() + laterMs(seen.size));
      }
    }
  }

  private get known(): KnownLogs {
    return {
      followers: this.followers,
      sources: this.sources,
      resume: (source, opened) => this.resume(source, opened),
    };
  }

  private resume(source: TailSource, { reader, whole }: OpenedLog): Promise<Follower | undefined> {
    return Follower.resume(source, reader, { whole, choice: this.options.choice, now: this.options.now() });
  }

  /** Begins with a log that nothing is known of. */
  private async begin(path: string, opened: OpenedLog): Promise<Follower> {
    const { signature } = opened;
    const source: TailSource = {
      ...{ id: randomUUID(), position: 0, digest: '', checkpoints: [], lines: 0, rows: 0, rejected: 0, blank: 0 },
      ...{ path, device: signature.device, inode: signature.inode, seen: this.options.now() },
    };
    const follower = (await this.resume(source, opened))!;
    if (this.first && !this.options.fromStart) {
      await follower.passOver();
    }
    this.sources.push(source);
    return follower;
  }

  /** Looks for what logs have become whose file is not what it was. */
  private async findOrphans(giveUp: boolean): Promise<void> {
    const { now, problem } = this.options;
    for (const [source, since] of this.orphans) {
      const found = await findOrphan(source, this.known);
      if (found) {
        this.goOn(source, found);
      } else if (giveUp || now() - since > ORPHAN_MS) {
        this.orphans.delete(source);
        source.done = true;
        if (source.position === 0 && !source.pending) {
          continue;
        }
        delete source.pending;
        problem(
          `${source.path}: what was read up to byte ${source.position.toLocaleString('en-US')} is not there any more, nor a ` +
            'rotated copy of it beside it. What came after that, if there was something, is not sent.'
        );
      }
    }
  }

  /** Goes on with a log under the name it was rotated to. */
  private goOn(
    source: TailSource,
    { follower, opened, path }: NonNullable<Awaited<ReturnType<typeof findOrphan>>>
  ): void {
    this.orphans.delete(source);
    this.options.note(`${source.path}: goes on in ${path}`);
    follower.rotatedAt = this.options.now();
    if (!opened.whole) {
      source.device = opened.signature.device;
      source.inode = opened.signature.inode;
    }
    this.leaving.add(follower);
  }

  /** What is wrong with one file is said once, and is no reason to leave out the others. */
  private async tolerant(path: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.told.delete(path);
    } catch (error) {
      const file = error instanceof ApitrailError && error.code === 'APITRAIL_BAD_FILE';
      if (!file && !(error instanceof DamagedStream) && !hasCode(error, 'EACCES') && !hasCode(error, 'EPERM')) {
        throw error;
      }
      if (!this.told.has(path)) {
        this.told.add(path);
        this.options.problem(
          error instanceof ApitrailError ? error.userMessage : `${path}: ${(error as Error).message}`
        );
      }
    }
  }
}
