import type { Frame, LiveQueryType, QueryOf } from '@apitrail/contract';

import type { HandlerContext } from '../handler';
import type { Range } from '../shared/interval';

/** What came in during a stretch of time by the clock of the companion, whatever times the rows have. */
export interface Arrived {
  context: HandlerContext;
  /** When it came in, epoch milliseconds. */
  window: Range;
}

/**
 * A live stream of a query type. It is made for one stream, and asked of every lot of rows that came in, in order; rows are
 * read without a range of time. Gives undefined when there is nothing to tell.
 */
export type LiveHandler = (arrived: Arrived) => Promise<Frame | undefined>;

export type LiveHandlerFactory<T extends LiveQueryType> = (query: QueryOf<T>) => LiveHandler;
