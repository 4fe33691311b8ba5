import type { z } from 'zod';

import { annotationsQuerySchema } from './annotations';
import { customersQuerySchema } from './customers';
import { endpointsQuerySchema } from './endpoints';
import { errorsQuerySchema } from './errors';
import { funnelQuerySchema } from './funnel';
import { heatmapQuerySchema } from './heatmap';
import { pathsQuerySchema } from './paths';
import { requestsQuerySchema } from './requests';
import { retentionQuerySchema } from './retention';
import { sqlQuerySchema } from './sql';
import { trafficQuerySchema } from './traffic';
import { valuesQuerySchema } from './values';

export * from './annotations';
export * from './base';
export * from './customers';
export * from './endpoints';
export * from './errors';
export * from './funnel';
export { MOST_FUNNEL_STEPS } from './funnel-rules';
export * from './heatmap';
export * from './live';
export * from './path-ends';
export * from './paths';
export * from './requests';
export * from './retention';
export * from './sql';
export { readTimelineCursor, timelineCursor, type TimelinePlace } from './timeline-cursor';
export * from './traffic';
export * from './units';
export * from './values';

/** The schema of every query type, by name. */
export const QUERY_SCHEMAS = {
  traffic: trafficQuerySchema,
  endpoints: endpointsQuerySchema,
  heatmap: heatmapQuerySchema,
  funnel: funnelQuerySchema,
  paths: pathsQuerySchema,
  retention: retentionQuerySchema,
  customers: customersQuerySchema,
  errors: errorsQuerySchema,
  requests: requestsQuerySchema,
  values: valuesQuerySchema,
  annotations: annotationsQuerySchema,
  sql: sqlQuerySchema,
} as const;

export type QueryType = keyof typeof QUERY_SCHEMAS;

/** The query of that type, with every default filled in. */
export type QueryOf<T extends QueryType> = z.output<(typeof QUERY_SCHEMAS)[T]>;

/** The query of that type as a person writes it: what has a default may be left out. */
export type QueryInputOf<T extends QueryType> = z.input<(typeof QUERY_SCHEMAS)[T]>;

/** Any query, with every default filled in. */
export type Query = { [T in QueryType]: QueryOf<T> }[QueryType];
export type QueryInput = { [T in QueryType]: QueryInputOf<T> }[QueryType];
