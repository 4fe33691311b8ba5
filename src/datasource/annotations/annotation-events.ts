import {
  type AnnotationEvent,
  type AnnotationEventMappings,
  AnnotationEventFieldSource,
  type DataFrame,
} from '@grafana/data';

import { textHtml } from './text-html';

/** The id by which Grafana knows that an annotation is not its own, and offers neither to edit nor to delete it. */
const NOT_GRAFANAS = 0 as unknown as string;

/** What Grafana lets its users take from other fields than those of the same name. */
type Mapped = 'time' | 'timeEnd' | 'title' | 'text' | 'tags';

/** The events of the frames of an annotations query, as Grafana draws them. What has no time is left out. */
export function annotationEvents(frames: DataFrame[], mappings: AnnotationEventMappings = {}): AnnotationEvent[] {
  return frames.flatMap((frame) => {
    const read = (key: Mapped, row: number) => readMapped(frame, key, mappings, row);
    return Array.from({ length: frame.length }, (_, row): AnnotationEvent[] => {
      const time = Number(read('time', row) ?? NaN);
      if (!Number.isFinite(time)) {
        return [];
      }
      const timeEnd = Number(read('timeEnd', row) ?? NaN);
      const tags = String(read('tags', row) ?? '')
        .split(',')
        .filter((tag) => tag !== '');
      return [
        {
          id: NOT_GRAFANAS,
          time,
          // Of a list of events Grafana makes a frame with the fields of the first: each has all of them.
          timeEnd: timeEnd > time ? timeEnd : undefined,
          isRegion: timeEnd > time,
          title: textHtml(String(read('title', row) ?? '')),
          text: textHtml(String(read('text', row) ?? '')),
          tags,
        },
      ];
    }).flat();
  });
}

function readMapped(frame: DataFrame, key: Mapped, mappings: AnnotationEventMappings, row: number): unknown {
  const { source, value, regex } = mappings[key] ?? {};
  if (source === AnnotationEventFieldSource.Skip) {
    return undefined;
  }
  if (source === AnnotationEventFieldSource.Text) {
    return value;
  }
  const found: unknown = frame.fields.find(({ name }) => name === (value || key))?.values[row];
  const match = regex && typeof found === 'string' ? new RegExp(regex).exec(found) : null;
  return match ? (match[1] ?? match[0]) : found;
}
