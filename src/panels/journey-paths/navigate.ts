import { type Mark } from './flow';
import { type PathsLayout } from './layout';
import { type ModelNode, type PathsModel } from './model';

/**
 * Where a key moves the cursor, or undefined when it moves nothing. Between nodes: up and down within a step, left and right
 * along the link that most paths take. With Shift left and right go to that link itself, up and down then to its neighbours,
 * and from there left and right to its ends.
 */
export function moveMark(
  model: PathsModel,
  layout: PathsLayout,
  mark: Mark,
  key: string,
  shift: boolean
): Mark | undefined {
  return mark.link === undefined
    ? moveNode(model, layout, model.nodes[mark.node], key, shift)
    : moveLink(model, layout, mark.link, key);
}

function moveNode(
  model: PathsModel,
  layout: PathsLayout,
  node: ModelNode,
  key: string,
  shift: boolean
): Mark | undefined {
  const column = model.columns[node.column];
  const at = column.indexOf(node.index);
  switch (key) {
    case 'ArrowUp':
      return { node: column[Math.max(0, at - 1)] };
    case 'ArrowDown':
      return { node: column[Math.min(column.length - 1, at + 1)] };
    case 'ArrowLeft':
    case 'ArrowRight': {
      const forward = key === 'ArrowRight';
      const link = largest(model, forward ? node.outgoing : node.incoming);
      if (shift) {
        return link === undefined ? undefined : { link };
      }
      return {
        node: link === undefined ? nearest(model, layout, node, forward ? 1 : -1) : endOf(model, link, forward),
      };
    }
    case 'Home':
      return { node: model.columns[0][0] };
    case 'End':
      return { node: model.columns[model.columns.length - 1][0] };
    default:
      return undefined;
  }
}

function moveLink(model: PathsModel, layout: PathsLayout, link: number, key: string): Mark | undefined {
  const { source } = model.links[link];
  const beside = [...model.nodes[source].outgoing].sort((a, b) => layout.links[a].y0 - layout.links[b].y0);
  const at = beside.indexOf(link);
  switch (key) {
    case 'ArrowUp':
      return { link: beside[Math.max(0, at - 1)] };
    case 'ArrowDown':
      return { link: beside[Math.min(beside.length - 1, at + 1)] };
    case 'ArrowLeft':
      return { node: source };
    case 'ArrowRight':
      return { node: model.links[link].target };
    default:
      return undefined;
  }
}

function largest({ links }: PathsModel, indexes: number[]): number | undefined {
  return indexes.reduce<number | undefined>(
    (best, index) => (best === undefined || links[index].value > links[best].value ? index : best),
    undefined
  );
}

function endOf({ links }: PathsModel, link: number, forward: boolean): number {
  return forward ? links[link].target : links[link].source;
}

/** The node of the next column at about the same height; the node itself where there is no column. */
function nearest({ columns }: PathsModel, { nodes }: PathsLayout, node: ModelNode, by: 1 | -1): number {
  const middle = (index: number) => nodes[index].y + nodes[index].height / 2;
  const distance = (index: number) => Math.abs(middle(index) - middle(node.index));
  return (columns[node.column + by] ?? [node.index]).reduce((a, b) => (distance(b) < distance(a) ? b : a));
}
