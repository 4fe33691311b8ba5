import { isEnd, type ModelNode, type PathsModel } from './model';
import { type PathsOptions } from './options';

/** What is drawn of the paths, and how many links are not because they are too small. */
export interface ShownPaths {
  model: PathsModel;
  /** Links that are left out because few paths take them. */
  small: number;
}

/** Leaves out what the options do: ends of paths, small links, what has gone where nothing is compared. */
export function shownPaths(model: PathsModel, options: PathsOptions): ShownPaths {
  const least = (options.minShare / 100) * model.total;
  const compared = model.compared && options.showEarlier;
  const wanted = model.links.filter(
    ({ source, target, value }) =>
      (value > 0 || compared) && (options.showEnds || !(isEnd(model.nodes[source]) || isEnd(model.nodes[target])))
  );
  const links = wanted.filter(({ value, earlier }) => Math.max(value, compared ? (earlier?.value ?? 0) : 0) >= least);
  const small = wanted.length - links.length;
  if (links.length === model.links.length) {
    return { model: { ...model, compared }, small };
  }
  return { model: { ...restricted(model, links), compared }, small };
}

/** The same paths with these links alone, and the nodes that they touch. */
function restricted(model: PathsModel, links: PathsModel['links']): PathsModel {
  const numbers = new Map<number, number>();
  const touched = new Set(links.flatMap(({ source, target }) => [source, target]));
  const kept = model.nodes.filter(({ index }) => touched.has(index));
  kept.forEach(({ index }, number) => numbers.set(index, number));
  const steps = model.steps.filter((step) => kept.some((node) => node.step === step));
  const nodes = kept.map((node): ModelNode => ({
    ...node,
    index: numbers.get(node.index)!,
    column: steps.indexOf(node.step),
    incoming: [],
    outgoing: [],
  }));
  const renumbered = links.map((link, index) => {
    const [source, target] = [numbers.get(link.source)!, numbers.get(link.target)!];
    nodes[source].outgoing.push(index);
    nodes[target].incoming.push(index);
    return { ...link, index, source, target };
  });
  const columns = model.columns.map((column) => column.flatMap((index) => numbers.get(index) ?? []));
  return { ...model, nodes, links: renumbered, columns: columns.filter((column) => column.length > 0), steps };
}
