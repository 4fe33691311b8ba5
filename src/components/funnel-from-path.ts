import {
  type Filter,
  MOST_FUNNEL_STEPS,
  parseDuration,
  type PathNode,
  type PathsMarker,
  type QueryInputOf,
} from '@apitrail/contract';

import { equals } from './drill-down';
import { durationText } from './duration-text';

/** A funnel as it can be asked for; the caller adds `refId`. */
export type FunnelQueryInput = Omit<QueryInputOf<'funnel'>, 'refId'>;

type StepInput = FunnelQueryInput['steps'][number];

const MOST_NAME = 200;
const LONGEST_WINDOW = '1d';

/** Whether a node can be a step: requests of one kind. `{other}` and ends of paths cannot. */
export function isStep({ keys, kind }: PathNode): boolean {
  return kind === undefined && keys !== undefined;
}

/**
 * The funnel along a path: a step per node in the order given, for the same units and filters as the paths. `{other}` and ends
 * are passed over, since other requests may lie between steps; the anchor of the paths is part of its step, and a path of
 * those who reached a step of a funnel has the steps up to there before it. Steps count whatever their status, as in the
 * paths. A funnel needs two steps: with fewer nodes that are requests the query has fewer, and is refused.
 */
export function funnelFromPath(nodes: PathNode[], marker: PathsMarker): FunnelQueryInput {
  const { unit, identity, filters, dataset, counting } = marker;
  const steps = withFunnel(
    nodes.filter(isStep).map((node) => ({ step: node.step, ...stepOf(node, marker) })),
    marker
  ).slice(-MOST_FUNNEL_STEPS);
  return {
    queryType: 'funnel',
    version: 1,
    ...(dataset === 'requests' ? {} : { dataset }),
    filters,
    unit,
    identity,
    window: windowOf(marker, steps.length),
    successOnly: false,
    ...(counting === 'units' ? {} : { counting: 'total' as const }),
    steps,
  };
}

function stepOf({ name, keys = {}, step }: PathNode, { anchor }: PathsMarker): StepInput {
  const filters = Object.entries(keys).map(([key, value]): Filter => equals(key, value));
  return { name: name.slice(0, MOST_NAME) || '(none)', filters: step === 0 ? [...anchor, ...filters] : filters };
}

/** The steps of the funnel that the paths are anchored on, where the path has that anchor. */
function withFunnel(steps: Array<StepInput & { step: number }>, { funnel, direction }: PathsMarker): StepInput[] {
  const plain = steps.map(({ step: _, ...rest }) => rest);
  const anchored = steps.findIndex(({ step }) => step === 0);
  if (!funnel || funnel.outcome !== 'converted' || anchored < 0) {
    return plain;
  }
  const reached = funnel.steps.slice(0, funnel.step).map(({ name, filters }) => ({ name, filters }));
  const at = plain[anchored];
  const last = { name: at.name, filters: [...reached[reached.length - 1].filters, ...(at.filters ?? [])] };
  return direction === 'after'
    ? [...reached.slice(0, -1), last, ...plain.slice(anchored + 1)]
    : [...plain.slice(0, anchored), last];
}

/** Long enough for the longest pauses between the steps, and for the window of the funnel before them; a day at most. */
function windowOf({ sessionGap, sessions, funnel }: PathsMarker, steps: number): string {
  const earlier = funnel?.outcome === 'converted' ? parseDuration(funnel.window) : 0;
  const needed = sessionGap * Math.max(1, steps - 1) + earlier;
  const day = parseDuration(LONGEST_WINDOW);
  if (sessions === 'id' || needed >= day) {
    return earlier > day ? funnel!.window : LONGEST_WINDOW;
  }
  return durationText(needed);
}
