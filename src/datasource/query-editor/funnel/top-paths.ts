import type { DataFrame } from '@grafana/data';
import type { PathNode, PathsMarker } from '@apitrail/contract';

import { fieldNamed, frameMarker, numberAt, textAt } from '../../../components/find-field';
import { isStep } from '../../../components/funnel-from-path';
import type { ApitrailQueryOf } from '../../types';

const DEPTH = 4;
const ROWS = 12;
const MOST = 8;

/** A path from the first request of a session on. */
export interface TopPath {
  /** At least two, all requests. */
  nodes: PathNode[];
  /** About how many take it: answers say how many take each link, not which links one and the same takes. */
  units: number;
}

/** Asks which paths sessions take from their first request on, of the units and filters of the funnel. */
export function topPathsQuery({
  refId,
  dataset,
  filters,
  timezone,
  unit,
  identity,
}: ApitrailQueryOf<'funnel'>): ApitrailQueryOf<'paths'> {
  return {
    refId,
    version: 1,
    queryType: 'paths',
    depth: DEPTH,
    rowsPerStep: ROWS,
    ...(dataset ? { dataset } : {}),
    ...(filters ? { filters } : {}),
    ...(timezone ? { timezone } : {}),
    ...(unit ? { unit } : {}),
    ...(identity ? { identity } : {}),
  };
}

/** The paths of an answer that most take, as far as its links tell, most first. */
export function topPaths(frame: DataFrame | undefined): { paths: TopPath[]; marker: PathsMarker } | undefined {
  const marker = frame && frameMarker<PathsMarker>(frame, 'paths');
  if (!frame || !marker) {
    return undefined;
  }
  const nodes = new Map(marker.nodes.map((node) => [`${node.step} ${node.name}`, node]));
  const links = linksOf(frame);
  const complete: TopPath[] = [];
  const follow = (path: PathNode[], units: number) => {
    const node = path[path.length - 1];
    const onward = links.filter(({ step, source }) => step === node.step && source === node.name);
    let gone = 0;
    for (const { target, share } of onward) {
      const next = nodes.get(`${node.step + 1} ${target}`);
      if (next && isStep(next)) {
        gone += share;
        follow([...path, next], units * share);
      }
    }
    const ended = units * Math.max(0, 1 - gone);
    if (path.length > 1 && ended >= 1) {
      complete.push({ nodes: path, units: ended });
    }
  };
  for (const node of marker.nodes) {
    if (node.step === 0 && isStep(node)) {
      follow([node], node.value);
    }
  }
  complete.sort((a, b) => b.units - a.units || b.nodes.length - a.nodes.length);
  return { paths: complete.slice(0, MOST), marker };
}

function linksOf(frame: DataFrame) {
  const field = (name: string) => fieldNamed(frame, [name]);
  const [step, source, target, share] = ['step', 'source', 'target', 'share'].map(field);
  return Array.from({ length: frame.length }, (_, row) => ({
    step: numberAt(step, row),
    source: textAt(source, row) ?? '',
    target: textAt(target, row) ?? '',
    share: numberAt(share, row),
  }));
}
