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
