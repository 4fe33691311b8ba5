import { compare } from './continuation';
import { isPronoun } from './lexicon';
import type { Node } from './node';

/** How much of what follows a word must be what follows the parameter beside it. */
const OPEN = { informative: 0.5, covered: 0.7, overlap: 0.2, requests: 1 };
/** The same beside a parameter that so far held only identifiers. */
const CLOSED = { informative: 0.5, covered: 0.9, overlap: 0.5, requests: 10 };

/**
 * Words that stayed static beside a parameter, though what follows them is what follows the parameter: a name that is
 * used very often, a reserved word that stands for a value (`_all`, `current`).
 */
export function mergeAlike(node: Node, merge: (key: string, child: Node, form: string) => void): void {
  const pool = node.pools.get('{}');
  if (pool === undefined) {
    return;
  }
  const least = pool.open ? OPEN : CLOSED;
  for (const [key, child] of node.literals) {
    const mayJoin = child.role === 'literal' && !child.declared && !isPronoun(key) && child.form === '{}';
    if (!mayJoin || child.requests < least.requests || child.literals.size + child.pools.size === 0) {
      continue;
    }
    const { informative, covered, overlap } = compare(child, pool);
    const alike = child.requests < 10 || overlap >= least.overlap;
    if (informative >= least.informative && covered >= least.covered && alike) {
      merge(key, child, '{}');
    }
  }
}
