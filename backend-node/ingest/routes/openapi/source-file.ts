import { readFile, stat } from 'node:fs/promises';

import { ApitrailError } from '@apitrail/contract';
import { aliasFault } from './alias-fault';
import { duplicateKey } from './duplicate-key';
import {
  isAlias,
  isMap,
  isNode,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Pair,
  type YAMLMap,
} from 'yaml';

/** Steps from the root of a document to a value in it. */
export type Pointer = ReadonlyArray<string | number>;

/** Larger documents are refused: the largest that are published have some 40 MB. */
const MAX_BYTES = 128 * 2 ** 20;

/** A file of an OpenAPI document: YAML or JSON, with the place of every value. */
export interface SourceFile {
  /** As it was named. */
  path: string;
  text: string;
  value: unknown;
  /** `openapi.yaml:12:5` of a value (or of its key), of the nearest thing above it where it has no place of its own. */
  locate(pointer: Pointer, what?: 'key' | 'value'): string;
}

/**
 * Reads a file. Throws APITRAIL_BAD_OPENAPI with line and column when it is neither YAML nor JSON, when a map has a key twice,
 * and when the aliases of YAML stand for too much.
 */
export async function readSourceFile(path: string, label = path): Promise<SourceFile> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) {
      throw new Error(`it has ${Math.round(size / 2 ** 20)} MiB, more than ${MAX_BYTES / 2 ** 20}`);
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApitrailError('APITRAIL_BAD_OPENAPI', `${label} cannot be read: ${why}.`, { where: label, cause: error });
  }
  return parseSourceFile(text.replace(/^\uFEFF/, ''), label);
}

/** The same, of a text. */
export function parseSourceFile(text: string, label: string): SourceFile {
  const quick = asJson(text, label);
  let tree: Tree | undefined;
  // JSON is read the fast way; only a message needs its tree.
  const treeOf = (): Tree => (tree ??= parseTree(text, label));
  return {
    path: label,
    text,
    value: quick ? quick.value : treeOf().value(),
    locate: (pointer, what = 'value') => treeOf().locate(pointer, what),
  };
}

function asJson(text: string, label: string): { value: unknown } | undefined {
  if (!/^\s*[{[]/.test(text)) {
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const duplicate = duplicateKey(text);
  if (duplicate) {
    const { pointer, first, second } = duplicate;
    const why = `the key ${JSON.stringify(pointer.at(-1))} stands twice in one map, first at ${placeIn(text, first)}`;
    throw fault(`${label}:${placeIn(text, second)}`, `${why} (${pointerText(pointer)})`);
  }
  return { value };
}

/** Line and column of a place in a text. */
function placeIn(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

function fault(where: string, why: string, cause?: unknown): ApitrailError {
  return new ApitrailError('APITRAIL_BAD_OPENAPI', `${where}: ${why.replace(/\.$/, '')}.`, { where, cause });
}

interface Tree {
  value(): unknown;
  locate(pointer: Pointer, what: 'key' | 'value'): string;
}

function parseTree(text: string, label: string): Tree {
  const lines = new LineCounter();
  const index = new PairIndex();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2', merge: true });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${label}:${line}:${col}`;
  };
  const [syntax] = document.errors;
  if (syntax) {
    throw fault(at(syntax.pos[0]), syntax.message);
  }
  const alias = aliasFault(document);
  if (alias) {
    throw fault(at(alias.offset), `${alias.text} (${pointerText(alias.pointer)})`);
  }
  return {
    value: () => {
      try {
        // Aliases were counted, and what they stand for is there once.
        return document.toJS({ maxAliasCount: -1 }) as unknown;
      } catch (error) {
        throw fault(label, error instanceof Error ? error.message : String(error), error);
      }
    },
    locate: (pointer, what) => {
      const offset = offsetOf(document, index, pointer, what);
      return offset === undefined ? label : at(offset);
    },
  };
}

/** Pairs of a map by their key, since documents have maps of ten thousand paths. */
class PairIndex {
  private readonly pairs = new WeakMap<YAMLMap, Map<string, Pair>>();

  pairOf(map: YAMLMap, step: string | number): Pair | undefined {
    let pairs = this.pairs.get(map);
    if (!pairs) {
      pairs = new Map(map.items.map((pair) => [String(pair.key), pair]));
      this.pairs.set(map, pairs);
    }
    return pairs.get(String(step));
  }
}

/** Where a value or its key begins, or else the nearest thing above it that has a place. */
function offsetOf(document: Document, index: PairIndex, pointer: Pointer, what: 'key' | 'value'): number | undefined {
  let node: unknown = document.contents;
  let found: number | undefined = beginOf(node);
  for (const [depth, step] of pointer.entries()) {
    const parent: unknown = isAlias(node) ? node.resolve(document) : node;
    const pair = isMap(parent) ? index.pairOf(parent, step) : undefined;
    node = pair ? pair.value : isSeq(parent) ? parent.items[Number(step)] : undefined;
    if (node === undefined && pair === undefined) {
      break;
    }
    const [key, value] = [beginOf(pair?.key), beginOf(node)];
    const wantsValue = what === 'value' && depth === pointer.length - 1;
    found = (wantsValue ? (value ?? key) : (key ?? value)) ?? found;
  }
  return found;
}

function beginOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** A pointer as RFC 6901 writes it: `#/paths/~1users~1{id}/get`. */
export function pointerText(pointer: Pointer): string {
  return `#${pointer.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}

/** The steps of a fragment such as `#/components/parameters/id`; undefined when it is none. */
export function parsePointer(fragment: string): string[] | undefined {
  if (fragment === '' || fragment === '#' || fragment === '#/') {
    return [];
  }
  if (!fragment.startsWith('#/')) {
    return undefined;
  }
  return fragment
    .slice(2)
    .split('/')
    .map((step) => decode(step).replaceAll('~1', '/').replaceAll('~0', '~'));
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
