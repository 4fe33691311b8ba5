import type { RouteRow } from './assigner';
import { KeyTable } from './key-table';
import { MAX_CLASS, MAX_CLASSED, writePathClass } from './path-class';
import { STATUS_BITS, statusKind, type KeyParts, type RouteKey } from './route-key';

/** Keys, classes of paths, texts, characters of texts and paths, and words of classes, past which all are begun anew. */
const MOST = { keys: 32_768, texts: 32_768, characters: 4_194_304, words: 1_048_576 };
const CONTROL = /[\u0000-\u001f]/;
const NONE = -1;

let generations = 0;

/** What the keys have to know of those who ask. */
export interface KeyMaker {
  /** Whether the paths of a service are all told apart. */
  isExact(service: string | null): boolean;
  make(parts: KeyParts): RouteKey;
}

/** A table of texts, each at its number; numbers are never given anew. */
export interface TextTable {
  readonly values: ReadonlyArray<string | undefined>;
}

/** Codes of rows: the number of a key and the kind of the status. They hold as long as the keys are of this generation. */
export interface RouteCodes {
  readonly codes: Int32Array;
  readonly generation: number;
}

/**
 * Tells requests apart as far as their routes do, so that each different one is looked at once. Known are no more than some
 * tens of thousands: then it begins anew, which changes nothing but the work.
 */
export class RouteKeys {
  /** Changes when all numbers become void; no two of these have the same. */
  generation = ++generations;
  /** Whose numbers those of texts are: another object for each generation. */
  table: object = {};
  private keys: RouteKey[] = [];
  private keysFound = new KeyTable();
  /** By class of path: the path that came first. */
  private paths: Array<string | null> = [null];
  private classesFound = new KeyTable();
  private texts: Array<string | null> = [];
  private numbers = new Map<string | null, number>();
  private characters = 0;
  /** By number of a text: whether, as a service, its paths are all told apart. */
  private exact: boolean[] = [];
  private tables = new WeakMap<TextTable, Int32Array>();
  private readonly key = new Int32Array(3);
  private readonly class = new Int32Array(MAX_CLASS / 4);
  private readonly classBytes = Buffer.from(this.class.buffer);
  private readonly path = Buffer.alloc(MAX_CLASSED);

  constructor(private readonly maker: KeyMaker) {}

  /** Begins anew: what keys stand for has changed. */
  renew(): void {
    this.generation = ++generations;
    this.table = {};
    this.keys = [];
    this.keysFound = new KeyTable();
    this.paths = [null];
    this.classesFound = new KeyTable();
    this.texts = [];
    this.numbers = new Map();
    this.characters = 0;
    this.exact = [];
    this.tables = new WeakMap();
  }

  /** Begins anew when too many are known. Only where numbers that are in use can be asked for again. */
  renewIfFull(): void {
    const most = Math.max(this.keys.length, this.paths.length);
    if (
      most >= MOST.keys ||
      this.texts.length >= MOST.texts ||
      this.characters >= MOST.characters ||
      this.classesFound.used >= MOST.words
    ) {
      this.renew();
    }
  }

  /** The key of a code. */
  of(code: number): RouteKey {
    return this.keys[code >>> STATUS_BITS]!;
  }

  /** The number of a text: a service, a method, a route. */
  number(text: string | null): number {
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.texts.length;
      this.texts.push(text);
      this.characters += text?.length ?? 0;
      this.numbers.set(text, number);
      this.exact.push(this.maker.isExact(text));
    }
    return number;
  }

  /**
   * What `numberIn` and `classIn` know of the texts that are in a table by now. A table is one of texts or one of paths, not
   * both.
   */
  knownOf(table: TextTable): Int32Array {
    let known = this.tables.get(table);
    const length = table.values.length * 2;
    if (known === undefined || known.length < length) {
      const larger = new Int32Array(Math.max(16, length * 2)).fill(NONE);
      larger.set(known ?? []);
      this.tables.set(table, (known = larger));
    }
    return known;
  }

  /** The number of a text of a table. */
  numberIn(table: TextTable, known: Int32Array, index: number): number {
    const number = known[index * 2]!;
    return number >= 0 ? number : (known[index * 2] = this.number(table.values[index] ?? null));
  }

  /** The class of a path of a table, for a service. */
  classIn(table: TextTable, known: Int32Array, index: number, service: number): number {
    const at = index * 2 + (this.exact[service] ? 1 : 0);
    const number = known[at]!;
    return number >= 0 ? number : (known[at] = this.classOf(table.values[index] ?? null, service));
  }

  /** The class of a path, for a service: paths of one class always have the same route there. */
  classOf(path: string | null, service: number): number {
    const length = path === null ? 0 : this.write(path);
    if (length === 0) {
      return 0;
    }
    if (length < 0) {
      this.characters += path!.length;
      return this.paths.push(path) - 1;
    }
    const { class: words, classBytes: bytes } = this;
    let at = writePathClass(this.path, 0, length, bytes, 0, this.exact[service]!);
    while ((at & 3) !== 0) {
      bytes[at++] = 0;
    }
    let number = this.classesFound.find(words, at >>> 2);
    if (number < 0) {
      // A copy: the path may be a piece of a far larger text.
      number = this.paths.push(this.path.toString('utf8', 0, length)) - 1;
      this.characters += length;
      this.classesFound.add(words, at >>> 2, number);
    }
    return number;
  }

  /** The code of a request of numbers that were given here; `status` is NaN for none. */
  codeOf(service: number, method: number, route: number, path: number, status: number): number {
    const { key, keysFound: found } = this;
    key[0] = service | (method << 16);
    key[1] = route;
    key[2] = path;
    let number = found.find(key, 3);
    if (number < 0) {
      const { texts } = this;
      const parts = { service: texts[service]!, method: texts[method]!, route: texts[route]!, path: this.paths[path]! };
      number = this.keys.push(this.maker.make(parts)) - 1;
      found.add(key, 3, number);
    }
    return (number << STATUS_BITS) | statusKind(status);
  }

  /** The code of a row. May begin anew. */
  codeOfRow({ service: name, method, path, status, route }: RouteRow): number {
    this.renewIfFull();
    const service = this.number(name);
    return this.codeOf(
      service,
      this.number(method),
      this.number(route ?? null),
      this.classOf(path, service),
      status ?? NaN
    );
  }

  /** Writes a path as UTF-8; gives its length, or -1 when it is too long or has what a class cannot have. */
  private write(path: string): number {
    const { length } = path;
    if (length > MAX_CLASSED) {
      return NONE;
    }
    for (let index = 0; index < length; index++) {
      const code = path.charCodeAt(index);
      if (code < 32) {
        return NONE;
      }
      if (code > 126) {
        return length * 3 <= MAX_CLASSED && path.isWellFormed() && !CONTROL.test(path) ? this.path.write(path) : NONE;
      }
      this.path[index] = code;
    }
    return length;
  }
}
