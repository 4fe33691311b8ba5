import { type ModelLink, type ModelNode } from './model';

/** A node or a link of the drawing. */
export type Mark = { node: number; link?: undefined } | { link: number; node?: undefined };

/** How many paths pass through a mark, at every node and link that is connected with it. */
export interface Flow {
  nodes: Map<number, number>;
  links: Map<number, number>;
}

interface Graph {
  nodes: ModelNode[];
  links: ModelLink[];
}

/**
 * Everything upstream and downstream of a mark, each with as many paths as come through it, if those that meet at a node
 * go on in proportion: links say how many take them, not who.
 */
export function flowThrough({ nodes, links }: Graph, mark: Mark): Flow {
  const flow: Flow = { nodes: new Map(), links: new Map() };
  if (mark.node !== undefined) {
    flow.nodes.set(mark.node, nodes[mark.node].value);
    spread(nodes, links, flow, mark.node, 'outgoing');
    spread(nodes, links, flow, mark.node, 'incoming');
    return flow;
  }
  const { source, target, value } = links[mark.link];
  flow.links.set(mark.link, value);
  flow.nodes.set(source, value).set(target, value);
  spread(nodes, links, flow, target, 'outgoing');
  spread(nodes, links, flow, source, 'incoming');
  return flow;
}

/** Hands on what is at a node, column by column, so that every node has all of its share before it hands it on. */
function spread(nodes: ModelNode[], links: ModelLink[], flow: Flow, from: number, side: 'outgoing' | 'incoming'): void {
  const forward = side === 'outgoing';
  const waiting = [from];
  const seen = new Set(waiting);
  while (waiting.length > 0) {
    waiting.sort((a, b) => (forward ? nodes[b].column - nodes[a].column : nodes[a].column - nodes[b].column));
    const node = waiting.pop()!;
    const indexes = nodes[node][side];
    const all = Math.max(
      nodes[node].value,
      indexes.reduce((sum, index) => sum + links[index].value, 0)
    );
    const here = flow.nodes.get(node) ?? 0;
    for (const index of indexes) {
      const link = links[index];
      const passing = all > 0 ? (here * link.value) / all : 0;
      if (passing <= 0) {
        continue;
      }
      const next = forward ? link.target : link.source;
      flow.links.set(index, (flow.links.get(index) ?? 0) + passing);
      flow.nodes.set(next, (flow.nodes.get(next) ?? 0) + passing);
      if (!seen.has(next)) {
        seen.add(next);
        waiting.push(next);
      }
    }
  }
}
