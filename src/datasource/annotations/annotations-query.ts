import type { ApitrailQuery, ApitrailQueryOf } from '../types';

/** A query of annotations, whatever an annotation of a dashboard has saved. */
export function annotationsQuery(saved: Partial<ApitrailQuery> | undefined): ApitrailQueryOf<'annotations'> {
  return { refId: 'Anno', ...saved, queryType: 'annotations' } as ApitrailQueryOf<'annotations'>;
}
