import type { QueryType } from '@apitrail/contract';

import type { ApitrailQuery, KeptQueries, KeptQuery } from '../../types';
import { changeType } from '../change-type';
import { isWritable, toSql, type WriteContext } from './to-sql';

/** Fields that a query has wherever it stands; the rest is what it asks. */
const PLACE_FIELDS = new Set(['refId', 'datasource', 'hide', 'key', 'editor', 'version']);

/** Fields of the builder that SQL takes as they are: its dataset and how wide buckets are. */
const TAKEN_ALONG = ['dataset', 'timezone', 'interval'];

/** A switch to SQL, or the choice a person has to make first. */
export type SwitchToSql =
  | { query: ApitrailQuery }
  | {
      /** The SQL as it was written by hand, before the builder query was changed. */
      written: ApitrailQuery;
      /** The SQL of the builder query as it is now. */
      anew: ApitrailQuery;
    };

/**
 * A query of the builder as SQL. SQL that was written by hand before comes back; when the builder query was changed since,
 * both are offered and nothing is discarded. Throws UnwritableQuery.
 */
export function switchToSql(query: ApitrailQuery, context: WriteContext): SwitchToSql {
  const builder = keptOf(query);
  const key = 'keyName' in query && query.keyName ? { key: query.keyName } : {};
  const { sql: generated, ...shown } = toSql({ ...builder, ...key } as KeptQuery, context);
  const { sql: kept, generated: before } = query.editor ?? {};
  const place = placeOf(query);
  const taken = shown.format === 'time_series' ? [...TAKEN_ALONG, 'timeShift'] : TAKEN_ALONG;
  const along = Object.fromEntries(Object.entries(builder).filter(([field]) => taken.includes(field)));
  const editor: KeptQueries = { builder, generated };
  const anew = { ...place, ...along, queryType: 'sql', sql: generated, ...shown, editor } as unknown as ApitrailQuery;
  if (kept === undefined || kept.sql === before || kept.sql === generated) {
    return { query: anew };
  }
  const written = { ...place, ...kept, editor } as unknown as ApitrailQuery;
  return before === generated ? { query: written } : { written, anew };
}

/**
 * A query in SQL as the builder query it was made from, or else as a new one of a type; the SQL is kept in it.
 */
export function switchToBuilder(query: ApitrailQuery, type?: QueryType): ApitrailQuery {
  const { builder, generated } = query.editor ?? {};
  const editor: KeptQueries = { sql: keptOf(query), ...(generated === undefined ? {} : { generated }) };
  if (builder && isWritable(builder.queryType) && (type === undefined || type === builder.queryType)) {
    return { ...placeOf(query), ...builder, editor } as unknown as ApitrailQuery;
  }
  const { filters: _, ...asked } = query as ApitrailQuery & { filters?: unknown };
  return { ...changeType(asked as ApitrailQuery, type ?? 'traffic'), editor } as ApitrailQuery;
}

function keptOf(query: ApitrailQuery): KeptQuery {
  return Object.fromEntries(Object.entries(query).filter(([field]) => !PLACE_FIELDS.has(field))) as KeptQuery;
}

function placeOf(query: ApitrailQuery): Record<string, unknown> {
  const place = Object.entries(query).filter(([field]) => PLACE_FIELDS.has(field) && field !== 'editor');
  return Object.fromEntries(place);
}
