import type { QueryType } from '@apitrail/contract';

import type { QueryHandler } from './handler';
import { requests } from './requests';
import { traffic } from './traffic';
import { values } from './values';

/** Every query type and what answers it. */
export const HANDLERS = {
  traffic,
  requests,
  values,
} as const satisfies { [T in QueryType]?: QueryHandler<T> };
