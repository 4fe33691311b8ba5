import { likeness } from './continuation';
import { isPlural, wordsOf } from './lexicon';
import type { Node } from './node';

/** Sibling words of one form at one position, about which it is to be decided whether they are values of a parameter. */
export interface Group {
  /** Text of the static segments and pools above, for messages and for naming. */
  readonly path: readonly string[];
  readonly parent: Node;
  readonly parentIsPool: boolean;
  readonly form: string;
  /** The words by key. */
  readonly words: ReadonlyMap<string, Node>;
  /** Requests of identifiers at the same position and of the same form. */
  readonly identifiers: number;
  /** Requests of the whole service. */
  readonly total: number;
  /** Values seen in parameters at other positions. */
  readonly vocabulary: ReadonlyMap<string, number>;
}

/** What is measured of a group; all about 0 to 1 unless said otherwise. */
export const FEATURES = [
  'distinct',
  'newness',
  'repetition',
  'sameContinuation',
  'otherContinuation',
  'sameMix',
  'digits',
  'digitShape',
  'identifiers',
  'knownElsewhere',
  'commonEnding',
  'hyphens',
  'identifierStyle',
  'plurals',
  'afterPlural',
  'afterParameter',
  'atRoot',
  'evenness',
  'changing',
  'itemMethods',
  'actions',
] as const;

export type Evidence = Record<(typeof FEATURES)[number], number>;

/** Measures a group. */
export function evidenceOf(group: Group): Evidence {
  const nodes = [...group.words.values()];
  const keys = nodes.map((node) => node.shape.stem.toLowerCase());
  const distinct = nodes.length;
  const requests = nodes.reduce((sum, node) => sum + node.requests, 0);
  const once = nodes.filter((node) => node.requests === 1).length;
  const same = likeness(nodes);
  const share = (test: (key: string, node: Node) => boolean): number =>
    keys.filter((key, i) => test(key, nodes[i] as Node)).length / distinct;
  const parentWords = wordsOf(group.path.at(-1) ?? '');
  return {
    distinct: Math.min(1, Math.log2(distinct) / 5),
    newness: (once + 0.5) / (distinct + 2),
    repetition: requests / (requests + 8 * distinct),
    sameContinuation: same.informative * same.covered,
    otherContinuation: same.informative * (1 - same.overlap),
    sameMix: same.informative * same.overlap,
    digits: share((key) => /\d/.test(key)),
    digitShape: dominantDigitShape(keys),
    identifiers: group.identifiers / (group.identifiers + requests),
    knownElsewhere: share((key) => (group.vocabulary.get(key) ?? 0) > 0),
    commonEnding: distinct < 3 ? 0 : commonEnding(keys),
    hyphens: share((key) => key.includes('-')),
    identifierStyle: share((_, node) => /[a-z][A-Z]|_/.test(node.text)),
    plurals: share((key) => isPlural(wordsOf(key).at(-1) ?? '')),
    afterPlural: !group.parentIsPool && isPlural(parentWords.at(-1) ?? '') ? 1 : 0,
    afterParameter: group.parentIsPool ? 1 : 0,
    atRoot: group.path.length === 0 ? 1 : 0,
    evenness: evenness(nodes, requests),
    changing: Math.min(1, once / requests / 0.3) * Math.min(1, distinct / 10),
    itemMethods: share((_, { ends }) => ends.size > 1 && (ends.has('DELETE') || ends.has('PUT') || ends.has('PATCH'))),
    actions: share((_, { ends }) => ends.size === 1 && (ends.has('POST') || ends.has('PUT'))),
  };
}

/**
 * How near the words are to being equally frequent: 1 over 1 plus the squared coefficient of variation beyond what
 * chance gives. Addresses of an API differ in use by far more than values do; those that one page always calls together
 * differ less than chance has it, and count for nothing.
 */
function evenness(nodes: readonly Node[], requests: number): number {
  const mean = requests / nodes.length;
  if (nodes.length < 3) {
    return 0;
  }
  const variance = nodes.reduce((sum, node) => sum + (node.requests - mean) ** 2, 0) / (nodes.length - 1);
  const enough = (mean / (mean + 12)) * Math.min(1, (nodes.length - 1) / 4);
  const excess = Math.max(0, variance / mean ** 2 - 1 / mean);
  return variance / mean < 0.1 ? 0 : enough / (1 + excess / 0.25);
}

/** Share of the words that have the most frequent run shape with a digit in it (`OPS-50` is `A-9`). */
function dominantDigitShape(keys: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const key of keys) {
    const shape = key.replace(/\d+/g, '9').replace(/[A-Za-z]+/g, 'a');
    if (shape.includes('9')) {
      counts.set(shape, (counts.get(shape) ?? 0) + 1);
    }
  }
  return Math.max(0, ...counts.values()) / keys.length;
}

/** Share of the words that end (or begin) in the same part after a divider: `lamp-registry`, `winter-registry`. */
function commonEnding(keys: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const key of keys) {
    const parts = key.split(/[^a-z0-9]+/i).filter((part) => part !== '');
    if (parts.length > 1) {
      for (const part of [`^${parts[0]}`, `${parts.at(-1)}$`]) {
        counts.set(part, (counts.get(part) ?? 0) + 1);
      }
    }
  }
  return Math.max(0, ...counts.values()) / keys.length;
}
