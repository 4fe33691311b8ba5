import type { Node } from './node';

/** How deep continuations are compared. */
const DEPTH = 4;
/** Nodes looked at for one comparison; past it a sample decides. */
const BUDGET = 20_000;

/** How alike the continuations of sibling nodes are. */
export interface Likeness {
  /** Share of the requests whose continuation says something: it has static text in it. */
  informative: number;
  /** Of those, the share whose continuation other siblings have too. */
  covered: number;
  /** Of those, overlap of a sibling's mix of continuations with that of the others, 0 to 1. */
  overlap: number;
}

/**
 * Compares what follows after each sibling. Rare words are read as parameters, so that a level of names below does not
 * make siblings look different; continuations of parameters and ends alone say nothing, as every resource has them.
 */
export function likeness(siblings: readonly Node[]): Likeness {
  let total = 0;
  for (const sibling of siblings) {
    total += sibling.requests;
  }
  const frequent = frequentLabels(siblings, Math.max(3, total / 100));
  const all = new Map<string, { count: number; siblings: number }>();
  const each = siblings.map((sibling) => {
    const own = new Map<string, number>();
    collect(sibling, 0, '', false, frequent, own, { left: Math.ceil(BUDGET / siblings.length) + 50 });
    for (const [text, count] of own) {
      const entry = all.get(text) ?? { count: 0, siblings: 0 };
      entry.count += count;
      entry.siblings++;
      all.set(text, entry);
    }
    return own;
  });
  let informative = 0;
  for (const { count } of all.values()) {
    informative += count;
  }
  let covered = 0;
  let overlap = 0;
  for (const own of each) {
    let sum = 0;
    let shared = 0;
    for (const [text, count] of own) {
      sum += count;
      shared += (all.get(text)?.siblings ?? 0) > 1 ? count : 0;
    }
    const rest = informative - sum;
    let common = 0;
    for (const [text, count] of own) {
      const others = (all.get(text)?.count ?? 0) - count;
      common += Math.min(count / sum, rest > 0 ? others / rest : 0);
    }
    covered += shared;
    overlap += sum >= 10 ? sum * common : shared;
  }
  return {
    informative: total === 0 ? 0 : informative / total,
    covered: informative === 0 ? 0 : covered / informative,
    overlap: informative === 0 ? 0 : overlap / informative,
  };
}

/** How far what follows one node is what follows another. */
export function compare(node: Node, other: Node): Likeness {
  const frequent = frequentLabels([node, other], 3);
  const own = new Map<string, number>();
  const theirs = new Map<string, number>();
  collect(node, 0, '', false, frequent, own, { left: BUDGET });
  collect(other, 0, '', false, frequent, theirs, { left: BUDGET });
  const sum = [...own.values()].reduce((a, b) => a + b, 0);
  const rest = [...theirs.values()].reduce((a, b) => a + b, 0);
  let covered = 0;
  let overlap = 0;
  for (const [text, count] of own) {
    const match = theirs.get(text) ?? 0;
    covered += match > 0 ? count : 0;
    overlap += Math.min(count / sum, rest === 0 ? 0 : match / rest);
  }
  return { informative: sum / node.requests, covered: sum === 0 ? 0 : covered / sum, overlap };
}

function frequentLabels(siblings: readonly Node[], least: number): Set<string> {
  const counts = new Map<string, number>();
  const budget = { left: BUDGET };
  const walk = (node: Node, depth: number): void => {
    if (depth === DEPTH || budget.left-- <= 0) {
      return;
    }
    for (const [key, child] of node.literals) {
      const label = `${depth}/${key}`;
      counts.set(label, (counts.get(label) ?? 0) + child.requests);
      walk(child, depth + 1);
    }
    for (const pool of node.pools.values()) {
      walk(pool, depth + 1);
    }
  };
  for (const sibling of siblings) {
    walk(sibling, 0);
  }
  return new Set([...counts].filter(([, count]) => count >= least).map(([label]) => label));
}

function collect(
  node: Node,
  depth: number,
  prefix: string,
  informative: boolean,
  frequent: Set<string>,
  into: Map<string, number>,
  budget: { left: number }
): void {
  if (budget.left-- <= 0) {
    return;
  }
  if (informative) {
    const ends = [...node.ends.values()].reduce((a, b) => a + b, 0);
    if (depth === DEPTH) {
      into.set(prefix, (into.get(prefix) ?? 0) + node.requests);
    } else if (ends > 0) {
      into.set(prefix, (into.get(prefix) ?? 0) + ends);
    }
  }
  if (depth === DEPTH) {
    return;
  }
  for (const [key, child] of node.literals) {
    const known = frequent.has(`${depth}/${key}`);
    collect(child, depth + 1, `${prefix}/${known ? key : '*'}`, informative || known, frequent, into, budget);
  }
  for (const pool of node.pools.values()) {
    collect(pool, depth + 1, `${prefix}/*`, informative, frequent, into, budget);
  }
}
