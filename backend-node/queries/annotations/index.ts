import type { AnnotationsQuery, Frame } from '@apitrail/contract';

import type { HandlerContext, QueryHandler } from '../handler';
import type { TimeShift } from '../shared/time-shift';
import { type Annotation, ANNOTATION_KEYS, overlaps, tagsOf } from './annotation';
import { applicable } from './applicable';
import { mergeDeploys } from './merge';
import { filterAnnotations, postedAnnotations } from './posted';
import { DEPLOY_KEYS, seenDeploys } from './seen-deploys';

/** Marks in time that overlap the range, oldest first: deploys seen in the requests, and what was posted. */
export const annotations: QueryHandler<'annotations'> = {
  async run(query, context) {
    const { ignored } = applicable(query.filters, query.kind.includes('deploy') ? DEPLOY_KEYS : ANNOTATION_KEYS);
    if (ignored.length > 0) {
      context.notice('info', `Annotations have no ${ignored.join(', ')}: filters on it change nothing.`);
    }
    const { earlier } = context;
    return {
      frames: [frameOf(await annotationsOf(query, context))],
      ...(earlier ? { earlierFrames: [frameOf(moved(await annotationsOf(query, earlier), earlier.shift!))] } : {}),
      marker: { kind: query.kind },
    };
  },
};

async function annotationsOf(query: AnnotationsQuery, context: HandlerContext): Promise<Annotation[]> {
  const { kind: kinds, filters, tags, limit } = query;
  const posted = await postedAnnotations(context, kinds, filters);
  const seen = kinds.includes('deploy')
    ? await filterAnnotations(context, await seenDeploys(context, filters), filters)
    : [];
  const found = mergeDeploys(posted, seen)
    .filter((annotation) => overlaps(annotation, context.range))
    .filter((annotation) => tags.length === 0 || tagsOf(annotation).some((tag) => tags.includes(tag)))
    .sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
  if (found.length > limit) {
    context.notice('info', `Only the ${limit} newest of ${found.length} annotations are shown: raise limit for more.`);
  }
  return found.slice(-limit);
}

/** Annotations of an earlier time, laid over the range that was asked for. */
function moved(annotations: readonly Annotation[], { by, end, move }: TimeShift): Annotation[] {
  return annotations
    .filter(({ time }) => time < end)
    .map((annotation) => ({
      ...annotation,
      time: move(annotation.time),
      timeEnd: annotation.timeEnd === undefined ? undefined : move(Math.min(annotation.timeEnd, end)),
      title: `${annotation.title} (${by} earlier)`,
    }));
}

/** Names are those Grafana reads events by; tags are separated by commas. */
function frameOf(annotations: readonly Annotation[]): Frame {
  const strings = (name: string, pick: (annotation: Annotation) => string | null) => ({
    ...{ name, type: 'string' as const },
    values: annotations.map(pick),
  });
  return {
    meta: { type: 'table', preferredVisualisationType: 'table' },
    fields: [
      { name: 'time', type: 'time', values: annotations.map(({ time }) => time) },
      { name: 'timeEnd', type: 'time', values: annotations.map(({ timeEnd }) => timeEnd ?? null) },
      strings('title', ({ title }) => title),
      strings('text', ({ text }) => text),
      strings('tags', (annotation) => tagsOf(annotation).join(',')),
      strings('id', ({ id }) => id),
      strings('kind', ({ kind }) => kind),
      strings('service', ({ service }) => service),
      strings('environment', ({ environment }) => environment),
      strings('service_version', ({ serviceVersion }) => serviceVersion),
    ],
  };
}
