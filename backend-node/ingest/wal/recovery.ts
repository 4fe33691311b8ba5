import { link, open, readdir, readFile, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import { hasCode, syncDirectory } from '../../lake/durable';
import { FrameCodec } from './frame';
import type { WalLog, WalProblem } from './options';
import { scanSegment, type Scan } from './scan';
import type { ClosedSegment } from './segment-file';
import { decodeHeader, HEADER_BYTES, parseSegmentName, segmentKeys, type SegmentHeader } from './segment-header';

/** A segment of an earlier process. */
export interface FoundSegment extends ClosedSegment {
  codec: FrameCodec;
  /** Undefined when it cannot be read. */
  header: SegmentHeader | undefined;
}

/** What earlier processes left. */
export interface Found {
  segments: FoundSegment[];
  /** Place of the next segment in the order. */
  nextOrdinal: number;
  lastSeq: number;
  /** Up to where entries had been released, as far as the log says. */
  released: number;
}

const DAMAGED = '.damaged';

/** What is wrong with the log, once for each file, on the log and for health. */
export class Problems {
  private readonly known = new Map<string, WalProblem>();

  constructor(private readonly log: WalLog | undefined) {}

  get list(): readonly WalProblem[] {
    return [...this.known.values()];
  }

  report(file: string, message: string): void {
    if (!this.known.has(file)) {
      this.known.set(file, { file, message });
      this.log?.error({ file, code: 'APITRAIL_WAL_DAMAGED' }, message);
    }
  }
}

/**
 * Reads what earlier processes left and makes it safe to go on: what was being written when the last one ended is cut
 * off, and what it wrote but perhaps not flushed is flushed, so that nothing of it vanishes after it was seen. Throws
 * APITRAIL_WAL_DAMAGED when it was written with another key or by a newer Apitrail.
 */
export async function recover(directory: string, rootKey: Buffer, problems: Problems, log?: WalLog): Promise<Found> {
  const names = (await readdir(directory)).sort();
  for (const name of names.filter((each) => each.endsWith(DAMAGED))) {
    problems.report(
      join(directory, name),
      `${join(directory, name)} is a damaged part of the write-ahead log that was set aside earlier. Remove it when it is not needed any more.`
    );
  }
  const found: FoundSegment[] = [];
  const empty: string[] = [];
  let nextOrdinal = 1;
  for (const name of names) {
    const parsed = parseSegmentName(name);
    if (parsed) {
      nextOrdinal = parsed.ordinal + 1;
      const segment = await openSegment(join(directory, name), parsed.id, rootKey);
      if (segment) {
        found.push(segment);
      } else {
        empty.push(name);
      }
    }
  }
  // Only now: of a log that is refused nothing is changed.
  for (const name of empty) {
    await unlink(join(directory, name));
  }
  let lastSeq = Math.max(0, ...found.map(({ header }) => header?.after ?? 0));
  const last = found.at(-1);
  if (last) {
    last.lastSeq = Math.max(lastSeq, await settle(last, problems, log));
    lastSeq = last.lastSeq;
  }
  for (let index = found.length - 2; index >= 0; index--) {
    found[index]!.lastSeq = found[index + 1]!.header?.after ?? found[index + 1]!.lastSeq;
  }
  const released = Math.max(0, ...found.map(({ header }) => header?.released ?? 0));
  return { segments: found, nextOrdinal, lastSeq, released };
}

/** Reads a segment whole and what lies in it; damage is set aside and reported. */
export async function readSegment(
  { path, codec, header }: FoundSegment,
  problems: Problems
): Promise<{ bytes: Buffer; scan: Scan }> {
  const bytes = await readFile(path);
  const scan = scanSegment(bytes, codec);
  if (!header || scan.gaps.length > 0 || scan.end < bytes.length) {
    await setAside(path, scan, bytes.length, problems);
  }
  return { bytes, scan };
}

/** Keeps a damaged segment beside the log, which lets go of it as of any other, and says so. */
export async function setAside(path: string, scan: Scan, bytes: number, problems: Problems): Promise<void> {
  const copy = `${path}${DAMAGED}`;
  try {
    await link(path, copy);
    await syncDirectory(join(path, '..'));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) {
      problems.report(path, `${path} is damaged and could not be set aside: ${(error as Error).message}`);
    }
  }
  const lost = scan.gaps.reduce((sum, { from, to }) => sum + to - from, bytes - scan.end);
  problems.report(
    copy,
    `Part of the write-ahead log is damaged: ${lost} of ${bytes} bytes of ${path} cannot be read, and what was sent in them is lost. ` +
      `The ${scan.frames.length} entries that can be read are taken in. The file was set aside as ${copy}; check the disk, and remove it when it is not needed any more.`
  );
}

async function openSegment(path: string, id: Buffer, rootKey: Buffer): Promise<FoundSegment | undefined> {
  const { size } = await stat(path);
  const header = decodeHeader(await readStart(path), rootKey);
  if ((header === 'damaged' || header === 'foreign') && size <= HEADER_BYTES) {
    // Its making was interrupted: a segment has entries only after its header is on the disk. Or it is what is left after a
    // flush, and the key was changed since.
    return undefined;
  }
  if (header === 'foreign' || header === 'newer') {
    const why =
      header === 'foreign'
        ? 'was written with another key. Restore the file that privacy.key_file names, stop the companion so that it puts all into the lake, and change the key then'
        : 'was written by a newer version of Apitrail. Start that version';
    throw new ApitrailError(
      'APITRAIL_WAL_DAMAGED',
      `The write-ahead log ${path} ${why}; or move the folder aside, and what was sent and is not in the lake yet is not taken in.`,
      { where: path }
    );
  }
  const known = header === 'damaged' ? undefined : header;
  const codec = new FrameCodec(id, segmentKeys(rootKey, id).key);
  return { path, bytes: size, lastSeq: 0, codec, header: known };
}

async function readStart(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Makes the newest segment one that is closed. Gives the number of its last entry. */
async function settle(segment: FoundSegment, problems: Problems, log: WalLog | undefined): Promise<number> {
  const bytes = await readFile(segment.path);
  const scan = scanSegment(bytes, segment.codec);
  // Frames behind a gap that was never acknowledged were not acknowledged either: their group was torn as a whole.
  const torn = scan.gaps.find(({ acknowledged }) => !acknowledged);
  const end = torn?.from ?? scan.end;
  const kept = scan.frames.filter(({ offset }) => offset < end);
  const lost = scan.gaps.filter(({ acknowledged }) => acknowledged);
  if (!segment.header || lost.length > 0) {
    await setAside(segment.path, { frames: kept, gaps: lost, end }, end, problems);
  }
  const handle = await open(segment.path, 'r+');
  try {
    if (end < bytes.length) {
      log?.warn(
        { file: segment.path, bytes: bytes.length - end },
        'The end of the write-ahead log was being written when the last process ended, and was not acknowledged; it is cut off.'
      );
      await handle.truncate(end);
    }
    // After an error of fsync the system takes for clean what never got to the disk. Written again it is not.
    await rewrite(handle, bytes, Math.max(HEADER_BYTES, kept.at(-1)?.durable ?? HEADER_BYTES), end);
    await handle.sync();
  } finally {
    await handle.close();
  }
  segment.bytes = end;
  return kept.at(-1)?.seq ?? 0;
}

async function rewrite(handle: FileHandle, bytes: Buffer, from: number, to: number): Promise<void> {
  for (let at = from; at < to;) {
    at += (await handle.write(bytes, at, to - at, at)).bytesWritten;
  }
}
