/** Longest path that is classified; a longer one is cut there (no route is that long, a scanner's payload is). */
export const MAX_PATH = 2048;
/** Segments past this depth are left off. */
export const MAX_DEPTH = 24;

/**
 * The segments of a request path: the query string and fragment are dropped, an absolute URL loses its origin,
 * empty segments (leading, trailing and double slashes) and surrounding blanks vanish. Percent-encoding stays.
 */
export function splitPath(path: string): string[] {
  let text = path.length > MAX_PATH ? path.slice(0, MAX_PATH) : path;
  const cut = text.search(/[?#]/);
  if (cut >= 0) {
    text = text.slice(0, cut);
  }
  if (text.charCodeAt(0) !== 47) {
    const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(text);
    if (origin) {
      text = text.slice(origin[0].length);
    }
  }
  const segments: string[] = [];
  for (const part of text.split('/')) {
    const segment = part.trim();
    if (segment !== '' && segments.push(segment) === MAX_DEPTH) {
      break;
    }
  }
  return segments;
}

/** Percent-decodes for classifying only: malformed escapes stay as they are, `+` is not a blank in a path. */
export function decodeSegment(segment: string): string {
  if (!segment.includes('%')) {
    return segment;
  }
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  }
}
