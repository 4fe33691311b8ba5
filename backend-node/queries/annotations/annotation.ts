import type { AnnotationKind } from '@apitrail/contract';

/** A mark in time. Times are epoch milliseconds. */
export interface Annotation {
  id: string;
  kind: AnnotationKind;
  time: number;
  /** Absent of a point in time. */
  timeEnd?: number | undefined;
  title: string;
  text: string;
  tags: string[];
  service: string | null;
  environment: string | null;
  serviceVersion: string | null;
}

/** Keys of the record that an annotation has, and filters can be on. */
export const ANNOTATION_KEYS: ReadonlySet<string> = new Set(['service', 'environment', 'service_version']);

/** Whether some of it lies in a range. */
export function overlaps({ time, timeEnd = time }: Annotation, range: { from: number; to: number }): boolean {
  return time < range.to && timeEnd >= range.from;
}

/** Its tags, before them what it is and what it is about: each once. */
export function tagsOf({ kind, service, environment, tags }: Annotation): string[] {
  const about = [service, environment].filter((name) => name !== null).map((name) => name.replaceAll(',', ' '));
  return [...new Set([kind, ...about, ...tags])];
}
