import { useTheme2 } from '@grafana/ui';
import React, { useId } from 'react';

import { testIds } from '../../../components/test-ids';
import { funnelColors } from '../funnel-styles';
import { type FunnelOptions } from '../options';
import { segmentColor } from '../segments/segment-color';
import { type TrendModel, type TrendSeries } from './read-trend';
import { bandAreas, lineStretches, type TrendScale } from './trend-geometry';

interface Props {
  model: TrendModel;
  /** Those that are drawn. */
  series: readonly TrendSeries[];
  scale: TrendScale;
  options: FunnelOptions;
}

/** With more lines than this, bands would cover each other. */
const MOST_BANDS = 4;

/** Lines, bands and dashes of the trend, and the time that is not over. */
export const TrendLines = React.memo(function TrendLines({ model, series, scale, options }: Props) {
  const theme = useTheme2();
  const clip = useId();
  const colors = funnelColors(theme);
  const { width, height } = scale;
  const colorOf = (one: TrendSeries) =>
    one.label === ''
      ? colors.reached
      : segmentColor(
          model.series.findIndex(({ label }) => label === one.label),
          one.other,
          theme
        );
  const open = model.incomplete < model.times.length ? scale.at(model.times[model.incomplete]) : width;
  return (
    <svg width={width} height={height} aria-hidden style={{ display: 'block', pointerEvents: 'none' }}>
      <clipPath id={clip}>
        <rect x={-2} y={-2} width={width + 4} height={height + 4} />
      </clipPath>
      {scale.shares.map((share) => (
        <line
          key={share}
          x1={0}
          x2={width}
          y1={Math.round(scale.y(share)) + 0.5}
          y2={Math.round(scale.y(share)) + 0.5}
          stroke={theme.colors.border.weak}
        />
      ))}
      {open < width && (
        <rect
          x={open}
          y={0}
          width={width - open}
          height={height}
          fill={theme.colors.text.maxContrast}
          fillOpacity={0.05}
        />
      )}
      <g clipPath={`url(#${clip})`} fill="none">
        {options.showIntervals &&
          series.length <= MOST_BANDS &&
          series.map((one) =>
            bandAreas(one.points, scale).map((path, index) => (
              <path
                key={`${one.label}-${index}`}
                d={path}
                fill={colorOf(one)}
                fillOpacity={series.length > 1 ? 0.09 : 0.15}
              />
            ))
          )}
        {series.map(
          (one) =>
            one.earlier && (
              <path
                key={one.label}
                d={lineStretches(one.earlier, Infinity, scale)
                  .map(({ path }) => path)
                  .join(' ')}
                stroke={colorOf(one)}
                strokeOpacity={0.75}
                strokeDasharray="1 4"
                strokeLinecap="round"
                strokeWidth={2}
                data-testid={testIds.funnel.earlier}
              />
            )
        )}
        {series.map((one) =>
          lineStretches(
            one.points.map((point) => point.conversion),
            model.incomplete,
            scale
          ).map(({ path, complete }, index) => (
            <path
              key={`${one.label}-${index}`}
              d={path}
              stroke={colorOf(one)}
              strokeWidth={2}
              strokeLinecap="round"
              strokeLinejoin="round"
              strokeDasharray={complete ? undefined : '5 5'}
              data-complete={complete}
            />
          ))
        )}
      </g>
    </svg>
  );
});
