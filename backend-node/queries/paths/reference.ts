import { OTHER_GROUP, PATH_ENDS, type PathCounting } from '@apitrail/contract';

/**
 * The meaning of paths, as plain as it can be written: what the SQL is held against, and where to look when in doubt.
 * Times are microseconds since the epoch.
 */

/** A request of a unit. */
export interface PathEvent {
  unit: string;
  session: string | null;
  time: number;
  node: string;
  /** Whether a path may be anchored on it; of paths by sessions whether it is in the range. */
  anchor: boolean;
  /** How many requests it stands for. */
  weight: number;
}

export interface PathRule {
  direction: 'after' | 'before';
  depth: number;
  rowsPerStep: number;
  counting: PathCounting;
  collapse: boolean;
  sessions: 'gap' | 'id';
  gap: number;
  /** Whether paths begin with the first request of a session (or end with its last), not with those that are anchors. */
  edges: boolean;
  /** Up to when something is known to have happened. */
  newest: number;
}

/** A link, as the frame has it. */
export interface PathLink {
  step: number;
  source: string;
  target: string;
  value: number;
  median_ms: number | null;
  units: number;
  requests: number;
}

/** Requests at one node that follow each other, as one; `weight` is that of its heaviest anchor. */
interface Run {
  node: string;
  first: number;
  last: number;
  requests: number;
  inside: { first: boolean; last: boolean };
  weight: number | undefined;
}

interface Path {
  unit: string;
  weight: number;
  runs: Run[];
  /** How it ends, where it is shorter than it might be. */
  end: string | undefined;
}

/** The links of all paths, those to and from what is not among the top of a step taken together. */
export function linksOf(events: readonly PathEvent[], rule: PathRule): PathLink[] {
  const paths = [...new Set(events.map(({ unit }) => unit))].flatMap((unit) =>
    pathsOf(
      unit,
      events.filter((event) => event.unit === unit),
      rule
    )
  );
  const tops = Array.from({ length: rule.depth + 1 }, (_, step) => topOf(paths, step, rule));
  const nameOf = (step: number, node: string) => (tops[step]!.has(node) ? node : OTHER_GROUP);
  const links = new Map<string, { link: PathLink; times: number[]; people: Map<string, number> }>();
  for (const path of paths) {
    for (let step = 0; step < Math.min(path.runs.length, rule.depth); step++) {
      const [near, far] = [path.runs[step]!, path.runs[step + 1]];
      const names = [nameOf(step, near.node), far ? nameOf(step + 1, far.node) : path.end!];
      const [source, target] = (rule.direction === 'after' ? names : names.toReversed()) as [string, string];
      const link = { step: rule.direction === 'after' ? step : -step - 1, source, target };
      const key = JSON.stringify(link);
      const sums = links.get(key) ?? {
        link: { ...link, value: 0, median_ms: null, units: 0, requests: 0 },
        times: [],
        people: new Map<string, number>(),
      };
      links.set(key, sums);
      sums.link.value += path.weight;
      sums.people.set(path.unit, Math.max(sums.people.get(path.unit) ?? 0, path.weight));
      if (far) {
        sums.link.requests += far.requests;
        sums.times.push(...new Array<number>(path.weight).fill(Math.abs(far.first - near.first) / 1000));
      }
    }
  }
  return [...links.values()].map(({ link, times, people }) => ({
    ...link,
    median_ms: median(times),
    units: [...people.values()].reduce((sum, weight) => sum + weight, 0),
  }));
}

/** The paths of one unit. */
function pathsOf(unit: string, events: readonly PathEvent[], rule: PathRule): Path[] {
  const found = sessionsOf(events, rule).flatMap((session) => {
    const runs = runsOf(session, rule);
    const anchors = anchorsOf(runs, rule);
    return (rule.counting === 'transitions' ? anchors : anchors.slice(0, 1)).map((index) => ({
      time: runs[index]!.first,
      session: rule.sessions === 'id' ? (session[0]!.session ?? '') : '',
      path: pathFrom(unit, runs, index, rule),
    }));
  });
  found.sort((a, b) => a.time - b.time || (a.session < b.session ? -1 : a.session > b.session ? 1 : 0));
  return (rule.counting === 'units' ? found.slice(0, 1) : found).map(({ path }) => path);
}

/** The requests of a unit in order, cut where a session ends. */
function sessionsOf(events: readonly PathEvent[], { sessions, gap }: PathRule): PathEvent[][] {
  const threads = new Map<string, PathEvent[]>();
  for (const event of events) {
    const thread = sessions === 'id' ? (event.session ?? '') : '';
    threads.set(thread, [...(threads.get(thread) ?? []), event]);
  }
  return [...threads].flatMap(([thread, own]) => {
    const cut: PathEvent[][] = [];
    const anchorWeight = (event: PathEvent) => (event.anchor ? event.weight : Infinity);
    own.sort(
      (a, b) =>
        a.time - b.time ||
        (a.node < b.node ? -1 : a.node > b.node ? 1 : 0) ||
        (anchorWeight(a) === anchorWeight(b) ? a.weight - b.weight : anchorWeight(a) - anchorWeight(b))
    );
    for (const event of own) {
      const before = cut.at(-1)?.at(-1);
      const ends = thread === '' && before !== undefined && event.time - before.time > gap;
      if (before === undefined || ends) {
        cut.push([event]);
      } else {
        cut.at(-1)!.push(event);
      }
    }
    return cut;
  });
}

function runsOf(session: readonly PathEvent[], { collapse }: PathRule): Run[] {
  const runs: Run[] = [];
  for (const { node, time, weight, anchor } of session) {
    const before = runs.at(-1);
    if (!collapse || before?.node !== node) {
      runs.push({
        node,
        first: time,
        last: time,
        requests: weight,
        inside: { first: anchor, last: anchor },
        weight: anchor ? weight : undefined,
      });
    } else {
      before.last = time;
      before.requests += weight;
      before.inside.last = anchor;
      before.weight = anchor ? Math.max(before.weight ?? 0, weight) : before.weight;
    }
  }
  return runs;
}

/** Which runs paths may be anchored on, from the first. */
function anchorsOf(runs: readonly Run[], { edges, direction, counting, newest, gap }: PathRule): number[] {
  if (!edges || counting === 'transitions') {
    return runs.flatMap(({ weight }, index) => (weight === undefined ? [] : [index]));
  }
  if (direction === 'after') {
    return runs[0]!.inside.first ? [0] : [];
  }
  const { inside, last } = runs.at(-1)!;
  return inside.last && last + gap <= newest ? [runs.length - 1] : [];
}

function pathFrom(
  unit: string,
  runs: readonly Run[],
  index: number,
  { direction, depth, newest, gap }: PathRule
): Path {
  const away = direction === 'after' ? runs.slice(index) : runs.slice(0, index + 1).toReversed();
  const followed = away.slice(0, depth + 1);
  const mayGoOn = direction === 'after' && followed.at(-1)!.last + gap > newest;
  const end = mayGoOn ? PATH_ENDS.open : direction === 'after' ? PATH_ENDS.dropOff : PATH_ENDS.start;
  return { unit, weight: runs[index]!.weight!, runs: followed, end };
}

/** The nodes of a step that most paths come through; ties by requests, then by name. */
function topOf(paths: readonly Path[], step: number, { rowsPerStep }: PathRule): Set<string> {
  const sums = new Map<string, { value: number; requests: number }>();
  for (const { runs, weight } of paths) {
    const run = runs[step];
    if (run) {
      const sum = sums.get(run.node) ?? { value: 0, requests: 0 };
      sums.set(run.node, { value: sum.value + weight, requests: sum.requests + run.requests });
    }
  }
  const ordered = [...sums].sort(
    ([a, one], [b, other]) => other.value - one.value || other.requests - one.requests || (a < b ? -1 : 1)
  );
  return new Set(ordered.slice(0, rowsPerStep).map(([node]) => node));
}

function median(times: number[]): number | null {
  const sorted = times.toSorted((a, b) => a - b);
  const rank = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return low === undefined || high === undefined ? null : low + (rank - Math.floor(rank)) * (high - low);
}
