import { sankey } from 'd3-sankey';

import { type ModelLink, type PathsModel } from './model';

export const NODE_WIDTH = 10;
/** Room above the columns for what each is called. */
export const HEAD_HEIGHT = 38;
const LEAST_DRAWN = 1.5;
const WIDEST_GAP = 24;
/** How much of the height may be gaps between nodes. */
const GAPS_SHARE = 0.5;
const MARGIN = 2;

/** Where a node is, in pixels. */
export interface NodePlace {
  x: number;
  y: number;
  height: number;
}

/** The middle line of a link and how wide it is, in pixels. */
export interface LinkPlace {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
  width: number;
  /** Of the middle line. */
  path: string;
}

export interface PathsLayout {
  /** By index. */
  nodes: NodePlace[];
  links: LinkPlace[];
  /** Width of the room that each column has, with its labels. */
  slot: number;
  /** Of all columns: where that is more than the panel has, it scrolls. */
  width: number;
  height: number;
}

interface Datum {
  /** Index in the model; d3-sankey has an `index` of its own. */
  id: number;
  column: number;
  value: number;
  fixedValue: number;
}

/** Places columns by their step and nodes in the order of the model; heights and widths are in proportion to the paths. */
export function layoutOf(model: PathsModel, width: number, height: number, leastSlot: number): PathsLayout {
  const { nodes, links, columns } = model;
  const slot = Math.max(leastSlot, Math.floor(width / Math.max(1, columns.length)));
  const top = HEAD_HEIGHT + MARGIN;
  const room = Math.max(20, height - top - MARGIN);
  const most = columns.reduce((max, column) => Math.max(max, column.length), 1);
  // Where nobody goes, as beside an earlier time when some did, d3-sankey has nothing to share the room out by.
  const empty = nodes.every(({ value }) => value === 0);
  const graph = {
    nodes: columns.flat().map((index): Datum => ({
      id: index,
      column: nodes[index].column,
      value: empty ? 1 : nodes[index].value,
      fixedValue: empty ? 1 : nodes[index].value,
    })),
    links: links.map(({ source, target, value }) => ({ source, target, value: empty ? 1 : value })),
  };
  const laid = sankey<Datum, object>()
    .nodeId((node) => node.id)
    .nodeAlign((node) => (node as unknown as Datum).column)
    // The order of the answer stays; null is what says so, and the types have no word for it.
    .nodeSort(null as never)
    .nodeWidth(NODE_WIDTH)
    .nodePadding(Math.min(WIDEST_GAP, (room * GAPS_SHARE) / Math.max(1, most - 1)))
    .extent([
      [0, top],
      [Math.max(1, columns.length - 1) * slot + NODE_WIDTH, top + room],
    ])
    .iterations(8);
  const places = placesOf(model, withSpine(graph, columns.length), laid, slot);
  return {
    ...(empty ? withoutHeight(model, places) : places),
    slot,
    width: slot * columns.length,
    height,
  };
}

type Places = Pick<PathsLayout, 'nodes' | 'links'>;

/** The same places, as lines: every node at its middle, every link from middle to middle. */
function withoutHeight({ links }: PathsModel, { nodes }: Places): Places {
  const lines = nodes.map(({ x, y, height }) => ({ x, y: y + (height - LEAST_DRAWN) / 2, height: LEAST_DRAWN }));
  const middle = (index: number) => lines[index].y + LEAST_DRAWN / 2;
  return {
    nodes: lines,
    links: links.map((link) => linkPlace(lines, link, { y0: middle(link.source), y1: middle(link.target), width: 0 })),
  };
}

type Graph = { nodes: Datum[]; links: Array<{ source: number; target: number; value: number }> };

/**
 * d3-sankey has as many columns as the longest chain of links. Where the links are no chain over all steps, one without
 * height joins them.
 */
function withSpine(graph: Graph, columns: number): Graph {
  const chain = new Map<number, number>();
  const byColumn = [...graph.links].sort((a, b) => columnOf(graph, a.source) - columnOf(graph, b.source));
  byColumn.forEach(({ source, target }) =>
    chain.set(target, Math.max(chain.get(target) ?? 0, (chain.get(source) ?? 0) + 1))
  );
  if (Math.max(0, ...chain.values()) === columns - 1) {
    return graph;
  }
  const first = graph.nodes.length;
  const spine = Array.from({ length: columns }, (_, column) => column);
  return {
    nodes: [...graph.nodes, ...spine.map((column) => ({ id: first + column, column, value: 0, fixedValue: 0 }))],
    links: [
      ...graph.links,
      ...spine.slice(1).map((column) => ({ source: first + column - 1, target: first + column, value: 0 })),
    ],
  };
}

function columnOf({ nodes }: Graph, index: number): number {
  return nodes.find(({ id }) => id === index)?.column ?? 0;
}

function placesOf(
  { nodes, links }: PathsModel,
  graph: Graph,
  laid: ReturnType<typeof sankey<Datum, object>>,
  slot: number
): Places {
  const result = laid(graph as never);
  const nodePlaces: NodePlace[] = new Array(nodes.length);
  for (const node of result.nodes) {
    const datum = node as unknown as Datum;
    if (datum.id < nodes.length) {
      const height = (node.y1 ?? 0) - (node.y0 ?? 0);
      const drawn = Math.max(LEAST_DRAWN, height);
      nodePlaces[datum.id] = { x: datum.column * slot, y: (node.y0 ?? 0) - (drawn - height) / 2, height: drawn };
    }
  }
  const linkPlaces: LinkPlace[] = new Array(links.length);
  result.links.forEach((link, index) => {
    if (index < links.length) {
      linkPlaces[index] = linkPlace(nodePlaces, links[index], link);
    }
  });
  return { nodes: nodePlaces, links: linkPlaces };
}

function linkPlace(
  places: NodePlace[],
  { source, target }: ModelLink,
  { y0 = 0, y1 = 0, width = 0 }: { y0?: number; y1?: number; width?: number }
): LinkPlace {
  const x0 = places[source].x + NODE_WIDTH;
  const x1 = places[target].x;
  const middle = round((x0 + x1) / 2);
  return {
    x0,
    y0,
    x1,
    y1,
    width,
    path: `M${round(x0)},${round(y0)}C${middle},${round(y0)} ${middle},${round(y1)} ${round(x1)},${round(y1)}`,
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
