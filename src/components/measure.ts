/** Width of a text in pixels. */
export type MeasureText = (text: string) => number;

const AVERAGE_GLYPH = 0.55;
const MOST_CACHED = 20_000;

/** Measures text in a font; where the page has no canvas it estimates. Widths are kept, since labels repeat. */
export function textMeasure(fontSize: number, fontFamily: string): MeasureText {
  const context = document.createElement('canvas').getContext('2d') ?? undefined;
  const cache = new Map<string, number>();
  if (context) {
    context.font = `${fontSize}px ${fontFamily}`;
  }
  return (text) => {
    let width = cache.get(text);
    if (width === undefined) {
      width = context?.measureText(text).width ?? text.length * fontSize * AVERAGE_GLYPH;
      if (cache.size >= MOST_CACHED) {
        cache.clear();
      }
      cache.set(text, width);
    }
    return width;
  };
}

const ELLIPSIS = '…';

/**
 * Shortens a path or a name until it fits. Of a path the first segment and as many of the last ones as fit are kept,
 * since the end tells routes apart; of other text the beginning and the end.
 */
export function truncateMiddle(text: string, width: number, measure: MeasureText): string {
  if (measure(text) <= width) {
    return text;
  }
  const segments = text.split('/');
  if (segments.length > 2) {
    const head = text.startsWith('/') ? `/${segments[1]}` : segments[0];
    for (const start of head === ELLIPSIS ? [''] : [`${head}/`, '']) {
      for (let first = 2; first < segments.length; first++) {
        const candidate = `${start}${ELLIPSIS}/${segments.slice(first).join('/')}`;
        if (measure(candidate) <= width) {
          return candidate;
        }
      }
    }
  }
  let low = 0;
  let high = text.length;
  while (low < high) {
    const kept = Math.ceil((low + high) / 2);
    if (measure(cut(text, kept)) <= width) {
      low = kept;
    } else {
      high = kept - 1;
    }
  }
  return cut(text, low);
}

function cut(text: string, kept: number): string {
  const tail = Math.floor(kept * 0.6);
  return `${text.slice(0, kept - tail)}${ELLIPSIS}${tail > 0 ? text.slice(-tail) : ''}`;
}
