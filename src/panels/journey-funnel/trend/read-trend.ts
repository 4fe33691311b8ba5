import { type DataFrame, type Field, FieldType } from '@grafana/data';
import { earlierBy, type FunnelMarker } from '@apitrail/contract';

import { fieldNamed, frameMarker, numberAt } from '../../../components/find-field';
import { segmentLabel } from '../steps/read-steps';
import { unitNameOf } from '../unit-name';

/** A bucket of time: those who began then. NaN where nobody did. */
export interface TrendPoint {
  conversion: number;
  low: number;
  high: number;
  units: number;
  converted: number;
  pending: number;
}

/** The conversion of one value of the breakdown, or of all. */
export interface TrendSeries {
  /** Empty without a breakdown. */
  label: string;
  value: string | null;
  other: boolean;
  points: TrendPoint[];
  /** The conversion at the earlier time, bucket by bucket; absent without a comparison. */
  earlier?: number[];
}

export interface TrendModel {
  frame: DataFrame;
  marker?: FunnelMarker;
  unitName: string;
  /** Starts of the buckets, epoch milliseconds. */
  times: number[];
  /** Where the last bucket ends. */
  end: number;
  /** Index of the first bucket whose windows are not over; as many as there are buckets when all are. */
  incomplete: number;
  series: TrendSeries[];
  /** As the query says it: `1w`. */
  timeShift?: string;
}

/** Reads the conversion by time of entry; `frames` may hold the earlier time as well. */
export function readTrend(frame: DataFrame, frames: readonly DataFrame[]): TrendModel {
  const marker = frameMarker<FunnelMarker>(frame, 'funnel');
  const times = (fieldNamed(frame, ['time'], FieldType.time)?.values ?? []) as number[];
  const step = marker?.interval ?? (times.length > 1 ? times[1] - times[0] : 0);
  const then = frames.find(
    (other) =>
      earlierBy(other.meta?.custom) !== undefined && frameMarker<FunnelMarker>(other, 'funnel')?.view === 'trend'
  );
  const earlier = then && new Map(seriesOf(then, marker).map((one) => [one.label, one.points]));
  const { incompleteFrom } = marker ?? {};
  const incomplete = incompleteFrom === undefined ? -1 : times.findIndex((time) => time >= incompleteFrom);
  return {
    frame,
    marker,
    unitName: marker ? unitNameOf(marker) : 'units',
    times,
    end: (times[times.length - 1] ?? 0) + step,
    incomplete: incomplete < 0 ? times.length : incomplete,
    series: seriesOf(frame, marker).map((one) => ({
      ...one,
      earlier: earlier?.get(one.label)?.map((point) => point.conversion),
    })),
    timeShift: then && earlierBy(then.meta?.custom),
  };
}

function seriesOf(frame: DataFrame, marker: FunnelMarker | undefined): TrendSeries[] {
  const key = marker?.breakdown;
  const labelOf = (field: Field) => (key === undefined ? '' : segmentLabel(field.labels?.[key]));
  const columns = new Map<string, Map<string, Field>>();
  for (const field of frame.fields) {
    if (field.type === FieldType.number) {
      const label = labelOf(field);
      const own = columns.get(label) ?? new Map<string, Field>();
      columns.set(label, own.set(field.name, field));
    }
  }
  return [...columns].map(([label, fields], index) => ({
    label,
    value: marker?.segments?.[index]?.value ?? null,
    other: marker?.segments?.[index]?.other ?? false,
    points: Array.from({ length: frame.length }, (_, row) => {
      const at = (name: string) => numberAt(fields.get(name), row);
      return {
        conversion: at('conversion'),
        low: at('conversion_low'),
        high: at('conversion_high'),
        units: at('units') || 0,
        converted: at('converted') || 0,
        pending: at('pending') || 0,
      };
    }),
  }));
}
