import { COHORT_KEY, parseKey, type Filter, type KeyFilter } from '@apitrail/contract';

/**
 * Whether the filters of steps say that no request can match two of them: every two name the same key and share no
 * value of it. What filters do not say (patterns, comparisons, alternatives) counts as possible.
 */
export function areDisjoint(steps: ReadonlyArray<{ filters: readonly Filter[] }>): boolean {
  const demands = steps.map(({ filters }) => demandsOf(filters));
  return demands.every((one, index) => demands.slice(index + 1).every((other) => exclude(one, other)));
}

/**
 * What every request that matches any of the steps has in common: keys that each step names, with the values of all. It
 * lets the engine skip the rest before it looks at the steps one by one.
 */
export function commonFilters(steps: ReadonlyArray<{ filters: readonly Filter[] }>): Filter[] {
  const [first, ...others] = steps.map(({ filters }) => demandsOf(filters));
  return (first ?? []).flatMap(({ key, values }): Filter[] => {
    const same = others.map((demands) => demands.find((demand) => demand.key === key));
    const all = new Set([...values, ...same.flatMap((demand) => [...(demand?.values ?? [])])]);
    return same.includes(undefined) ? [] : [{ key, operator: '=|', values: [...all] }];
  });
}

type Demand = { key: string; values: Set<string> };

function demandsOf(filters: readonly Filter[]): Demand[] {
  return filters.flatMap((filter): Demand[] => {
    if ('any' in filter) {
      return [];
    }
    return 'all' in filter ? demandsOf(filter.all) : demandOf(filter);
  });
}

function demandOf({ key, operator, value, values }: KeyFilter): Demand[] {
  if (operator !== '=' && operator !== '=|') {
    return [];
  }
  const parsed = parseKey(key);
  // Whoever is in one cohort may be in another. A customer may be named by the original id in one step and by the pseudonym in another; times in two notations.
  if (
    key === COHORT_KEY ||
    key === 'customer' ||
    key === 'account' ||
    key === 'session' ||
    (parsed?.kind === 'column' && parsed.column.type === 'timestamp')
  ) {
    return [];
  }
  const isNumber = parsed?.kind === 'column' && ['integer', 'long', 'double'].includes(parsed.column.type);
  const normal = (text: string) => (isNumber ? String(Number(text)) : text);
  return [{ key, values: new Set((operator === '=' ? [value ?? ''] : (values ?? [])).map(normal)) }];
}

function exclude(one: readonly Demand[], other: readonly Demand[]): boolean {
  return one.some(({ key, values }) =>
    other.some((demand) => demand.key === key && ![...demand.values].some((value) => values.has(value)))
  );
}
