import { FRAME_OVERHEAD, type FrameCodec, type FrameFacts } from './frame';
import { HEADER_BYTES } from './segment-header';

/** What lies in a segment. */
export interface Scan {
  frames: FrameFacts[];
  /** Bytes between frames that are none, from and to, and whether they were on the disk once: acknowledged, and lost. */
  gaps: Array<{ from: number; to: number; acknowledged: boolean }>;
  /** Where the last frame ends; what follows is none. */
  end: number;
}

/** How far numbers of neighbours may be apart, when a frame is looked for in the midst of bytes. */
const NEAR = 2 ** 32;

/** Finds the frames of a segment, also those behind bytes that are none. Their payloads are not looked at. */
export function scanSegment(bytes: Buffer, codec: FrameCodec): Scan {
  const frames: FrameFacts[] = [];
  const gaps: Scan['gaps'] = [];
  let end = Math.min(HEADER_BYTES, bytes.length);
  while (end < bytes.length) {
    const last = frames.at(-1)?.seq;
    const frame = codec.at(bytes, end) ?? nextFrame(bytes, codec, end + 1, last);
    if (!frame) {
      break;
    }
    if (frame.offset > end) {
      gaps.push({ from: end, to: frame.offset, acknowledged: false });
    }
    frames.push(frame);
    end = frame.offset + frame.length;
  }
  for (const gap of gaps) {
    gap.acknowledged = frames.some(({ offset, durable }) => offset >= gap.to && durable > gap.from);
  }
  return { frames, gaps, end };
}

function nextFrame(
  bytes: Buffer,
  codec: FrameCodec,
  from: number,
  lastSeq: number | undefined
): FrameFacts | undefined {
  for (let offset = from; offset + FRAME_OVERHEAD <= bytes.length; offset++) {
    // Cheap looks first: a length that fits, and a number below 2^53, before the sum over all of it.
    if (bytes.readUInt32LE(offset + 4) > bytes.length - offset || bytes.readUInt16LE(offset + 14) > 0x1f) {
      continue;
    }
    const frame = codec.at(bytes, offset);
    if (frame && (lastSeq === undefined || (frame.seq > lastSeq && frame.seq < lastSeq + NEAR))) {
      return frame;
    }
  }
  return undefined;
}
