import { identifier, join, param, sql, type Sql } from '../../engine/sql';

/** Whether a text contains another, without regard to case; null when it is null, which no condition takes for true. */
export function containsText(text: Sql, search: string): Sql {
  return sql`contains(lower(${text}), ${param('varchar', search.toLowerCase())})`;
}

/** Columns a free search looks in. */
const SEARCHED = ['path', 'route', 'error_message', 'customer', 'session', 'request_id', 'trace_id'];

/**
 * Whether a request has the text in its path, route, error message, customer, session, request or trace id, without
 * regard to case; a customer may be searched by the original id as well.
 */
export function requestContains(search: string, pseudonyms: (key: string, value: string) => string[]): Sql {
  const contains = SEARCHED.map((name) => containsText(identifier(name), search));
  const stored = ['customer', 'session', 'account'].flatMap((key) =>
    pseudonyms(key, search).map((value) => sql`${identifier(key)} = ${param('varchar', value)}`)
  );
  return sql`(${join([...contains, ...stored], ' OR ')})`;
}
