import type { Node } from './node';

const ENDING = /[^.]\.([a-z][a-z0-9]{0,5})$/i;

interface Tree {
  ends: number;
  withEnding: number;
  endings: Set<string>;
  depths: Set<number>;
}

/** Requests, kinds of file and depths from which on a tree of files is seen. */
const LEAST = { ends: 10, endings: 3, depths: 3, share: 0.5, alike: 0.6, one: 0.9 };

/**
 * Whether what follows a position is the path of a file, of any depth: the ends look like file names of several kinds,
 * they lie at several depths, and most folders below are such trees themselves. A position with nearly all of it in one
 * folder is not yet where the files begin.
 */
export function isFileTree(node: Node): boolean {
  const tree = measure(node);
  if (
    tree.ends < LEAST.ends ||
    tree.endings.size < LEAST.endings ||
    tree.depths.size < LEAST.depths ||
    tree.withEnding < tree.ends * LEAST.share
  ) {
    return false;
  }
  let folders = 0;
  let alike = 0;
  for (const child of [...node.literals.values(), ...node.pools.values()]) {
    if (child.requests > tree.ends * LEAST.one) {
      return false;
    }
    if (child.literals.size + child.pools.size > 0) {
      folders += child.requests;
      alike += measure(child).depths.size > 1 ? child.requests : 0;
    }
  }
  return alike >= folders * LEAST.alike;
}

function measure(node: Node): Tree {
  const tree: Tree = { ends: 0, withEnding: 0, endings: new Set(), depths: new Set() };
  const walk = (at: Node, depth: number): void => {
    for (const child of [...at.literals.values(), ...at.pools.values()]) {
      let ends = 0;
      child.ends.forEach((count) => (ends += count));
      if (ends > 0) {
        tree.ends += ends;
        tree.depths.add(depth);
        const ending = ENDING.exec(child.text)?.[1] ?? (child.role === 'pool' ? poolEnding(child) : undefined);
        if (ending !== undefined) {
          tree.withEnding += ends;
          tree.endings.add(ending.toLowerCase());
        }
      }
      walk(child, depth + 1);
    }
  };
  walk(node, 1);
  return tree;
}

/** A pool of file names of one kind ends as they do. */
function poolEnding(pool: Node): string | undefined {
  for (const value of pool.sample.keys()) {
    const ending = ENDING.exec(value)?.[1];
    if (ending !== undefined) {
      return ending;
    }
  }
  return undefined;
}
