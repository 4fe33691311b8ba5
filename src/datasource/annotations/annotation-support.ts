import { type AnnotationQuery, type AnnotationSupport } from '@grafana/data';
import { of } from 'rxjs';

import { migrateQuery } from '../migrate-query';
import type { ApitrailQuery } from '../types';
import { annotationEvents } from './annotation-events';
import { AnnotationEditor } from './AnnotationEditor';
import { annotationsQuery } from './annotations-query';

/** Deploys, events and incidents as annotations of a dashboard. */
export const annotationSupport: AnnotationSupport<ApitrailQuery> = {
  QueryEditor: AnnotationEditor,
  getDefaultQuery: () => ({ queryType: 'annotations' }),
  prepareAnnotation: (annotation: AnnotationQuery<ApitrailQuery>) => annotation,
  prepareQuery: (annotation) => {
    // Dashboards of the newer schema keep the query elsewhere.
    const spec = (annotation.query as { spec?: Partial<ApitrailQuery> } | undefined)?.spec;
    return migrateQuery(annotationsQuery(annotation.target ?? spec));
  },
  processEvents: (annotation, frames) => of(annotationEvents(frames, annotation.mappings)),
};
