import type { UserSqlResult } from '../../sql/user-sql';

/** The result with columns of different names: the second `a` becomes `a_2`. Fields of a frame are told apart by name. */
export function withUniqueNames(result: UserSqlResult): UserSqlResult {
  const taken = new Set(result.columns.map(({ name }) => name));
  const seen = new Set<string>();
  const columns = result.columns.map((column) => {
    let name = column.name;
    for (let count = 2; seen.has(name); count++) {
      const next = `${column.name}_${count}`;
      name = taken.has(next) ? name : next;
    }
    seen.add(name);
    return { ...column, name };
  });
  return { ...result, columns };
}
