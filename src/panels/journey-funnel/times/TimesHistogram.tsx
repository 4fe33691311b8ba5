import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';

import { formatCount, formatDuration, formatShare } from '../../../components/format';
import { testIds } from '../../../components/test-ids';
import { funnelColors } from '../funnel-styles';
import { type TimeBucket } from '../model';

interface Props {
  buckets: TimeBucket[];
  medianMs: number;
  width: number;
  height: number;
  /** What the earlier time is called, where there is one. */
  earlier?: string;
  /** Names the ends of the axis below. */
  axis?: boolean;
}

/** How long units took from one step to the next: a bar per range of times, each twice as long as the one before or less. */
export function TimesHistogram({ buckets, medianMs, width, height, earlier = 'earlier', axis }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const colors = funnelColors(theme);
  const total = buckets.reduce((sum, bucket) => sum + bucket.units, 0);
  const totalThen = buckets.reduce((sum, bucket) => sum + (bucket.earlier ?? 0), 0);
  // Beside another distribution both are drawn as shares of their own whole: what is compared is their shape.
  const shares = buckets.map(({ units }) => (total > 0 ? units / total : 0));
  const then = totalThen > 0 ? buckets.map((bucket) => (bucket.earlier ?? 0) / totalThen) : [];
  const most = Math.max(0, ...shares, ...then);
  const room = width / Math.max(1, buckets.length);
  const gap = room > 4 ? 1 : 0;
  const median = positionOf(buckets, medianMs) * width;
  return (
    <div data-testid={testIds.funnel.histogram}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`Time from the step before: median ${formatDuration(medianMs)}, ${formatCount(total)} in all`}
        className={styles.chart}
      >
        {buckets.map((bucket, index) => {
          const tall = bucket.units > 0 ? Math.max(1, (shares[index] / most) * (height - 1)) : 0;
          return (
            <g key={bucket.toMs}>
              <title>{titleOf(bucket, shares[index], then[index], earlier)}</title>
              <rect x={index * room} y={0} width={room} height={height} fill="transparent" />
              <rect
                x={index * room}
                y={height - tall}
                width={Math.max(0.5, room - gap)}
                height={tall}
                fill={colors.reached}
              />
            </g>
          );
        })}
        {then.length > 0 && (
          <path
            d={outline(then, room, height, most)}
            fill="none"
            stroke={colors.earlier}
            strokeDasharray="3 2"
            data-testid={testIds.funnel.earlier}
          />
        )}
        <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} stroke={theme.colors.border.medium} />
        {Number.isFinite(median) && (
          <line
            x1={median}
            x2={median}
            y1={0}
            y2={height}
            stroke={theme.colors.text.maxContrast}
            strokeDasharray="3 2"
          />
        )}
      </svg>
      {axis && buckets.length > 0 && (
        <div className={styles.axis} style={{ width }}>
          <span>{formatDuration(buckets[0].fromMs)}</span>
          <span>{formatDuration(buckets[buckets.length - 1].toMs)}</span>
        </div>
      )}
    </div>
  );
}

function titleOf(bucket: TimeBucket, share: number, then: number | undefined, earlier: string): string {
  const now = `${formatDuration(bucket.fromMs)} – ${formatDuration(bucket.toMs)}: ${formatCount(bucket.units)}`;
  return then === undefined
    ? now
    : `${now} (${formatShare(share)}), ${earlier} ${formatCount(bucket.earlier)} (${formatShare(then)})`;
}

/** The outline of bars, from left to right. */
function outline(shares: readonly number[], room: number, height: number, most: number): string {
  const top = (share: number) => (height - (share / most) * (height - 1)).toFixed(1);
  return `M0,${height} ${shares.map((share, i) => `V${top(share)} H${((i + 1) * room).toFixed(1)}`).join(' ')} V${height}`;
}

/** Where a time lies among the buckets, 0 to 1; NaN when it lies in none. Within a bucket on a logarithm, as they are. */
export function positionOf(buckets: TimeBucket[], ms: number): number {
  const index = buckets.findIndex((bucket) => ms > bucket.fromMs && ms <= bucket.toMs);
  if (index < 0) {
    return NaN;
  }
  const { fromMs, toMs } = buckets[index];
  const within = fromMs > 0 ? Math.log(ms / fromMs) / Math.log(toMs / fromMs) : (ms - fromMs) / (toMs - fromMs);
  return (index + within) / buckets.length;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    chart: css({ display: 'block' }),
    axis: css({
      display: 'flex',
      justifyContent: 'space-between',
      fontSize: theme.typography.bodySmall.fontSize,
      color: theme.colors.text.secondary,
      fontVariantNumeric: 'tabular-nums',
    }),
  };
}
