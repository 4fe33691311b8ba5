import type { AnnotationKind, Filter } from '@apitrail/contract';

import { sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';
import { type Annotation, ANNOTATION_KEYS } from './annotation';
import { applicable, orUnsaid } from './applicable';

/**
 * Annotations of some kinds that were posted, oldest first, whenever they are. One that names no service, environment or
 * version is about all of them, whichever is filtered for.
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
WHERE ${context.dialect.oneOf(sql`kind`, kinds)} AND ${context.condition(about)}
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
