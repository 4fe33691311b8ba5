import { OTHER_GROUP, PATH_ENDS, type PathNode, type PathsQuery } from '@apitrail/contract';

import type { ResultTable } from '../../engine/engine';
import { DROP_OFF, OPEN, type TopNode } from './links-sql';
import { nodeKeys } from './sql';

/** A node of one step away from the anchor; rank 0 is what is not among the top. */
export interface FoundNode {
  step: number;
  rank: number;
  /** As the SQL names it; null of what is not among the top. */
  node: string | null;
  value: number;
  requests: number;
}

/** A link from a node to one a step further from the anchor, or to the end of the path. */
export interface FoundLink {
  step: number;
  near: number;
  /** A rank, `DROP_OFF` or `OPEN`. */
  far: number;
  value: number;
  requests: number;
  /** Null at the end of a path. */
  medianMs: number | null;
  units: number;
}

/** What the SQL gave. */
export interface FoundPaths {
  nodes: FoundNode[];
  links: FoundLink[];
}

/**
 * Nodes and links, each by step, most first, what is not among the top and ends last; and the share of rows without a unit, the value of the row
 * that is neither.
 */
export function readPaths(table: ResultTable): { found: FoundPaths; withoutUnit: number } {
  const [link, step, near, far, node, value, requests, median, units] = table.values as [
    Array<boolean | null>,
    number[],
    number[],
    number[],
    Array<string | null>,
    number[],
    number[],
    Array<number | null>,
    number[],
  ];
  const rows = link.map((_, row) => row);
  const last = (rank: number) => (rank > 0 ? rank : Number.MAX_SAFE_INTEGER + rank);
  const found = {
    nodes: rows
      .filter((row) => link[row] === false)
      .map((row) => ({
        step: step[row]!,
        rank: near[row]!,
        node: node[row] ?? null,
        value: value[row]!,
        requests: requests[row]!,
      }))
      .sort((a, b) => a.step - b.step || last(a.rank) - last(b.rank)),
    links: rows
      .filter((row) => link[row])
      .map((row) => ({
        step: step[row]!,
        near: near[row]!,
        far: far[row]!,
        value: value[row]!,
        requests: requests[row]!,
        medianMs: median[row] ?? null,
        units: units[row]!,
      }))
      .sort((a, b) => a.step - b.step || b.value - a.value || last(a.near) - last(b.near) || last(a.far) - last(b.far)),
  };
  return { found, withoutUnit: value[link.findIndex((one) => one == null)]! };
}

/** The nodes that are shown by themselves. */
export function topOf({ nodes }: FoundPaths): TopNode[] {
  return nodes.flatMap(({ step, rank, node }) => (node === null ? [] : [{ step, rank, node }]));
}

/** Names of nodes, the same for the same values in every step; where values with spaces would read alike, numbered. */
export function nodeNames(
  groupBy: readonly string[],
  nodes: readonly FoundNode[]
): (step: number, rank: number) => string {
  const taken = new Map<string, number>();
  const names = new Map<string, string>();
  const places = new Map<string, string>();
  for (const { step, rank, node } of nodes) {
    if (node !== null && !names.has(node)) {
      const name = nodeKeys(node, groupBy.length)
        .map((value) => value ?? NO_VALUE)
        .join(' ');
      const count = (taken.get(name) ?? (RESERVED.has(name) ? 1 : 0)) + 1;
      taken.set(name, count);
      names.set(node, count === 1 ? name : `${name} (${count})`);
    }
    places.set(`${step} ${rank}`, node === null ? OTHER_GROUP : names.get(node)!);
  }
  return (step, rank) => places.get(`${step} ${rank}`) ?? OTHER_GROUP;
}

const NO_VALUE = '(none)';
const RESERVED = new Set<string>([OTHER_GROUP, ...Object.values(PATH_ENDS)]);

/** What the end of a path is called; undefined of a rank. */
export function endName(far: number, direction: PathsQuery['direction']): string | undefined {
  if (far === OPEN) {
    return PATH_ENDS.open;
  }
  return far === DROP_OFF ? (direction === 'after' ? PATH_ENDS.dropOff : PATH_ENDS.start) : undefined;
}

/** The nodes as the marker lists them, ends of paths included. */
export function markerNodes(
  { groupBy, direction }: PathsQuery,
  { nodes, links }: FoundPaths,
  nameOf: (step: number, rank: number) => string
): PathNode[] {
  const place = (step: number) => (direction === 'after' || step === 0 ? step : -step);
  const requested = nodes.map(({ step, rank, node, value, requests }): PathNode => {
    const values = node === null ? undefined : nodeKeys(node, groupBy.length);
    return {
      step: place(step),
      name: nameOf(step, rank),
      ...(values ? { keys: Object.fromEntries(groupBy.map((key, index) => [key, values[index]!])) } : {}),
      ...(values ? {} : { kind: 'other' as const }),
      value,
      requests,
    };
  });
  const ends = new Map<string, PathNode>();
  for (const { step, far, value } of links) {
    const name = endName(far, direction);
    if (name !== undefined) {
      const kind = far === OPEN ? 'open' : direction === 'after' ? 'drop_off' : 'start';
      const end = ends.get(`${step} ${far}`) ?? { step: place(step + 1), name, kind, value: 0, requests: 0 };
      end.value += value;
      ends.set(`${step} ${far}`, end);
    }
  }
  return [...requested, ...ends.values()].sort((a, b) => a.step - b.step);
}
