/** What a key lets its holder do. */
export const SCOPES = {
  query: 'Ask queries and read health, keys, values and metrics on the query listener.',
  ingest: 'Send requests to the ingest listener.',
  sql: 'Ask queries of the type sql; goes with query.',
  admin: 'Save, delete and push cohorts; goes with query.',
  profile: 'Read what is known of one customer at a time, and nothing else.',
  erase: 'Erase a customer.',
} as const;

export type Scope = keyof typeof SCOPES;

/** Scopes something can be done with today; keys of the others are not given out until there is. */
export const OFFERED_SCOPES = ['query', 'ingest', 'sql', 'admin', 'profile'] as const satisfies readonly Scope[];

export function isScope(text: string): text is Scope {
  return Object.hasOwn(SCOPES, text);
}
