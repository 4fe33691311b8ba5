import { isAlias, isMap, isScalar, isSeq, type Document } from 'yaml';

import type { Pointer } from './source-file';

/** Most values that the aliases of a document may stand for together, each as often as it is named. */
const MOST_VALUES = 1_000_000;

/** What is wrong with an alias of a YAML document. */
export interface AliasFault {
  text: string;
  offset: number;
  pointer: Pointer;
}

/**
 * The first alias that stands for nothing, or with which the aliases of a document stand for too much: a few lines of
 * aliases of aliases can stand for billions of values.
 */
export function aliasFault(document: Document): AliasFault | undefined {
  const walk = new AliasWalk();
  walk.weigh(document.contents, []);
  return walk.fault;
}

class AliasWalk {
  fault: AliasFault | undefined;
  /** How many values the node of an anchor has; one while it is being counted, as an alias within it finds it. */
  private readonly anchors = new Map<string, number>();
  private expanded = 0;

  /** How many values a node has, with those its aliases stand for. */
  weigh(node: unknown, pointer: Pointer): number {
    if (this.fault) {
      return 0;
    }
    if (isAlias(node)) {
      const weight = this.anchors.get(node.source);
      this.expanded += weight ?? 0;
      const fault = (text: string) => (this.fault = { text, offset: node.range?.[0] ?? 0, pointer });
      if (weight === undefined) {
        fault(`the alias *${node.source} stands for nothing: no &${node.source} comes before it`);
      } else if (this.expanded > MOST_VALUES) {
        const most = MOST_VALUES.toLocaleString('en-US');
        fault(`with the alias *${node.source} the aliases of the document stand for more than ${most} values`);
      }
      return weight ?? 0;
    }
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) {
      this.anchors.set(anchor, 1);
    }
    const weight = 1 + this.weighChildren(node, pointer);
    if (anchor !== undefined) {
      this.anchors.set(anchor, weight);
    }
    return weight;
  }

  private weighChildren(node: unknown, pointer: Pointer): number {
    if (isMap(node)) {
      return node.items.reduce((sum, { key, value }) => {
        const step = isScalar(key) ? String(key.value) : String(key);
        return sum + this.weigh(key, pointer) + this.weigh(value, [...pointer, step]);
      }, 0);
    }
    return isSeq(node) ? node.items.reduce<number>((sum, item, at) => sum + this.weigh(item, [...pointer, at]), 0) : 0;
  }
}
