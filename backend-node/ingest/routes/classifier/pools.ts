import { isOperation } from './lexicon';
import { ANY_FORMAT, Node } from './node';
import { isIdentifier, type Shape } from './shapes';

/** The pool a value of this shape belongs to, if there is one. */
export function poolFor(node: Node, shape: Shape): Node | undefined {
  const exact = node.pools.get(shape.form);
  if (exact !== undefined) {
    return exact;
  }
  if (shape.form.startsWith('{}.')) {
    const formats = node.pools.get(ANY_FORMAT);
    if (formats !== undefined) {
      return formats;
    }
  }
  const plain = node.pools.get('{}');
  return shape.kind === 'word' && plain !== undefined && (plain.open || shape.form === '{}') ? plain : undefined;
}

/** Whether a word belongs in a pool: the pool takes words, and it is not one that stays static beside a parameter. */
export function takesWord(pool: Node, word: Shape): boolean {
  return pool.sample.has(word.stem.toLowerCase()) || (!isOperation(word.stem) && (pool.open || takes(pool, word)));
}

/** Whether a pool of identifiers takes a word because it is built as they are. */
export function takes(pool: Node, word: Shape): boolean {
  return pool.fit.accepts(word.stem) || (/^[a-z]{2,3}$/.test(word.stem) && (pool.kinds.get('locale') ?? 0) > 0);
}

/** The numbers and dates that stand as static segments at a position. */
export function versions(node: Node): Array<[string, Node]> {
  return [...node.literals].filter(([, child]) => child.role === 'literal' && isIdentifier(child.shape));
}

/** The pool of a form at a position, made when it is not there. */
export function ensurePool(parent: Node, form: string): Node {
  let pool = parent.pools.get(form);
  if (pool === undefined) {
    pool = new Node('pool', form, form);
    parent.pools.set(form, pool);
  }
  return pool;
}

/** The static segment that is known in several formats, for one of them. */
export function inAnyFormat(node: Node, shape: Shape): Node | undefined {
  return shape.kind === 'word' && shape.form.startsWith('{}.')
    ? node.literals.get(`${shape.stem.toLowerCase()}.{format}`)
    : undefined;
}
