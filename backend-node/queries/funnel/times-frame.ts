import type { Frame, FunnelQuery } from '@apitrail/contract';

import { previousField } from '../shared/compared';
import { MEDIAN, P90, PANEL, unitsConfig, names, numbers } from './fields';
import type { FunnelResult } from './result';
import { TIME_SCALE } from './totals';

/** As many buckets as a small chart can show. */
const MOST_BUCKETS = 32;

/**
 * A row per transition and bucket of the time it took, from the shortest to the longest that any transition took, with
 * the same bounds for all and for the earlier time. `step` and `name` are those of the step that was reached.
 */
export function timesFrame(query: FunnelQuery, own: FunnelResult, before: FunnelResult | undefined): Frame {
  const fine = [...own.times, ...(before?.times ?? [])].map(({ bucket }) => bucket);
  let width = 1;
  const coarse = (bucket: number) => Math.ceil(bucket / width);
  while (fine.length > 0 && coarse(Math.max(...fine)) - coarse(Math.min(...fine)) + 1 > MOST_BUCKETS) {
    width *= 2;
  }
  const first = fine.length > 0 ? coarse(Math.min(...fine)) : 0;
  const count = fine.length > 0 ? coarse(Math.max(...fine)) - first + 1 : 0;
  const bound = (at: number) => 2 ** ((at * width) / 2 ** TIME_SCALE);
  const rows = query.steps
    .slice(1)
    .flatMap((_, index) => Array.from({ length: count }, (__, at) => ({ index: index + 1, at: first + at })));
  const units = ({ times }: FunnelResult) => {
    const sums = rows.map(() => 0);
    for (const { step, bucket, units: number } of times) {
      sums[(step - 2) * count + coarse(bucket) - first]! += number;
    }
    return sums;
  };
  const of = (result: FunnelResult) => [
    numbers('units', units(result), unitsConfig(query)),
    numbers(
      'median_ms',
      rows.map(({ index }) => result.totals[index]!.medianMs),
      MEDIAN
    ),
    numbers(
      'p90_ms',
      rows.map(({ index }) => result.totals[index]!.p90Ms),
      P90
    ),
  ];
  return {
    meta: { type: 'table', preferredVisualisationPluginId: PANEL },
    fields: [
      numbers(
        'step',
        rows.map(({ index }) => index + 1),
        { displayNameFromDS: 'Step' }
      ),
      names(
        query,
        rows.map(({ index }) => index)
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
