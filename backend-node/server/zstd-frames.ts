const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a5;
const LARGEST_BLOCK = 128 * 1024;

/**
 * The largest window that a frame of a zstd body asks for in bytes, which a decompressor allocates before it has seen
 * more: read from the headers of frames and blocks alone (RFC 8878, 3.1). Undefined for what is no zstd, is cut short, or has
 * something else behind its last frame.
 */
export function zstdWindow(body: Buffer): number | undefined {
  const demand = { window: 0 };
  let at = 0;
  while (at < body.length) {
    const next = frame(body, at, demand);
    if (next === undefined || next > body.length) {
      return undefined;
    }
    at = next;
  }
  return body.length === 0 ? undefined : demand.window;
}

/** Notes what a frame asks for; the place behind it. */
function frame(body: Buffer, start: number, demand: { window: number }): number | undefined {
  if (start + 6 > body.length) {
    return undefined;
  }
  const magic = body.readUInt32LE(start);
  if (magic >>> 4 === SKIPPABLE) {
    return start + 8 > body.length ? undefined : start + 8 + body.readUInt32LE(start + 4);
  }
  if (magic !== MAGIC) {
    return undefined;
  }
  const descriptor = body[start + 4]!;
  const single = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  let at = start + 5;
  if (at + (single ? 0 : 1) + dictionaryBytes + sizeBytes > body.length) {
    return undefined;
  }
  let window = 0;
  if (!single) {
    const byte = body[at++]!;
    const base = 2 ** (10 + (byte >> 3));
    window = base + (base / 8) * (byte & 7);
  }
  at += dictionaryBytes;
  if (single) {
    window = contentSize(body, at, sizeBytes);
  }
  at += sizeBytes;
  demand.window = Math.max(demand.window, window);
  for (;;) {
    if (at + 3 > body.length) {
      return undefined;
    }
    const header = body.readUIntLE(at, 3);
    const size = header >> 3;
    const type = (header >> 1) & 3;
    at += 3 + (type === 1 ? 1 : size);
    if (type === 3 || size > LARGEST_BLOCK || at > body.length) {
      return undefined;
    }
    if ((header & 1) === 1) {
      return at + ((descriptor & 4) === 0 ? 0 : 4);
    }
  }
}

function contentSize(body: Buffer, at: number, bytes: number): number {
  switch (bytes) {
    case 1:
      return body[at]!;
    case 2:
      return body.readUInt16LE(at) + 256;
    case 4:
      return body.readUInt32LE(at);
    default:
      return Number(body.readBigUInt64LE(at));
  }
}
