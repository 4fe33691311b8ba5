import { createCipheriv, createDecipheriv } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * A frame holds one entry: CRC-32 u32 · length of the rest u32 · number u64 · durable u32 · ciphertext · tag 16, numbers
 * little-endian. `durable` is the offset up to which the segment was on the disk when the frame was written: whoever finds
 * a bad frame knows from a later one whether it was ever acknowledged.
 */
export interface FrameFacts {
  offset: number;
  /** Of the whole frame. */
  length: number;
  seq: number;
  durable: number;
}

const FRAME_HEADER_BYTES = 20;
const TAG_BYTES = 16;
/** Bytes of a frame beside its payload. */
export const FRAME_OVERHEAD = FRAME_HEADER_BYTES + TAG_BYTES;
/** Size of a payload that a frame can hold. */
export const MAX_PAYLOAD_BYTES = 2 ** 30;

/** Makes and reads the frames of one segment: AES-256-GCM under the segment’s own key, the number as nonce. */
export class FrameCodec {
  private readonly seed: number;

  constructor(
    private readonly id: Buffer,
    private readonly key: Buffer
  ) {
    this.seed = crc32(id);
  }

  /** A frame as pieces to be written one after the other. The payload is `pieces` one after the other. */
  encode(seq: number, durable: number, pieces: readonly Buffer[]): Buffer[] {
    const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
    header.writeUInt32LE(
      pieces.reduce((sum, piece) => sum + piece.length, TAG_BYTES),
      4
    );
    header.writeBigUInt64LE(BigInt(seq), 8);
    header.writeUInt32LE(durable, 16);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce(seq));
    cipher.setAAD(Buffer.concat([this.id, header.subarray(4)]));
    const ciphertext = [...pieces.map((piece) => cipher.update(piece)), cipher.final()];
    // Without the empty ones: zlib begins anew at one that has no memory.
    const body = [...ciphertext, cipher.getAuthTag()].filter(({ length }) => length > 0);
    header.writeUInt32LE(
      body.reduce((crc, piece) => crc32(piece, crc), crc32(header.subarray(4), this.seed)),
      0
    );
    return [header, ...body];
  }

  /** What the frame at an offset says of itself, when it is whole and one of this segment. */
  at(bytes: Buffer, offset: number): FrameFacts | undefined {
    if (offset + FRAME_OVERHEAD > bytes.length) {
      return undefined;
    }
    const rest = bytes.readUInt32LE(offset + 4);
    const length = FRAME_HEADER_BYTES + rest;
    if (rest < TAG_BYTES || offset + length > bytes.length) {
      return undefined;
    }
    if (bytes.readUInt32LE(offset) !== crc32(bytes.subarray(offset + 4, offset + length), this.seed)) {
      return undefined;
    }
    const seq = Number(bytes.readBigUInt64LE(offset + 8));
    return { offset, length, seq, durable: bytes.readUInt32LE(offset + 16) };
  }

  /** The payload of a frame; undefined when it is not what was written. */
  decode(bytes: Buffer, { offset, length, seq }: FrameFacts): Buffer | undefined {
    const frame = bytes.subarray(offset, offset + length);
    const decipher = createDecipheriv('aes-256-gcm', this.key, nonce(seq));
    decipher.setAAD(Buffer.concat([this.id, frame.subarray(4, FRAME_HEADER_BYTES)]));
    decipher.setAuthTag(frame.subarray(length - TAG_BYTES));
    try {
      const payload = decipher.update(frame.subarray(FRAME_HEADER_BYTES, length - TAG_BYTES));
      decipher.final();
      return payload;
    } catch {
      return undefined;
    }
  }
}

/** Numbers are used once in a segment, and segments have keys of their own. */
function nonce(seq: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeBigUInt64LE(BigInt(seq), 0);
  return bytes;
}
