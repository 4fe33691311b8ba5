import { isApiRoot } from './lexicon';
import { Node } from './node';
import { ensurePool, inAnyFormat, poolFor, takesWord, versions } from './pools';
import { MAX_VERSIONS, settleTree, type Judge } from './settle';
import { shapeOf, type Shape } from './shapes';

/** Static segments a position may hold; a new word past it opens the position. */
export const MAX_LITERALS = 1024;
/** Positions a service may hold; past it new words go to parameters. */
export const MAX_NODES = 50_000;
/** New positions after which the tree is settled at once. */
const MAX_UNSETTLED = 16_384;
/** New positions, as a share of those there were and at least so many, after which it is time to settle. */
const GROWTH = { share: 0.5, least: 256 };

/**
 * The paths of one service that succeeded, as a tree. Identifiers go to pools as they come; words wait as static
 * segments until the tree is settled, when the judge decides, position by position from the root, which are values.
 */
export class Population {
  readonly root = new Node('literal', '', '');
  /** Successful requests at the last settling. */
  settledAt = 0;
  nodes = 0;
  private unsettled = 0;
  private crowded = false;

  constructor(private readonly judge: Judge) {}

  /** Takes in a path that succeeded. Returns whether paths may have another template, or one at all, from now on. */
  add(segments: readonly string[], method: string, count: number): boolean {
    const before = this.nodes;
    let news = false;
    let node = this.root;
    node.requests += count;
    for (let i = 0; i < segments.length && !node.greedy; i++) {
      node = this.step(node, segments[i] as string, i, i === segments.length - 1, count);
      news ||= node.role === 'pool' && node.kinds.size !== node.kindsKnown;
      node.kindsKnown = node.kinds.size;
      node.requests += count;
    }
    news ||= node.ends.size === 0;
    node.addEnd(method, count);
    const grown = this.nodes - before;
    this.unsettled += grown;
    return news || grown > 0;
  }

  /** Whether the tree has grown so much that it has to be settled before more comes in. */
  get full(): boolean {
    return this.crowded || this.unsettled >= MAX_UNSETTLED;
  }

  /**
   * Whether it is time to settle: since the last time the requests have doubled, those counted that wait, or the tree has
   * grown by half.
   */
  isDue(waiting: number): boolean {
    const grown = this.unsettled >= Math.max(GROWTH.least, (this.nodes - this.unsettled) * GROWTH.share);
    return this.full || grown || this.root.requests + waiting >= 2 * this.settledAt;
  }

  /** Takes in a template that a sender or a document declares: its parameters take every value. */
  declare(template: readonly string[]): void {
    let node = this.root;
    for (const segment of template) {
      const names = [...segment.matchAll(/\{([^{}]+)\}/g)];
      if (names.length === 1) {
        node = this.pool(node, segment.replace(/\{[^{}]+\}/, '{}'));
        node.open = true;
        node.name ??= names[0]?.[1];
      } else {
        const role = names.length === 0 ? 'literal' : 'fixed';
        const key = segment.toLowerCase();
        node = node.literals.get(key) ?? this.literal(node, key, segment, role, names.length === 0 ? '{}' : segment);
      }
      node.declared = true;
    }
    node.addEnd('', 0);
  }

  /** Brings back a tree that was kept. */
  restore(settledAt: number): void {
    this.settledAt = settledAt;
    this.nodes = count(this.root);
  }

  private step(node: Node, segment: string, depth: number, last: boolean, count: number): Node {
    const shape = shapeOf(segment, last);
    const key = segment.toLowerCase();
    const literal = node.literals.get(shape.kind === 'word' || shape.kind === 'fixed' ? shape.key : key);
    const known = literal ?? inAnyFormat(node, shape);
    if (known !== undefined) {
      if (known === literal) {
        known.addSpelling(segment, count);
      }
      if (!last && known.form.startsWith('{}.')) {
        known.form = '{}';
      }
      return known;
    }
    if (shape.kind === 'fixed') {
      return this.literal(node, shape.key, shape.form, 'fixed', shape.form);
    }
    if (shape.kind === 'word') {
      const pool = poolFor(node, shape);
      if (pool !== undefined && takesWord(pool, shape)) {
        pool.addValue(shape, count);
        return pool;
      }
      if (node.literals.size < MAX_LITERALS && this.nodes < MAX_NODES) {
        this.crowded ||= node.literals.size === MAX_LITERALS / 2;
        return this.literal(node, shape.key, segment, 'literal', shape.form);
      }
    } else if (!last && isVersionLike(node, depth, shape) && versions(node).length < MAX_VERSIONS) {
      return this.literal(node, key, segment, 'literal', shape.form);
    }
    const pool = poolFor(node, shape) ?? this.pool(node, shape.form);
    pool.open ||= shape.kind === 'word';
    pool.addValue(shape, count);
    return pool;
  }

  private literal(parent: Node, key: string, text: string, role: 'literal' | 'fixed', form: string): Node {
    const node = new Node(role, text, form);
    parent.literals.set(key, node);
    this.nodes++;
    return node;
  }

  private pool(parent: Node, form: string): Node {
    this.nodes += parent.pools.has(form) ? 0 : 1;
    return ensurePool(parent, form);
  }

  /** Decides anew which words are values of parameters. What was merged stays merged. */
  settle(): void {
    settleTree(this.root, this.judge);
    this.settledAt = this.root.requests;
    this.unsettled = 0;
    this.crowded = false;
    this.nodes = count(this.root);
  }
}

/** A number or a date right after the root of an API is its version. */
function isVersionLike(node: Node, depth: number, shape: Shape): boolean {
  if (depth > 1 || (depth === 1 && !isApiRoot(node.text.toLowerCase()))) {
    return false;
  }
  return shape.kind === 'date' || ((shape.kind === 'integer' || shape.kind === 'number') && shape.stem.length <= 4);
}

function count(node: Node): number {
  let sum = 1;
  for (const child of node.literals.values()) {
    sum += count(child);
  }
  for (const pool of node.pools.values()) {
    sum += count(pool);
  }
  return sum;
}
