import {
  OTHER_GROUP,
  parseDuration,
  type Field,
  type Frame,
  type FunnelQuery,
  type FunnelSegment,
} from '@apitrail/contract';

import { raw, sql } from '../../../engine/sql';
import type { Buckets } from '../../shared/interval';
import { CONFIDENCE, effectiveSize, shareInterval } from '../../shared/proportion-interval';
import { bucketsOf, refuseTooMany } from '../../shared/series';
import { PANEL, stepNames, unitsConfig } from '../fields';
import type { FunnelRun, FunnelViewOf } from './view';

/** Buckets when nothing says how many. */
const POINTS = 60;

/** Conversion by the time of entry: one funnel over the range, whose attempts are told apart by when they began. */
export const trendView: FunnelViewOf = async ({ query, own, earlier }) => {
  const { context, attempts } = own;
  const buckets = bucketsOf(context, query, POINTS);
  refuseTooMany(buckets.starts.length * attempts.segments.length * 6 * (earlier ? 2 : 1));
  const frame = async (run: FunnelRun) =>
    trendFrame(query, attempts.segments, buckets, await readTrend(query, run, buckets));
  const incompleteFrom = incompleteOf(buckets, query, own);
  if (incompleteFrom !== undefined) {
    context.notice(
      'info',
      `Who entered from ${new Date(incompleteFrom).toISOString()} on may still convert: the window of ${query.window} is not over.`
    );
  }
  return {
    frames: [await frame(own)],
    ...(earlier ? { earlierFrames: [await frame(earlier)] } : {}),
    marker: {
      interval: buckets.interval,
      confidence: CONFIDENCE,
      ...(incompleteFrom === undefined ? {} : { incompleteFrom }),
    },
  };
};

/** What became of those that entered in a bucket. */
interface TrendPoint {
  units: number;
  squares: number;
  converted: number;
  pending: number;
}

/** Points per segment and bucket; undefined where nobody entered. */
type Trend = Array<Array<TrendPoint | undefined>>;

async function readTrend(query: FunnelQuery, { context, attempts }: FunnelRun, buckets: Buckets): Promise<Trend> {
  const step = raw(String(query.step ?? query.steps.length));
  const entry = context.shift?.moveUs(sql`entry_us`) ?? sql`entry_us`;
  const table = await context.run(sql`${attempts.tables}
SELECT ${buckets.cell(entry)} AS cell, place, CAST(sum(weight) AS DOUBLE) AS units, CAST(sum(weight * weight) AS DOUBLE) AS squares,
  CAST(coalesce(sum(weight) FILTER (WHERE at_us[${step}] IS NOT NULL), 0) AS DOUBLE) AS converted,
  CAST(coalesce(sum(weight) FILTER (WHERE at_us[${step}] IS NULL AND ended = 'pending'), 0) AS DOUBLE) AS pending
FROM attempts GROUP BY 1, 2 ORDER BY 1, 2`);
  const [cells, places, units, squares, converted, pending] = table.values as [unknown[], ...number[][]];
  const trend: Trend = attempts.segments.map(() => []);
  cells.forEach((cell, row) => {
    const points = trend[places![row]! - 1];
    if (points) {
      points[buckets.locate(cell)] = {
        units: units![row]!,
        squares: squares![row]!,
        converted: converted![row]!,
        pending: pending![row]!,
      };
    }
  });
  return trend;
}

/** Start of the first bucket of which some may still go on, epoch milliseconds. */
function incompleteOf(buckets: Buckets, query: FunnelQuery, { context, attempts }: FunnelRun): number | undefined {
  const window = parseDuration(query.window);
  const index = buckets.ends.findIndex(
    (end) => Math.min(end, context.range.to) - 1 + window > attempts.newestUs / 1000
  );
  return index === -1 ? undefined : buckets.starts[index];
}

/** One row per bucket; per segment the conversion with its interval, and what it is made of. */
function trendFrame(query: FunnelQuery, segments: readonly FunnelSegment[], buckets: Buckets, trend: Trend): Frame {
  const last = stepNames(query)[(query.step ?? query.steps.length) - 1]!;
  const perSegment = segments.flatMap((segment, index): Field[] => {
    const points = buckets.starts.map((_, bucket) => trend[index]?.[bucket]);
    const share = points.map((point) => (point && point.units > 0 ? point.converted / point.units : null));
    const intervals = points.map((point, bucket) =>
      point ? shareInterval(share[bucket]!, effectiveSize(point.units, point.squares)) : null
    );
    const label = segment.other ? OTHER_GROUP : (segment.value ?? '');
    const field = (name: string, title: string, unit: string, values: Array<number | null>, description: string) => ({
      name,
      type: 'number' as const,
      values,
      ...(query.breakdown === undefined ? {} : { labels: { [query.breakdown]: label } }),
      config: {
        displayNameFromDS: query.breakdown === undefined ? title : `${label || '(none)'} ${title.toLowerCase()}`,
        unit,
        description,
      },
    });
    const { displayNameFromDS } = unitsConfig(query);
    return [
      field('conversion', 'Conversion', 'percentunit', share, `Share of those who entered then that got to ${last}.`),
      field(
        'conversion_low',
        'Conversion, at least',
        'percentunit',
        intervals.map((interval) => interval?.low ?? null),
        'Lower bound of the 95 % confidence interval (Wilson).'
      ),
      field(
        'conversion_high',
        'Conversion, at most',
        'percentunit',
        intervals.map((interval) => interval?.high ?? null),
        'Upper bound of the 95 % confidence interval (Wilson).'
      ),
      field(
        'units',
        `${displayNameFromDS} entered`,
        'short',
        points.map((point) => point?.units ?? 0),
        'Who entered then.'
      ),
      field(
        'converted',
        `${displayNameFromDS} converted`,
        'short',
        points.map((point) => point?.converted ?? 0),
        `Of those who entered then, who got to ${last}.`
      ),
      field(
        'pending',
        `${displayNameFromDS} pending`,
        'short',
        points.map((point) => point?.pending ?? 0),
        `Of those who entered then, who may still get to ${last}.`
      ),
    ];
  });
  return {
    meta: { type: 'timeseries-wide', preferredVisualisationPluginId: PANEL },
    fields: [
      { name: 'time', type: 'time', values: buckets.starts, config: { interval: buckets.interval } },
      ...perSegment,
    ],
  };
}
