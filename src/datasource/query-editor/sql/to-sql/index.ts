import { parseQuery, type Query, type QueryType } from '@apitrail/contract';

import type { WriteContext, WrittenSql } from './context';
import { endpointsSql } from './endpoints';
import { errorsSql } from './errors';
import { funnelSql } from './funnel';
import { heatmapSql } from './heatmap';
import { requestsSql } from './requests';
import { trafficSql } from './traffic';
import { remarked } from './statement';
import { UnwritableQuery } from './unwritable';
import { valuesSql } from './values';

export type { WriteContext, WrittenSql } from './context';
export { UnwritableQuery } from './unwritable';

/** Query types that have a builder whose answer is made of requests. */
type WritableType = 'traffic' | 'endpoints' | 'heatmap' | 'funnel' | 'errors' | 'requests' | 'values';

type Writers = {
  readonly [T in WritableType]: (query: Extract<Query, { queryType: T }>, context: WriteContext) => WrittenSql;
};

/** What writes each query type as SQL. */
const WRITERS: Writers = {
  traffic: trafficSql,
  endpoints: endpointsSql,
  heatmap: heatmapSql,
  funnel: funnelSql,
  errors: errorsSql,
  requests: requestsSql,
  values: valuesSql,
};

/** What a query of the type needs at least, to learn its defaults from the contract. */
const LEAST: Partial<Record<QueryType, object>> = {
  funnel: { steps: [{ name: 'a' }, { name: 'b' }] },
  values: { key: 'route' },
};

/** Whether a query type can be written as SQL. */
export function isWritable(queryType: string | undefined): queryType is WritableType {
  return queryType !== undefined && Object.hasOwn(WRITERS, queryType);
}

/**
 * A builder query as SQL over the table `requests` that gives the same answer, as a person would write it. Dashboard variables
 * stay where values are; throws UnwritableQuery where they stand for what SQL has to know, such as a key.
 */
export function toSql(query: object & { queryType: string }, context: WriteContext): WrittenSql {
  const { queryType } = query;
  if (!isWritable(queryType)) {
    throw new UnwritableQuery(`There is no SQL for the query type ${queryType}.`);
  }
  const defaults = parseQuery({ refId: 'A', queryType, ...LEAST[queryType] });
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const complete = { ...defaults, ...Object.fromEntries(given) } as Query;
  const write = WRITERS[queryType] as (query: Query, context: WriteContext) => WrittenSql;
  const written = write(withNumbers(complete), context);
  // Series of an earlier time are laid over those of the range for SQL as for the builder; other answers compare more.
  return 'timeShift' in query && query.timeShift && written.format !== 'time_series'
    ? { ...written, sql: remarked(['Without the comparison with an earlier time.'], written.sql) }
    : written;
}

/** Numbers that a query needs as such; a variable cannot stand for them. */
function withNumbers(query: Query): Query {
  for (const field of ['limit', 'minSamples', 'step'] as const) {
    const value = (query as Record<string, unknown>)[field];
    if (value !== undefined && !Number.isInteger(Number(value))) {
      throw new UnwritableQuery(`${field} holds ${String(value)}, which is not a number yet. Write a number first.`);
    }
  }
  return query;
}
