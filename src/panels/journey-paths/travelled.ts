import { type Mark } from './flow';
import { type ModelLink, type ModelNode, type PathsModel } from './model';

/**
 * The way that most paths take between the anchor and a mark, as indexes of nodes from the left to the right: after an anchor from
 * it up to the mark, before one from the mark on to it. Where there is a way through named requests alone, it is one of those.
 * Where paths meet they are taken to go on in proportion.
 */
export function mostTravelled(model: PathsModel, mark: Mark): number[] {
  const { links, before } = model;
  const named = search(model, mark, (link) => !otherWithin(model, link, mark));
  const way = named ?? search(model, mark, () => true) ?? [];
  const at = mark.link === undefined ? mark.node : before ? links[mark.link].source : links[mark.link].target;
  return before ? way.reverse() : way.length > 0 ? way : [at];
}

/** Whether a link passes a node of `{other}` that is not the mark itself. */
function otherWithin({ nodes, before }: PathsModel, link: ModelLink, mark: Mark): boolean {
  const nearer = nodes[before ? link.target : link.source];
  return nearer.kind === 'other' && mark.node !== nearer.index && mark.link !== link.index;
}

interface Best {
  share: number;
  from?: number;
}

/** From the anchor outwards to the mark; undefined where no link leads there. */
function search(model: PathsModel, mark: Mark, allowed: (link: ModelLink) => boolean): number[] | undefined {
  const { nodes, links, columns, before, total } = model;
  const order = before ? [...columns].reverse() : columns;
  const best = new Map<number, Best>();
  const nearer = (link: ModelLink) => (before ? link.target : link.source);
  const further = (link: ModelLink) => (before ? link.source : link.target);
  const goal = mark.node ?? further(links[mark.link!]);
  for (const node of order.flat()) {
    const { [before ? 'outgoing' : 'incoming']: inwards, value } = nodes[node];
    if (inwards.length === 0) {
      best.set(node, { share: total > 0 ? value / total : 1 });
    }
    for (const index of inwards) {
      const link = links[index];
      const at = best.get(nearer(link));
      const through = at && at.share * proportion(nodes[nearer(link)], link);
      const only = mark.link === undefined || further(link) !== goal || index === mark.link;
      if (through !== undefined && only && allowed(link) && through > (best.get(node)?.share ?? 0)) {
        best.set(node, { share: through, from: nearer(link) });
      }
    }
    if (node === goal) {
      break;
    }
  }
  if (!best.has(goal)) {
    return undefined;
  }
  const way: number[] = [];
  for (let node: number | undefined = goal; node !== undefined; node = best.get(node)?.from) {
    way.unshift(node);
  }
  return way;
}

function proportion({ value }: ModelNode, link: ModelLink): number {
  return value > 0 ? link.value / value : 0;
}
