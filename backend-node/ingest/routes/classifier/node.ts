import { isOperation } from './lexicon';
import { isDigits, isIdentifier, shapeOf, type Shape, type ShapeKind } from './shapes';

/** How a node stands among its siblings. */
export type NodeRole = 'literal' | 'fixed' | 'pool';

/** Form of a value that is offered in several formats. */
export const ANY_FORMAT = '{}.{format}';

/** Values of a pool kept as a sample, to know them again at other positions. */
const SAMPLE = 64;
/** Spellings of a static segment that are counted. */
const MAX_SPELLINGS = 4;

/**
 * A position in the tree of paths that succeeded: a static segment (`literal`, or `fixed` with slots in it) or a pool,
 * the parameter that took in all values of one form.
 */
export class Node {
  readonly literals = new Map<string, Node>();
  /** Pools by form (`{}`, `{}.json`). */
  readonly pools = new Map<string, Node>();
  /** Successful requests that passed through or ended here. */
  requests = 0;
  /** Successful requests that ended here, by method. */
  readonly ends = new Map<string, number>();
  /** A pool that takes words too, not only identifiers. */
  open = false;
  /** A pool that takes in all that follows. */
  greedy = false;
  /** Declared by a sender's route: never merged away. */
  declared = false;
  /** Part of a template that was given: its text is fixed from then on. */
  given = false;
  /** Distinct values a pool has swallowed (an upper bound once the sample is full). */
  readonly sample = new Map<string, number>();
  readonly fit = new Fit();
  /** Requests by kind of value, for naming the parameter. */
  readonly kinds = new Map<ShapeKind, number>();
  /** How many kinds were there when the tree was last asked for news. */
  kindsKnown = 0;
  /** The parameter's name, once given. */
  name: string | undefined;
  /** The whole template that ends here, once asked for. */
  template: string | undefined;
  spellings: Map<string, number> | undefined;

  constructor(
    readonly role: NodeRole,
    public text: string,
    /** What is left of a value of it when it is one: `{}`, `{}.json`. */
    public form: string
  ) {}

  /** Shape of the text of a static segment. */
  get shape(): Shape {
    if (this.form === ANY_FORMAT) {
      const stem = this.text.slice(0, -ANY_FORMAT.length + 2);
      return { kind: 'word', key: this.text.toLowerCase(), form: ANY_FORMAT, stem };
    }
    return shapeOf(this.text, this.form.startsWith('{}.'));
  }

  addEnd(method: string, count: number): void {
    this.ends.set(method, (this.ends.get(method) ?? 0) + count);
  }

  /** Notes how a static segment was spelt; until a template with it is given, the most frequent spelling is shown. */
  addSpelling(text: string, count: number): void {
    if (this.given) {
      return;
    }
    if (this.spellings === undefined) {
      if (text === this.text) {
        return;
      }
      this.spellings = new Map([[this.text, this.requests]]);
    }
    if (this.spellings.has(text) || this.spellings.size < MAX_SPELLINGS) {
      this.spellings.set(text, (this.spellings.get(text) ?? 0) + count);
    }
  }

  /** Chooses the spelling to show. */
  settleText(): void {
    if (this.given || this.spellings === undefined) {
      return;
    }
    let best = -1;
    for (const [text, count] of this.spellings) {
      if (count > best) {
        best = count;
        this.text = text;
      }
    }
  }

  /** Whether a value looks like those that succeeded here: of a kind seen, with no other signs or file endings. */
  resembles(shape: Shape): boolean {
    return this.declared || (this.kinds.has(shape.kind) && (shape.kind !== 'word' || this.fit.resembles(shape.stem)));
  }

  /** Notes a value a pool took in. */
  addValue(shape: Shape, count: number): void {
    this.fit.add(shape.stem, count);
    this.kinds.set(shape.kind, (this.kinds.get(shape.kind) ?? 0) + count);
    if (!isIdentifier(shape)) {
      const key = shape.stem.toLowerCase();
      // Reserved words that turned out to be values have to be known again, or they would be static the next time.
      if (this.sample.has(key) || this.sample.size < (isOperation(shape.stem) ? 2 * SAMPLE : SAMPLE)) {
        this.sample.set(key, (this.sample.get(key) ?? 0) + count);
      }
    }
  }

  /** Takes in another node: counts, children and all. */
  absorb(other: Node): void {
    this.requests += other.requests;
    this.open ||= other.open;
    this.greedy ||= other.greedy;
    this.declared ||= other.declared;
    for (const [method, count] of other.ends) {
      this.addEnd(method, count);
    }
    for (const [value, count] of other.sample) {
      if (this.sample.has(value) || this.sample.size < SAMPLE) {
        this.sample.set(value, (this.sample.get(value) ?? 0) + count);
      }
    }
    for (const [kind, count] of other.kinds) {
      this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + count);
    }
    this.name ??= other.name;
    this.fit.absorb(other.fit);
    absorbAll(this.literals, other.literals);
    absorbAll(this.pools, other.pools);
  }
}

function absorbAll(into: Map<string, Node>, from: Map<string, Node>): void {
  for (const [key, node] of from) {
    const own = into.get(key);
    if (own === undefined) {
      into.set(key, node);
    } else {
      own.absorb(node);
      if (own.role === 'literal') {
        own.addSpelling(node.text, node.requests);
      }
      own.given ||= node.given;
    }
  }
}

/** What the values of a pool have in common: their length, their alphabet, where they are divided. */
export class Fit {
  /** Values by signature: lengths of the parts, and the text before the first divider. */
  readonly signatures = new Map<string, number>();
  /** Signatures once taken for those of identifiers stay so. */
  readonly accepted = new Set<string>();
  total = 0;
  /** Signs other than letters and digits that were seen. */
  signs = '';
  /** Whether a value ended like a file name. */
  endings = false;
  /** Union of the alphabets seen: 1 lower, 2 upper, 4 digits. */
  alphabet = 0;

  add(value: string, count: number): void {
    this.total += count;
    const digits = isDigits(value);
    if (digits) {
      this.alphabet |= 4;
    } else {
      this.alphabet |= alphabetOf(value);
      this.signs = unite(this.signs, value.replace(/[A-Za-z0-9]+/g, ''));
      this.endings ||= ENDING.test(value);
    }
    const signature = digits ? ` ${value.length}` : signatureOf(value);
    if (this.signatures.has(signature) || this.signatures.size < 32) {
      this.signatures.set(signature, (this.signatures.get(signature) ?? 0) + count);
    }
  }

  absorb(other: Fit): void {
    this.total += other.total;
    this.alphabet |= other.alphabet;
    this.signs = unite(this.signs, other.signs);
    this.endings ||= other.endings;
    other.accepted.forEach((signature) => this.accepted.add(signature));
    for (const [signature, count] of other.signatures) {
      if (this.signatures.has(signature) || this.signatures.size < 32) {
        this.signatures.set(signature, (this.signatures.get(signature) ?? 0) + count);
      }
    }
  }

  /** Whether a word has no sign and no file ending that the values did not have. */
  resembles(word: string): boolean {
    return (this.endings || !ENDING.test(word)) && unite(this.signs, word.replace(/[A-Za-z0-9]+/g, '')) === this.signs;
  }

  /** Whether a word is built as the identifiers of the pool are: same lengths, same prefix, same alphabet. */
  accepts(word: string): boolean {
    if (this.total < 3 || word.length < 6 || (alphabetOf(word) & ~this.alphabet) !== 0) {
      return false;
    }
    const signature = signatureOf(word);
    if (this.accepted.has(signature)) {
      return true;
    }
    const built = (this.signatures.get(signature) ?? 0) / this.total >= 0.2;
    if (built) {
      this.accepted.add(signature);
    }
    return built;
  }
}

const ENDING = /.\.[a-z]{2,5}$/i;

function unite(signs: string, more: string): string {
  let all = signs;
  for (const sign of more) {
    if (!all.includes(sign) && all.length < 32) {
      all += sign;
    }
  }
  return all;
}

function alphabetOf(value: string): number {
  return (/[a-z]/.test(value) ? 1 : 0) | (/[A-Z]/.test(value) ? 2 : 0) | (/\d/.test(value) ? 4 : 0);
}

function signatureOf(value: string): string {
  const parts = value.split(/([^A-Za-z0-9]+)/);
  const prefix = parts.length > 1 && /^[A-Za-z]{1,6}$/.test(parts[0] ?? '') ? parts[0] : '';
  return `${prefix} ${parts.map((part, i) => (i % 2 === 0 ? part.length : part)).join('')}`;
}
