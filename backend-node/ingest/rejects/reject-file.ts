import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { ApitrailError } from '@apitrail/contract';

import { removeIfThere, syncDirectory, temporaryBeside } from '../../lake/durable';
import { parseLetter, serialiseLetter, type DeadLetter } from './dead-letter';

/**
 * A file of dead letters: a header in the clear, which has counts and times only, then frames of JSON lines, compressed and
 * encrypted with AES-256-GCM. Each frame is bound to the file’s name, its header and its place, and the last one says so:
 * no frame can be left out, moved, or put into another file.
 */
const MAGIC = Buffer.from('APITREJ1');
const HEADER_BYTES = 28;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FRAME_CHARACTERS = 4 * 1024 * 1024;
/** More than a frame can have: a letter is at most a body in base64. */
const LONGEST_FRAME = 1024 * 1024 * 1024;

/** What can be known of a file without the key. */
export interface RejectFileHeader {
  letters: number;
  /** Times at which the oldest and the newest came in, microseconds since the epoch. */
  oldest: number;
  newest: number;
}

/** The range of the write-ahead log that a file of dead letters is of. */
export interface RejectRange {
  from: number;
  to: number;
}

const padded = (seq: number): string => String(seq).padStart(16, '0');

/** Name of the file of a range of the write-ahead log, both ends included. */
export const rejectFileName = ({ from, to }: RejectRange): string => `${padded(from)}-${padded(to)}.rejects`;

/** The range of a file of that name; undefined for other files. */
export function parseRejectFileName(name: string): RejectRange | undefined {
  const match = /^(\d{16})-(\d{16})\.rejects$/.exec(name);
  return match ? { from: Number(match[1]), to: Number(match[2]) } : undefined;
}

/** Puts letters into a file in the place of one of that name, durably. Gives its size in bytes. */
export async function writeRejectFile(path: string, key: Buffer, letters: readonly DeadLetter[]): Promise<number> {
  const header = headerOf(letters);
  const temporary = temporaryBeside(path);
  let size = header.length;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(header);
      const frames = [...framesOf(letters)];
      for (const [index, [from, to]] of frames.entries()) {
        const text = letters
          .slice(from, to)
          .map((letter) => `${serialiseLetter(letter)}\n`)
          .join('');
        const frame = encrypt(
          gzipSync(text, { level: 1 }),
          key,
          boundTo(path, header, index, index === frames.length - 1)
        );
        size += frame.length;
        await handle.writeFile(frame);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await removeIfThere(temporary);
    throw error;
  }
  await syncDirectory(dirname(path));
  return size;
}

/** What a file says of itself. Throws APITRAIL_BAD_FILE when it is no file of dead letters. */
export async function readRejectHeader(path: string): Promise<RejectFileHeader> {
  const handle = await open(path, 'r');
  try {
    return headerFrom(await readBytes(handle, path, HEADER_BYTES, 0), path);
  } finally {
    await handle.close();
  }
}

/**
 * The letters of a file, a frame at a time. Throws APITRAIL_BAD_FILE when it is damaged, or was written with another key.
 */
export async function* readRejectFile(path: string, key: Buffer): AsyncGenerator<DeadLetter> {
  const handle = await open(path, 'r');
  try {
    const header = await readBytes(handle, path, HEADER_BYTES, 0);
    headerFrom(header, path);
    const { size } = await handle.stat();
    for (let at = HEADER_BYTES, index = 0; at < size; index++) {
      const length = (await readBytes(handle, path, 4, at)).readUInt32LE();
      if (length < NONCE_BYTES + TAG_BYTES || length > LONGEST_FRAME) {
        throw damaged(path);
      }
      const frame = await readBytes(handle, path, length, at + 4);
      at += 4 + length;
      const lines = decrypt(frame, key, boundTo(path, header, index, at === size), path)
        .toString('utf8')
        .split('\n');
      lines.pop();
      yield* lines.map(parseLetter);
    }
    if (size <= HEADER_BYTES) {
      throw damaged(path);
    }
  } finally {
    await handle.close();
  }
}

/** What the header of a file with these letters says. */
export function headerFor(letters: readonly DeadLetter[]): RejectFileHeader {
  let [oldest, newest] = [Infinity, -Infinity];
  for (const { receivedAt } of letters) {
    oldest = Math.min(oldest, receivedAt);
    newest = Math.max(newest, receivedAt);
  }
  return { letters: letters.length, oldest, newest };
}

function headerOf(given: readonly DeadLetter[]): Buffer {
  const { letters, oldest, newest } = headerFor(given);
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(letters, 8);
  header.writeDoubleLE(oldest, 12);
  header.writeDoubleLE(newest, 20);
  return header;
}

function headerFrom(bytes: Buffer, path: string): RejectFileHeader {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw damaged(path);
  }
  return { letters: bytes.readUInt32LE(8), oldest: bytes.readDoubleLE(12), newest: bytes.readDoubleLE(20) };
}

/** Ranges of letters that go into one frame. An empty file has one frame, too: without it nobody could tell it is whole. */
function* framesOf(letters: readonly DeadLetter[]): Generator<[from: number, to: number]> {
  let from = 0;
  let size = 0;
  for (let at = 0; at < letters.length; at++) {
    const { text, body } = letters[at]!;
    const length = (text?.length ?? 0) + (body?.length ?? 0) * 1.4;
    if (size > 0 && size + length > FRAME_CHARACTERS) {
      yield [from, at];
      from = at;
      size = 0;
    }
    size += length + 1;
  }
  yield [from, letters.length];
}

function boundTo(path: string, header: Buffer, index: number, last: boolean): Buffer {
  return Buffer.concat([header, Buffer.from(`${basename(path)} ${index} ${last ? 'last' : 'more'}`)]);
}

function encrypt(plain: Buffer, key: Buffer, bound: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bound);
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(sealed.length);
  return Buffer.concat([length, sealed]);
}

function decrypt(frame: Buffer, key: Buffer, bound: Buffer, path: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, frame.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(bound)
    .setAuthTag(frame.subarray(-TAG_BYTES));
  try {
    return gunzipSync(Buffer.concat([decipher.update(frame.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]));
  } catch (cause) {
    throw damaged(path, cause);
  }
}

async function readBytes(handle: FileHandle, path: string, length: number, position: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let read = 0; read < length;) {
    const { bytesRead } = await handle.read(bytes, read, length - read, position + read);
    if (bytesRead === 0) {
      throw damaged(path);
    }
    read += bytesRead;
  }
  return bytes;
}

function damaged(path: string, cause?: unknown): ApitrailError {
  return new ApitrailError(
    'APITRAIL_BAD_FILE',
    `${path} cannot be read: it is damaged, or was written with the key of another privacy.key_file.`,
    { where: path, ...(cause === undefined ? {} : { cause }) }
  );
}
