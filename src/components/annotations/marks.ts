import { type DataFrame, type GrafanaTheme2 } from '@grafana/data';

/** An annotation of a dashboard, to be drawn. Times are epoch milliseconds. */
export interface AnnotationMark {
  time: number;
  /** Absent of a point in time. */
  timeEnd?: number;
  title: string;
  text: string;
  tags: string[];
  color: string;
}

/** A mark that is in the picture, in pixels from its left edge. A point in time has no width. */
export interface PlacedMark extends AnnotationMark {
  x: number;
  width: number;
}

/** Frames that come with annotations and are drawn otherwise. */
const OTHER_FRAMES = new Set(['exemplar', 'xymark']);

/** The annotations that a panel is given, oldest first. */
export function readMarks(frames: readonly DataFrame[] | undefined, theme: GrafanaTheme2): AnnotationMark[] {
  return (frames ?? [])
    .filter(({ name }) => !OTHER_FRAMES.has(name ?? ''))
    .flatMap((frame) => {
      const at = (name: string, row: number): unknown => frame.fields.find((field) => field.name === name)?.values[row];
      return Array.from({ length: frame.length }, (_, row): AnnotationMark | undefined => {
        const [time, timeEnd] = [at('time', row), at('timeEnd', row)];
        if (typeof time !== 'number') {
          return undefined;
        }
        const tags = at('tags', row);
        const color = at('color', row);
        return {
          time,
          ...(typeof timeEnd === 'number' && timeEnd > time ? { timeEnd } : {}),
          title: plainText(at('title', row)),
          text: plainText(at('text', row)),
          tags: Array.isArray(tags) ? tags.map(String) : [],
          color: theme.visualization.getColorByName(typeof color === 'string' ? color : 'blue'),
        };
      });
    })
    .filter((mark) => mark !== undefined)
    .sort((a, b) => a.time - b.time);
}

/** Puts marks into a picture whose times lie from 0 to `width`. `place` gives the pixel of a time, beyond the edges as well. */
export function placeMarks(
  marks: readonly AnnotationMark[],
  width: number,
  place: (time: number) => number
): PlacedMark[] {
  return marks.flatMap((mark) => {
    const left = place(mark.time);
    const right = place(mark.timeEnd ?? mark.time);
    if (right < 0 || left > width || Number.isNaN(left + right)) {
      return [];
    }
    const x = Math.round(Math.max(0, left));
    return [{ ...mark, x, width: Math.round(Math.min(width, right)) - x }];
  });
}

/** What the HTML says in which Grafana keeps the words of annotations. */
function plainText(html: unknown): string {
  if (typeof html !== 'string') {
    return '';
  }
  const withBreaks = html.replace(/<br\s*\/?>/gi, '\n');
  return new DOMParser().parseFromString(withBreaks, 'text/html').body.textContent?.trim() ?? '';
}
