import type { DataFrame } from '@grafana/data';
import { parseDuration, type PathsMarker } from '@apitrail/contract';

import { fieldNamed, frameMarker, numberAt, textAt } from '../../../components/find-field';
import type { ApitrailQueryOf } from '../../types';
import { routeText, type StepRoute } from './routes';
import { isPicked, routesOf, type Step } from './steps';

type Funnel = ApitrailQueryOf<'funnel'>;
type Paths = ApitrailQueryOf<'paths'>;

/** How far suggestions look: further requests have little to do with the step. */
const DEPTH = 3;
/** How many different requests each place of the paths keeps. */
const ROWS = 12;
/** How many are suggested. */
const MOST = 6;

/** A request that could be a step. */
export interface SuggestedStep {
  route: StepRoute;
  /** Share of the paths that have it at this distance. */
  share: number;
  units: number;
  /** How many requests away it is: 1 is the next one, or with steps before the first the one right before. */
  distance: number;
  /** Time from the step to it, of the next request only. */
  medianMs?: number;
}

export interface Suggestions {
  /** How many paths were looked at. */
  units: number;
  steps: SuggestedStep[];
  /** Share that makes no further request in its session, or whose session begins here. */
  ends: number;
}

/**
 * Asks where units go once they have got to the step before a place among the steps, or with the place 0 where they come from
 * before the first. Undefined when the funnel says nothing yet to ask from.
 */
export function suggestionsQuery(query: Funnel, at: number): Paths | undefined {
  const { refId, dataset, filters, timezone, unit, identity, successOnly } = query;
  const before = at === 0;
  const steps = before ? (query.steps ?? []).slice(0, 1) : (query.steps ?? []).slice(0, at).filter(isPicked);
  if (steps.length === 0 || !steps.every(isPicked)) {
    return undefined;
  }
  const succeeded = successOnly === false ? [] : [{ key: 'status', operator: '<' as const, value: '400' }];
  return {
    refId,
    version: 1,
    queryType: 'paths',
    ...(dataset ? { dataset } : {}),
    ...(filters ? { filters } : {}),
    ...(timezone ? { timezone } : {}),
    ...(unit ? { unit } : {}),
    ...(identity ? { identity } : {}),
    direction: before ? 'before' : 'after',
    depth: DEPTH,
    rowsPerStep: ROWS,
    sessionGap: gapOf(query.window),
    groupBy: steps.some((step) => routesOf(step).some(({ service }) => service))
      ? ['service', 'method', 'route']
      : ['method', 'route'],
    ...(steps.length === 1
      ? { anchor: [...(steps[0].filters ?? []), ...succeeded] }
      : { funnel: reached(query, steps) }),
  };
}

/** The funnel up to the last of these steps, which attempts have reached. */
function reached(query: Funnel, steps: Step[]): NonNullable<Paths['funnel']> {
  const { window, order, reentry, counting, successOnly, exclusions, holdConstant } = query;
  const last = steps.length;
  const within = exclusions?.filter(({ fromStep = 1, toStep = last }) => toStep <= last && fromStep < toStep);
  return {
    steps: steps.map((step, index) => (index === last - 1 ? { ...step, optional: undefined } : step)),
    step: last,
    outcome: 'converted',
    ...(window ? { window } : {}),
    ...(order ? { order } : {}),
    ...(reentry ? { reentry } : {}),
    ...(counting ? { counting } : {}),
    ...(successOnly === undefined ? {} : { successOnly }),
    ...(within && within.length > 0 ? { exclusions: within } : {}),
    ...(holdConstant ? { holdConstant } : {}),
  };
}

/** Who comes back within the funnel's window may still take the next step; a pause of the window ends the path. */
function gapOf(window: string | undefined): string | undefined {
  return window !== undefined && parseDuration(window) >= 1000 ? window : undefined;
}

/** What an answer to `suggestionsQuery` suggests, most taken first; steps the funnel has are not suggested again. */
export function suggestionsOf(frame: DataFrame | undefined, steps: readonly Step[]): Suggestions | undefined {
  const marker = frame && frameMarker<PathsMarker>(frame, 'paths');
  if (!frame || !marker || marker.paths === 0) {
    return undefined;
  }
  const had = new Set(steps.flatMap(routesOf).map(routeText));
  const best = new Map<string, SuggestedStep>();
  let ends = 0;
  for (const { step, name, keys, kind, value } of marker.nodes) {
    const distance = Math.abs(step);
    if (distance === 1 && (kind === 'drop_off' || kind === 'start')) {
      ends = value / marker.paths;
    }
    if (distance === 0 || kind !== undefined || !keys?.route) {
      continue;
    }
    const route = routeOfKeys(keys, keys.route);
    const text = routeText(route);
    const known = best.get(text);
    if (had.has(text) || (known && known.units >= value)) {
      continue;
    }
    const medianMs = distance === 1 ? medianOf(frame, name, marker.direction) : undefined;
    best.set(text, {
      route,
      share: value / marker.paths,
      units: value,
      distance,
      ...(medianMs === undefined ? {} : { medianMs }),
    });
  }
  const ordered = [...best.values()].sort((a, b) => b.units - a.units || a.distance - b.distance);
  return { units: marker.paths, steps: ordered.slice(0, MOST), ends };
}

function routeOfKeys(keys: Record<string, string | null>, route: string): StepRoute {
  return {
    ...(keys.service ? { service: keys.service } : {}),
    ...(keys.method ? { method: keys.method } : {}),
    route,
  };
}

/** Time between the anchor and a request beside it; undefined when several different requests are the anchor. */
function medianOf(frame: DataFrame, name: string, direction: 'after' | 'before'): number | undefined {
  const [step, median] = [fieldNamed(frame, ['step']), fieldNamed(frame, ['median_ms'])];
  const node = fieldNamed(frame, [direction === 'after' ? 'target' : 'source']);
  const links = Array.from({ length: frame.length }, (_, row) => row).filter(
    (row) => numberAt(step, row) === (direction === 'after' ? 0 : -1) && textAt(node, row) === name
  );
  const time = links.length === 1 ? numberAt(median, links[0]) : NaN;
  return Number.isNaN(time) ? undefined : time;
}
