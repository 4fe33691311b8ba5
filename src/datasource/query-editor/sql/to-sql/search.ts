import { sqlLiteral } from '../../../sql-literal';
import { hasVariable, joinedText, type Variables } from './variables';

/** Whether one of the texts holds what is searched for, whatever its case. A variable without a value finds everything. */
export function searched(texts: readonly string[], search: string, variables: Variables): string {
  const joined = joinedText(search, variables);
  const varies = hasVariable(search, variables);
  const wanted = varies ? `lower(${joined})` : sqlLiteral(search.toLowerCase());
  const pieces = [...(varies ? [`${joined} = ''`] : []), ...texts.map((sql) => `contains(lower(${sql}), ${wanted})`)];
  return pieces.length === 1 ? pieces[0]! : `(${pieces.join('\n    OR ')})`;
}

/** Columns a free search looks in. */
const SEARCHED = ['path', 'route', 'error_message', 'customer', 'session', 'request_id', 'trace_id'];

/** The condition of requests that have the text; none for an empty one. */
export function requestsWith(search: string, variables: Variables): string[] {
  return search === '' ? [] : [searched(SEARCHED, search, variables)];
}
