import type { QueryType } from '@apitrail/contract';

import type { QueryHandler } from './handler';
import { annotations } from './annotations';
import { customers } from './customers';
import { endpoints } from './endpoints';
import { errors } from './errors';
import { funnel } from './funnel';
import { heatmap } from './heatmap';
import { paths } from './paths';
import { requests } from './requests';
import { retention } from './retention';
import { sqlQuery } from './sql';
import { traffic } from './traffic';
import { values } from './values';

/** Every query type and what answers it. */
export const HANDLERS = {
  traffic,
  endpoints,
  heatmap,
  funnel,
  paths,
  retention,
  customers,
  errors,
  requests,
  values,
  annotations,
  sql: sqlQuery,
} as const satisfies { [T in QueryType]: QueryHandler<T> };
