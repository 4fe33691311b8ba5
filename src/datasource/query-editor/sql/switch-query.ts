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
  const { others } = query.editor ?? {};
  const editor: KeptQueries = { builder, generated, ...(others ? { others } : {}) };
  const anew = { ...place, ...along, queryType: 'sql', sql: generated, ...shown, editor } as unknown as ApitrailQuery;
  if (kept === undefined || kept.sql === before || kept.sql === generated) {
    return { query: anew };
  }
  const written = { ...place, ...kept, editor } as unknown as ApitrailQuery;
  return before === generated ? { query: written } : { written, anew };
}

/**
 * A query in SQL as the builder query it was made from, or else as one of another type, with what both have; the SQL is kept
 * in it, and so is the builder query that it was made from, which comes back when its type is chosen.
 */
export function switchToBuilder(query: ApitrailQuery, type?: QueryType): ApitrailQuery {
  const { builder, generated, others } = query.editor ?? {};
  const editor: KeptQueries = {
    sql: keptOf(query),
    ...(generated === undefined ? {} : { generated }),
    ...(others ? { others } : {}),
  };
  const own = builder && isWritable(builder.queryType) ? builder : undefined;
  if (own && (type === undefined || type === own.queryType)) {
    return { ...placeOf(query), ...own, editor } as unknown as ApitrailQuery;
  }
  const { filters: _, ...asked } = query as ApitrailQuery & { filters?: unknown };
  const from = own ? { ...placeOf(query), ...own } : asked;
  const next = { ...(from as ApitrailQuery), editor: own ? withOther(editor, own) : editor };
  return switchType(next as ApitrailQuery, type ?? 'traffic');
}

/** A builder query as one of another type: the one that was left when SQL was, else what both types have. */
export function switchType(query: ApitrailQuery, type: QueryType): ApitrailQuery {
  const { editor } = query;
  const { [type]: kept, ...others } = editor?.others ?? {};
  if (editor === undefined || kept === undefined) {
    return { ...changeType(query, type), ...(editor ? { editor } : {}) } as ApitrailQuery;
  }
  const left = isWritable(query.queryType) ? { [query.queryType]: keptOf(query) } : {};
  return {
    ...placeOf(query),
    ...kept,
    editor: { ...editor, others: { ...others, ...left } },
  } as unknown as ApitrailQuery;
}

function withOther(editor: KeptQueries, builder: KeptQuery): KeptQueries {
  return { ...editor, others: { ...editor.others, [builder.queryType]: builder } };
}

function keptOf(query: ApitrailQuery): KeptQuery {
  return Object.fromEntries(Object.entries(query).filter(([field]) => !PLACE_FIELDS.has(field))) as KeptQuery;
}

function placeOf(query: ApitrailQuery): Record<string, unknown> {
  const place = Object.entries(query).filter(([field]) => PLACE_FIELDS.has(field) && field !== 'editor');
  return Object.fromEntries(place);
}
