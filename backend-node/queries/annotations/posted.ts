import type { AnnotationKind, Filter } from '@apitrail/contract';

import { param, sql, type Sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import { type Annotation, ANNOTATION_KEYS } from './annotation';
import { applicable, orUnsaid } from './applicable';
import { APART_MS } from './merge';
import { LOOK_AHEAD_MS, LOOK_BACK_MS } from './seen-deploys';

/**
 * Annotations of some kinds that were posted, oldest first: those that overlap the range, and deploys near enough to what
 * is seen around it to be told of by them. One that names no service, environment or version is about all of them,
 * whichever is filtered for.
 */
export async function postedAnnotations(
  context: HandlerContext,
  kinds: readonly AnnotationKind[],
  filters: readonly Filter[]
): Promise<Annotation[]> {
  const relation = await context.postedAnnotations();
  if (!relation) {
    return [];
  }
  const about = orUnsaid(applicable(filters, ANNOTATION_KEYS).filters);
  const us = context.dialect.epochUs;
  const table =
    await context.run(sql`SELECT id, kind, ${us(sql`time`)}, ${us(sql`time_end`)}, title, text, tags, service, environment, service_version
FROM ${relation} AS posted
WHERE ${context.dialect.oneOf(sql`kind`, kinds)} AND ${near(context.range)} AND ${context.condition(about)}
ORDER BY time, id`);
  const at = (column: number, row: number) => table.values[column]![row] ?? null;
  const text = (column: number, row: number) => at(column, row) as string | null;
  return Array.from({ length: table.rowCount }, (_, row) => ({
    id: String(at(0, row)),
    kind: at(1, row) as AnnotationKind,
    time: Number(at(2, row)) / 1000,
    timeEnd: at(3, row) === null ? undefined : Number(at(3, row)) / 1000,
    title: text(4, row) ?? '',
    text: text(5, row) ?? '',
    tags: (text(6, row) ?? '').split(',').filter((tag) => tag !== ''),
    service: text(7, row),
    environment: text(8, row),
    serviceVersion: text(9, row),
  }));
}

/** The condition that an annotation may matter to a range. */
function near({ from, to }: HandlerContext['range']): Sql {
  const within = (start: number, end: number) =>
    sql`time < ${param('timestamptz_us', end * 1000)} AND coalesce(time_end, time) >= ${param('timestamptz_us', start * 1000)}`;
  const deploys = within(from - LOOK_BACK_MS - APART_MS, to + LOOK_AHEAD_MS + APART_MS);
  return sql`((${within(from, to)}) OR (kind = 'deploy' AND ${deploys}))`;
}

/** Those whose service, environment and version meet filters. */
export async function filterAnnotations(
  context: HandlerContext,
  annotations: readonly Annotation[],
  filters: readonly Filter[]
): Promise<Annotation[]> {
  const about = applicable(filters, ANNOTATION_KEYS).filters;
  if (about.length === 0 || annotations.length === 0) {
    return [...annotations];
  }
  const column = (name: string, pick: (annotation: Annotation) => string | null) => ({
    ...{ name, type: 'varchar[]' as const },
    values: annotations.map(pick),
  });
  const rows = context.dialect.parameterRows(
    [
      column('service', ({ service }) => service),
      column('environment', ({ environment }) => environment),
      column('service_version', ({ serviceVersion }) => serviceVersion),
    ],
    'position'
  );
  const found = await context.run(
    sql`SELECT CAST(position AS DOUBLE) FROM ${rows} AS annotations WHERE ${context.condition(about)} ORDER BY 1`
  );
  return (found.values[0] ?? []).map((position) => annotations[Number(position)]!);
}
