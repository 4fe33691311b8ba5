import type { Json } from './parse';
import { foldCase } from './walker';

/** Keys of a tree below which names stand that the statement itself gives to columns. */
const GIVING: ReadonlySet<string> = new Set([
  'alias',
  'aliases',
  'column_name_alias',
  'expected_names',
  'rename_list',
  'lhs',
]);

/** The names that a statement gives to columns, tables and parameters of lambdas anywhere, folded. */
export function namesGiven(statement: Json): Set<string> {
  const names = new Set<string>();
  const left: Array<{ value: Json; giving: boolean }> = [{ value: statement, giving: false }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, giving } = next;
    if (typeof value === 'string') {
      if (giving && value !== '') {
        names.add(foldCase(value));
      }
    } else if (Array.isArray(value)) {
      value.forEach((item) => left.push({ value: item, giving }));
    } else if (value !== null && typeof value === 'object') {
      Object.entries(value).forEach(([key, item]) => left.push({ value: item, giving: giving || GIVING.has(key) }));
    }
  }
  return names;
}
