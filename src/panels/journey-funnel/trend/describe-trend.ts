import { type TimeZone } from '@grafana/schema';

import { earlierText } from '../../../components/change';
import { capital, formatCount, formatDuration, formatShare, formatTimeRange } from '../../../components/format';
import { type TooltipRow } from '../../../components/PanelTooltip';
import { type TrendModel, type TrendSeries } from './read-trend';

/** Lines of a tooltip with more segments than this are of the most and the least only. */
const MOST_LINES = 12;

/** When a bucket was. */
export function bucketText({ times, end }: TrendModel, bucket: number, timeZone: TimeZone): string {
  return formatTimeRange(times[bucket], times[bucket + 1] ?? end, timeZone);
}

/** What there is to say of a bucket: of the one series all, of several their conversions, highest first. */
export function describeBucket(
  model: TrendModel,
  series: readonly TrendSeries[],
  bucket: number,
  decimals: number
): TooltipRow[] {
  const incomplete = bucket >= model.incomplete;
  const state = incomplete ? [{ label: 'Not over yet', value: 'may still grow' }] : [];
  if (series.length === 1 && series[0].label === '') {
    const { units, converted, pending, conversion, low, high } = series[0].points[bucket];
    const then = series[0].earlier?.[bucket];
    return [
      { label: 'Conversion', value: formatShare(conversion, decimals), strong: true },
      ...(Number.isNaN(low + high)
        ? []
        : [{ label: 'With 95 % between', value: `${formatShare(low, decimals)} and ${formatShare(high, decimals)}` }]),
      { label: `${capital(model.unitName)} that began`, value: formatCount(units) },
      { label: 'Converted', value: formatCount(converted) },
      ...(pending > 0 ? [{ label: 'Pending', value: formatCount(pending) }] : []),
      ...(then === undefined
        ? []
        : [{ label: capital(earlierText(model.timeShift)), value: formatShare(then, decimals) }]),
      ...state,
    ];
  }
  const known = series
    .filter(({ points }) => points[bucket].units > 0)
    .sort((a, b) => b.points[bucket].conversion - a.points[bucket].conversion);
  const shown = known.length > MOST_LINES ? known.slice(0, MOST_LINES) : known;
  return [
    ...shown.map(({ label, points }) => ({
      label,
      value: `${formatShare(points[bucket].conversion, decimals)} of ${formatCount(points[bucket].units)}`,
    })),
    ...(known.length > shown.length
      ? [{ label: 'More', value: `${formatCount(known.length - shown.length)} with less` }]
      : []),
    ...(known.length === 0 ? [{ label: capital(model.unitName), value: 'nobody began' }] : []),
    ...state,
  ];
}

/** What a trend amounts to: the conversion of all whose windows are over. */
export function trendSummary(model: TrendModel, decimals: number): string {
  const { marker, series, unitName, incomplete } = model;
  const whole = series.flatMap(({ points }) => points.slice(0, incomplete));
  const sum = (of: 'units' | 'converted') => whole.reduce((total, point) => total + point[of], 0);
  const units = sum('units');
  const steps = marker?.steps ?? [];
  const to = steps[steps.length - 1]?.name ?? 'the last step';
  const way = `from ${steps[0]?.name ?? 'the first step'} to ${to}${marker ? ` within ${formatDuration(marker.window)}` : ''}`;
  return units > 0
    ? `${formatShare(sum('converted') / units, decimals)} of ${formatCount(units)} ${unitName} got ${way}, by when they began`
    : `Conversion ${way}, by when ${unitName} began`;
}
