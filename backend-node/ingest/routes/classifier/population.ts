import type { Group } from './evidence';
import { isFileTree } from './files';
import { mergeAlike } from './alike';
import { isApiRoot, isOperation } from './lexicon';
import { Node } from './node';
import { isIdentifier, shapeOf, type Shape } from './shapes';

/** Decides which words of a group are values of a parameter. */
export type Judge = (group: Group) => Iterable<string>;

/** Static segments a position may hold; a new word past it opens the position. */
export const MAX_LITERALS = 1024;
/** Positions a service may hold; past it new words go to parameters. */
export const MAX_NODES = 200_000;
/** New positions after which the tree is settled at once. */
const MAX_UNSETTLED = 32_768;
/** Different numbers or dates that may stand where a version is expected (`/api/3`, `/2010-04-01`). */
const MAX_VERSIONS = 3;
/** Values of the vocabulary that tells a parameter's values at other positions. */
const MAX_VOCABULARY = 8192;

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

  /** Takes in a path that succeeded. Returns whether the tree has new positions. */
  add(segments: readonly string[], method: string, count: number): boolean {
    const before = this.nodes;
    let node = this.root;
    node.requests += count;
    for (let i = 0; i < segments.length && !node.greedy; i++) {
      node = this.step(node, segments[i] as string, i, i === segments.length - 1, count);
      node.requests += count;
    }
    node.addEnd(method, count);
    const grown = this.nodes - before;
    this.unsettled += grown;
    return grown > 0;
  }

  /** Whether the tree has grown so much that it has to be settled before more comes in. */
  get full(): boolean {
    return this.crowded || this.unsettled >= MAX_UNSETTLED;
  }

  /** Whether it is time to settle: the requests have doubled since the last time. */
  get due(): boolean {
    return this.full || this.root.requests >= 2 * this.settledAt;
  }

  private step(node: Node, segment: string, depth: number, last: boolean, count: number): Node {
    const shape = shapeOf(segment, last);
    const key = segment.toLowerCase();
    const known = node.literals.get(shape.kind === 'word' || shape.kind === 'fixed' ? shape.key : key);
    if (known !== undefined) {
      known.addSpelling(segment, count);
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
      if (pool !== undefined && !isOperation(segment) && (pool.open || takes(pool, shape))) {
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
    const existing = parent.pools.get(form);
    if (existing !== undefined) {
      return existing;
    }
    const node = new Node('pool', form, form);
    parent.pools.set(form, node);
    this.nodes++;
    return node;
  }

  /** Decides anew, from the root down, which words are values of parameters. What was merged stays merged. */
  settle(): void {
    // First the positions where new values keep coming; their values are known again at others in the second round.
    this.settleNode(this.root, [], undefined);
    this.settleNode(this.root, [], this.vocabulary());
    this.settledAt = this.root.requests;
    this.unsettled = 0;
    this.crowded = false;
    this.nodes = count(this.root);
  }

  private settleNode(node: Node, path: readonly string[], vocabulary: ReadonlyMap<string, number> | undefined): void {
    node.template = undefined;
    node.settleText();
    if (node.greedy) {
      return;
    }
    this.mergeVersions(node);
    this.mergeFitting(node);
    this.mergeWords(node, path, vocabulary);
    mergeAlike(node, (key, child, form) => this.merge(node, key, child, form));
    this.mergeFormats(node);
    if (node !== this.root && isFileTree(node)) {
      this.mergeTail(node);
    }
    for (const child of node.literals.values()) {
      this.settleNode(child, [...path, child.text], vocabulary);
    }
    for (const pool of node.pools.values()) {
      this.settleNode(pool, [...path, pool.form], vocabulary);
    }
  }

  private mergeVersions(node: Node): void {
    const numbers = versions(node);
    if (numbers.length >= MAX_VERSIONS) {
      for (const [key, child] of numbers) {
        this.merge(node, key, child, child.form);
      }
    }
  }

  /** Words that are built as the identifiers beside them are. */
  private mergeFitting(node: Node): void {
    for (const [key, child] of node.literals) {
      const pool = child.role === 'literal' && !child.declared ? node.pools.get(child.form) : undefined;
      if (pool !== undefined && !isOperation(child.text) && takes(pool, child.shape)) {
        this.merge(node, key, child, child.form);
      }
    }
  }

  private mergeWords(node: Node, path: readonly string[], vocabulary: ReadonlyMap<string, number> | undefined): void {
    const groups = new Map<string, Map<string, Node>>();
    for (const [key, child] of node.literals) {
      if (child.role === 'literal' && !child.declared && !isOperation(child.text) && !isIdentifier(child.shape)) {
        let group = groups.get(child.form);
        if (group === undefined) {
          groups.set(child.form, (group = new Map()));
        }
        group.set(key, child);
      }
    }
    for (const [form, words] of groups) {
      const pool = node.pools.get(form);
      if ((words.size < 2 && pool?.open !== true) || (vocabulary === undefined && !isChanging(words))) {
        continue;
      }
      const parentIsPool = node.role === 'pool';
      const identifiers = pool === undefined ? 0 : pool.requests;
      const group = { path, parent: node, parentIsPool, form, words, identifiers };
      const values = this.judge({ ...group, vocabulary: vocabulary ?? new Map() });
      for (const key of values) {
        this.merge(node, key, words.get(key) as Node, form).open = true;
      }
    }
  }

  /** `names.json` beside `names.xml` is one resource in two formats. */
  private mergeFormats(node: Node): void {
    const stems = new Map<string, string[]>();
    for (const [key, child] of node.literals) {
      if (child.role === 'literal' && child.form.startsWith('{}.')) {
        const stem = key.slice(0, -(child.form.length - 2));
        stems.set(stem, [...(stems.get(stem) ?? []), key]);
      }
    }
    for (const [stem, keys] of stems) {
      const known = node.literals.get(`${stem}.{format}`);
      if (keys.length < 2 && known === undefined) {
        continue;
      }
      for (const key of keys) {
        const child = node.literals.get(key) as Node;
        const text = `${child.shape.stem}.{format}`;
        const merged =
          node.literals.get(`${stem}.{format}`) ?? this.literal(node, `${stem}.{format}`, text, 'fixed', text);
        merged.absorb(child);
        node.literals.delete(key);
      }
    }
    const pools = [...node.pools].filter(([form]) => form.startsWith('{}.') && form !== '{}.{format}');
    if (pools.length > 1 || (pools.length > 0 && node.pools.has('{}.{format}'))) {
      for (const [form, pool] of pools) {
        this.pool(node, '{}.{format}').absorb(pool);
        node.pools.delete(form);
      }
    }
  }

  /** Makes all that follows one parameter. */
  private mergeTail(node: Node): void {
    const tail = new Node('pool', '{}', '{}');
    tail.open = true;
    tail.greedy = true;
    const swallow = (below: Node): void => {
      for (const child of [...below.literals.values(), ...below.pools.values()]) {
        child.ends.forEach((count, method) => tail.addEnd(method, count));
        swallow(child);
        tail.requests += below === node ? child.requests : 0;
      }
    };
    swallow(node);
    node.literals.clear();
    node.pools.clear();
    node.pools.set('{}', tail);
  }

  private merge(parent: Node, key: string, child: Node, form: string): Node {
    const pool = this.pool(parent, form);
    pool.addValue(child.shape, child.requests);
    pool.absorb(child);
    parent.literals.delete(key);
    return pool;
  }

  private vocabulary(): Map<string, number> {
    const vocabulary = new Map<string, number>();
    const walk = (node: Node): void => {
      if (node.role === 'pool' && node.open) {
        for (const value of node.sample.keys()) {
          if (vocabulary.has(value) || vocabulary.size < MAX_VOCABULARY) {
            vocabulary.set(value, (vocabulary.get(value) ?? 0) + 1);
          }
        }
      }
      node.literals.forEach(walk);
      node.pools.forEach(walk);
    };
    walk(this.root);
    return vocabulary;
  }
}

/** The pool a value of this shape belongs to, if there is one. */
export function poolFor(node: Node, shape: Shape): Node | undefined {
  const exact = node.pools.get(shape.form);
  if (exact !== undefined) {
    return exact;
  }
  if (shape.form.startsWith('{}.')) {
    const formats = node.pools.get('{}.{format}');
    if (formats !== undefined) {
      return formats;
    }
  }
  const plain = node.pools.get('{}');
  return shape.kind === 'word' && plain !== undefined && (plain.open || shape.form === '{}') ? plain : undefined;
}

/** A number or a date right after the root of an API is its version. */
function isVersionLike(node: Node, depth: number, shape: Shape): boolean {
  if (depth > 1 || (depth === 1 && !isApiRoot(node.text.toLowerCase()))) {
    return false;
  }
  return shape.kind === 'date' || ((shape.kind === 'integer' || shape.kind === 'number') && shape.stem.length <= 4);
}

/** Whether most words are new each time one is seen. */
function isChanging(words: ReadonlyMap<string, Node>): boolean {
  let once = 0;
  for (const node of words.values()) {
    once += node.requests === 1 ? 1 : 0;
  }
  return words.size >= 10 && once * 2 > words.size;
}

function versions(node: Node): Array<[string, Node]> {
  return [...node.literals].filter(([, child]) => child.role === 'literal' && isIdentifier(child.shape));
}

/** Whether a pool of identifiers takes a word because it is built as they are. */
export function takes(pool: Node, word: Shape): boolean {
  return pool.fit.accepts(word.stem) || (/^[a-z]{2,3}$/.test(word.stem) && (pool.kinds.get('locale') ?? 0) > 0);
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
