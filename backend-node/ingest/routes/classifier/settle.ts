import { mergeAlike } from './alike';
import type { Group } from './evidence';
import { isFileTree } from './files';
import { isOperation } from './lexicon';
import { ANY_FORMAT, Node } from './node';
import { ensurePool, takes, versions } from './pools';
import { isIdentifier } from './shapes';

/** Decides which words of a group are values of a parameter. */
export type Judge = (group: Group) => Iterable<string>;

/** Different numbers or dates that make a place where a version is expected (`/api/3`, `/2010-04-01`) a parameter. */
export const MAX_VERSIONS = 5;
/** Values of the vocabulary that tells a parameter's values at other positions. */
const MAX_VOCABULARY = 8192;

interface Settling {
  root: Node;
  judge: Judge;
  /** Values of parameters at other positions; undefined in the first round. */
  vocabulary: ReadonlyMap<string, number> | undefined;
}

/** Decides anew, from the root down, which words are values of parameters. What was merged stays merged. */
export function settleTree(root: Node, judge: Judge): void {
  // First the positions where new values keep coming; their values are known again at others in the second round.
  settleNode(root, [], { root, judge, vocabulary: undefined });
  settleNode(root, [], { root, judge, vocabulary: vocabularyOf(root) });
}

function settleNode(node: Node, path: readonly string[], settling: Settling): void {
  node.template = undefined;
  node.settleText();
  if (node.greedy) {
    return;
  }
  mergeVersions(node);
  mergeFormats(node);
  mergeFitting(node);
  mergeWords(node, path, settling);
  mergeAlike(node, (key, child, form) => merge(node, key, child, form));
  if (path.length > 0 && !holdsDeclared(node) && isFileTree(node)) {
    mergeTail(node);
  }
  for (const child of node.literals.values()) {
    settleNode(child, [...path, child.text], settling);
  }
  for (const pool of node.pools.values()) {
    settleNode(pool, [...path, pool.form], settling);
  }
}

function mergeVersions(node: Node): void {
  const numbers = versions(node);
  if (numbers.length >= MAX_VERSIONS) {
    for (const [key, child] of numbers) {
      merge(node, key, child, child.form);
    }
  }
}

/** Words that are built as the identifiers beside them are. */
function mergeFitting(node: Node): void {
  for (const [key, child] of node.literals) {
    const pool = child.role === 'literal' && !child.declared ? node.pools.get(child.form) : undefined;
    if (pool !== undefined && !isOperation(child.text) && takes(pool, child.shape)) {
      merge(node, key, child, child.form);
    }
  }
}

function mergeWords(node: Node, path: readonly string[], settling: Settling): void {
  const groups = new Map<string, Map<string, Node>>();
  const formats = node.pools.has(ANY_FORMAT) || [...node.literals.values()].some(({ form }) => form === ANY_FORMAT);
  for (const [key, child] of node.literals) {
    if (child.role === 'literal' && !child.declared && !isOperation(child.text) && !isIdentifier(child.shape)) {
      const form = formats && child.form.startsWith('{}.') ? ANY_FORMAT : child.form;
      let group = groups.get(form);
      if (group === undefined) {
        groups.set(form, (group = new Map()));
      }
      group.set(key, child);
    }
  }
  for (const [form, words] of groups) {
    const pool = node.pools.get(form);
    if ((words.size < 2 && pool?.open !== true) || (settling.vocabulary === undefined && !isChanging(words))) {
      continue;
    }
    const parentIsPool = node.role === 'pool';
    const identifiers = pool === undefined ? 0 : pool.requests;
    const group = { path, parent: node, parentIsPool, form, words, identifiers, total: settling.root.requests };
    const values = settling.judge({ ...group, vocabulary: settling.vocabulary ?? new Map() });
    for (const key of values) {
      merge(node, key, words.get(key) as Node, form).open = true;
    }
  }
}

/** `names.json` beside `names.xml` is one resource in two formats. */
function mergeFormats(node: Node): void {
  const stems = new Map<string, string[]>();
  for (const [key, child] of node.literals) {
    if (child.role === 'literal' && !child.declared && child.form.startsWith('{}.') && child.form !== ANY_FORMAT) {
      const stem = key.slice(0, -(child.form.length - 2));
      stems.set(stem, [...(stems.get(stem) ?? []), key]);
    }
  }
  for (const [stem, keys] of stems) {
    const any = `${stem}.{format}`;
    if (keys.length < 2 && !node.literals.has(any)) {
      continue;
    }
    for (const key of keys) {
      const child = node.literals.get(key) as Node;
      const text = `${child.shape.stem}.{format}`;
      let whole = node.literals.get(any);
      if (whole === undefined) {
        node.literals.set(any, (whole = new Node('literal', text, ANY_FORMAT)));
      }
      whole.absorb(child);
      node.literals.delete(key);
    }
  }
  const pools = [...node.pools].filter(([form]) => form.startsWith('{}.') && form !== ANY_FORMAT);
  if (pools.length > 1 || (pools.length > 0 && node.pools.has(ANY_FORMAT))) {
    for (const [form, pool] of pools) {
      ensurePool(node, ANY_FORMAT).absorb(pool);
      node.pools.delete(form);
    }
  }
}

/** Makes all that follows one parameter. */
function mergeTail(node: Node): void {
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

function merge(parent: Node, key: string, child: Node, form: string): Node {
  const pool = ensurePool(parent, form);
  pool.addValue(child.shape, child.requests);
  pool.absorb(child);
  parent.literals.delete(key);
  return pool;
}

/** The words that parameters took in, over the whole tree. */
function vocabularyOf(root: Node): Map<string, number> {
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
  walk(root);
  return vocabulary;
}

/** Whether most words are new each time one is seen. */
function isChanging(words: ReadonlyMap<string, Node>): boolean {
  let once = 0;
  for (const node of words.values()) {
    once += node.requests === 1 ? 1 : 0;
  }
  return words.size >= 10 && once * 2 > words.size;
}

function holdsDeclared(node: Node): boolean {
  return [...node.literals.values(), ...node.pools.values()].some((child) => child.declared);
}
