/** `/`, which paths begin with. */
export const SLASH = 47;
const [HASH, QUESTION, COLON, AT] = [35, 63, 58, 64];

/** Where the parts of a URL stand; its path begins where the host ends. */
export interface UrlPlaces {
  schemeEnd: number;
  hostStart: number;
  /** Host and port. */
  hostEnd: number;
  pathEnd: number;
}

/** Finds the parts of a plain `http` or `https` URL with a path, without user and fragment; false for every other text. */
export function urlAt(bytes: Buffer, start: number, end: number, into: UrlPlaces): boolean {
  const isHttp =
    bytes[start] === 104 && bytes[start + 1] === 116 && bytes[start + 2] === 116 && bytes[start + 3] === 112;
  const schemeEnd = start + (bytes[start + 4] === 115 ? 5 : 4);
  const hostStart = schemeEnd + 3;
  if (!isHttp || bytes[schemeEnd] !== COLON || bytes[schemeEnd + 1] !== SLASH || bytes[schemeEnd + 2] !== SLASH) {
    return false;
  }
  let at = hostStart;
  for (; at < end && bytes[at] !== SLASH; at++) {
    const byte = bytes[at]!;
    if (byte === AT || byte === QUESTION || byte === HASH) {
      return false;
    }
  }
  const pathEnd = at < end ? pathEndAt(bytes, at, end) : -1;
  into.schemeEnd = schemeEnd;
  into.hostStart = hostStart;
  into.hostEnd = at;
  into.pathEnd = pathEnd;
  return at > hostStart && pathEnd >= 0;
}

/** Where the path ends that begins at `start`, at a question mark or at the end; -1 when there is a fragment behind it. */
export function pathEndAt(bytes: Buffer, start: number, end: number): number {
  let pathEnd = end;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === HASH) {
      return -1;
    }
    if (byte === QUESTION && pathEnd === end) {
      pathEnd = at;
    }
  }
  return pathEnd;
}
