import type { FieldConfig, Frame, FunnelQuery, FunnelSegment } from '@apitrail/contract';

import { sql } from '../../../engine/sql';
import { previousField } from '../../shared/compared';
import { MEDIAN, P90, PANEL, names, numbers, segmentFields, unitsConfig } from '../fields';
import type { TransitionCount } from '../result';
import { TIME_SCALE, transitionQuantiles, transitionTimes, transitionsOf } from '../totals';
import type { FunnelRun, FunnelViewOf } from './view';

/** As many buckets as a small chart can show. */
const MOST_BUCKETS = 32;

/** How long it takes, from each step to the next or between two steps. */
export const timesView: FunnelViewOf = async ({ query, own, earlier }) => {
  const times = await readTimes(query, own);
  const before = earlier && (await readTimes(query, earlier));
  return { frames: [timesFrame(query, own.attempts.segments, times, before)] };
};

/** The times of one range; a segment is told by its place, from 1. */
interface Times {
  counts: Array<TransitionCount & { place: number }>;
  spreads: Array<{ step: number; place: number; medianMs: number | null; p90Ms: number | null }>;
}

async function readTimes(query: FunnelQuery, { context, attempts }: FunnelRun): Promise<Times> {
  const transitions = transitionsOf(query);
  const counted = await context.run(sql`${attempts.tables}
${transitionTimes(transitions)}
ORDER BY step, place, bucket`);
  const [step, place, bucket, units] = counted.values as [number[], number[], number[], number[]];
  const spread = await context.run(sql`${attempts.tables}
${transitionQuantiles(attempts, transitions, context.dialect)}
ORDER BY step, place`);
  const [steps, places, median, p90] = spread.values as [
    number[],
    number[],
    Array<number | null>,
    Array<number | null>,
  ];
  return {
    counts: step.map((number, row) => ({
      step: number,
      place: place[row]!,
      bucket: bucket[row]!,
      units: units[row]!,
    })),
    spreads: steps.map((number, row) => ({
      step: number,
      place: places[row]!,
      medianMs: median[row] ?? null,
      p90Ms: p90[row] ?? null,
    })),
  };
}

/**
 * A row per segment, transition and bucket of the time it took, from the shortest to the longest that any took, with the same
 * bounds for all and for the earlier time. `step` and `name` are those of the step that was reached.
 */
function timesFrame(
  query: FunnelQuery,
  segments: readonly FunnelSegment[],
  own: Times,
  before: Times | undefined
): Frame {
  const fine = [...own.counts, ...(before?.counts ?? [])].map(({ bucket }) => bucket);
  let width = 1;
  const coarse = (bucket: number) => Math.ceil(bucket / width);
  const [least, most] = [Math.min(...fine), Math.max(...fine)];
  while (fine.length > 0 && coarse(most) - coarse(least) + 1 > MOST_BUCKETS) {
    width *= 2;
  }
  const first = fine.length > 0 ? coarse(least) : 0;
  const count = fine.length > 0 ? coarse(most) - first + 1 : 0;
  const bound = (at: number) => 2 ** ((at * width) / 2 ** TIME_SCALE);
  const steps = transitionsOf(query).map(({ to }) => to + 1);
  const rows = segments.flatMap((segment, index) =>
    steps.flatMap((step) =>
      Array.from({ length: count }, (_, at) => ({ segment, place: index + 1, step, at: first + at }))
    )
  );
  const of = ({ counts, spreads }: Times) => {
    const key = (place: number, step: number) => (place - 1) * steps.length + steps.indexOf(step);
    const sums = rows.map(() => 0);
    for (const { place, step, bucket, units } of counts) {
      if (place <= segments.length) {
        sums[key(place, step) * count + coarse(bucket) - first]! += units;
      }
    }
    const spreadOf = new Map(spreads.map((spread) => [key(spread.place, spread.step), spread]));
    const column = (name: 'medianMs' | 'p90Ms') =>
      rows.map(({ place, step }) => spreadOf.get(key(place, step))?.[name] ?? null);
    const [median, p90] = titles(query);
    return [
      numbers('units', sums, unitsConfig(query)),
      numbers('median_ms', column('medianMs'), median),
      numbers('p90_ms', column('p90Ms'), p90),
    ];
  };
  return {
    meta: { type: 'table', preferredVisualisationPluginId: PANEL },
    fields: [
      numbers(
        'step',
        rows.map(({ step }) => step),
        { displayNameFromDS: 'Step' }
      ),
      names(
        query,
        rows.map(({ step }) => step - 1)
      ),
      ...segmentFields(
        query,
        rows.map(({ segment }) => segment)
      ),
      numbers(
        'from_ms',
        rows.map(({ at }) => (at === 0 ? 0 : bound(at - 1))),
        { displayNameFromDS: 'From', unit: 'ms' }
      ),
      numbers(
        'to_ms',
        rows.map(({ at }) => bound(at)),
        { displayNameFromDS: 'To', unit: 'ms' }
      ),
      ...of(own),
      ...(before
        ? of(before).map((field) =>
            previousField(field, field.values as Array<number | null>, `previous_${field.name}`)
          )
        : []),
    ],
  };
}

function titles({ fromStep, toStep }: FunnelQuery): [FieldConfig, FieldConfig] {
  if (fromStep === undefined && toStep === undefined) {
    return [MEDIAN, P90];
  }
  const from = `from step ${fromStep ?? 1}.`;
  return [
    { ...MEDIAN, description: `Median time ${from}` },
    { ...P90, description: `90th percentile of the time ${from}` },
  ];
}
