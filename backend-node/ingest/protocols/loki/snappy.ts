import { ApitrailError } from '@apitrail/contract';

/** Nothing expands more: a copy of 64 bytes takes three. */
const MOST_EXPANSION = 64 / 3;
const LENGTH_BYTES = 5;

/**
 * Undoes Snappy’s block format (without frames), as Loki’s clients send it. The declared length is checked before there is
 * memory for it: against the limit, and against what so few bytes can expand to. Throws APITRAIL_BODY_TOO_LARGE, and
 * APITRAIL_BAD_BODY for what is damaged or does not make exactly what it declares.
 */
export function unsnappy(body: Buffer, limit: number): Buffer {
  const [length, start] = declaredLength(body);
  if (length > limit) {
    throw new ApitrailError('APITRAIL_BODY_TOO_LARGE', `The body is larger than ${limit} bytes when decompressed.`);
  }
  if (length > (body.length - start) * MOST_EXPANSION) {
    throw damaged();
  }
  const out = Buffer.allocUnsafe(length);
  let to = 0;
  let at = start;
  while (at < body.length) {
    const tag = body[at++]!;
    if ((tag & 3) === 0) {
      const more = Math.max(0, (tag >>> 2) - 59);
      const size = (more === 0 ? tag >>> 2 : littleEndian(body, at, more)) + 1;
      at += more;
      if (size > body.length - at || size > length - to) {
        throw damaged();
      }
      body.copy(out, to, at, at + size);
      at += size;
      to += size;
      continue;
    }
    const wide = tag & 3;
    const size = wide === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const bytes = wide === 3 ? 4 : wide;
    const offset = littleEndian(body, at, bytes) + (wide === 1 ? (tag >>> 5) << 8 : 0);
    at += bytes;
    if (offset === 0 || offset > to || size > length - to) {
      throw damaged();
    }
    // A copy may reach into what it makes, so that it repeats itself.
    for (const end = to + size; to < end; to++) {
      out[to] = out[to - offset]!;
    }
  }
  if (to !== length) {
    throw damaged();
  }
  return out;
}

function declaredLength(body: Buffer): [length: number, start: number] {
  let length = 0;
  for (let at = 0; at < LENGTH_BYTES && at < body.length; at++) {
    const byte = body[at]!;
    length += (byte & 127) * 2 ** (7 * at);
    if (byte < 128) {
      return [length, at + 1];
    }
  }
  throw damaged();
}

function littleEndian(body: Buffer, at: number, bytes: number): number {
  if (at + bytes > body.length) {
    throw damaged();
  }
  return body.readUIntLE(at, bytes);
}

function damaged(): ApitrailError {
  return new ApitrailError('APITRAIL_BAD_BODY', 'The body is damaged: it cannot be decompressed as Snappy.');
}
