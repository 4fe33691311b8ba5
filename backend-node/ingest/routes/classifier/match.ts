import type { Node } from './node';
import { inAnyFormat, poolFor, takesWord } from './pools';
import { isIdentifier, shapeOf, type Shape } from './shapes';

/** Positions tried for one path before giving up. */
const MAX_STEPS = 256;

/** The positions a path goes through in the tree, without the root. */
export type Chain = Node[];

/**
 * The chain of a path whose template a successful request had, static segments before parameters; undefined when there
 * is none. A parameter that only ever held identifiers takes no other words.
 */
export function findChain(root: Node, segments: readonly string[]): Chain | undefined {
  const chain: Chain = [];
  let steps = 0;
  const descend = (node: Node, depth: number): boolean => {
    if (depth === segments.length || node.greedy) {
      return node.ends.size > 0;
    }
    for (const next of candidates(node, segments[depth] as string, depth === segments.length - 1)) {
      if (++steps > MAX_STEPS) {
        return false;
      }
      chain.push(next);
      if (descend(next, depth + 1)) {
        return true;
      }
      chain.pop();
    }
    return false;
  };
  return descend(root, 0) ? chain : undefined;
}

/** As far as a path goes in the tree, whether or not a template ends there. */
export function longestChain(root: Node, segments: readonly string[]): Chain {
  const chain: Chain = [];
  let node = root;
  for (let i = 0; i < segments.length && !node.greedy; i++) {
    const next: Node | undefined = candidates(node, segments[i] as string, i === segments.length - 1)[0];
    if (next === undefined) {
      break;
    }
    chain.push(next);
    node = next;
  }
  return chain;
}

/** Whether every value of a path looks like those that succeeded at its place. */
export function resembles(chain: Chain, segments: readonly string[]): boolean {
  return chain.every(
    (node, i) =>
      node.role !== 'pool' || node.greedy || node.resembles(shapeOf(segments[i] as string, i === segments.length - 1))
  );
}

function candidates(node: Node, segment: string, last: boolean): Node[] {
  const shape = shapeOf(segment, last);
  const key = shape.kind === 'word' || shape.kind === 'fixed' ? shape.key : segment.toLowerCase();
  const found: Node[] = [];
  const literal = node.literals.get(key) ?? inAnyFormat(node, shape);
  if (literal !== undefined) {
    found.push(literal);
  }
  const pool = poolFor(node, shape) ?? (isIdentifier(shape) ? node.pools.get('{}') : undefined);
  if (pool !== undefined && accepts(pool, shape)) {
    found.push(pool);
  }
  return found;
}

function accepts(pool: Node, shape: Shape): boolean {
  if (shape.kind === 'bad' || shape.kind === 'fixed') {
    return false;
  }
  return isIdentifier(shape) || takesWord(pool, shape);
}
