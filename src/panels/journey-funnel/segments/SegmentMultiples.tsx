import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';

import { formatCount, formatShare } from '../../../components/format';
import { testIds } from '../../../components/test-ids';
import { funnelColors, getFunnelStyles } from '../funnel-styles';
import { type MarkHandlers } from '../marks/mark-buttons';
import { type FunnelModel } from '../model';
import { type FunnelOptions } from '../options';
import { DropParts } from '../steps/DropParts';
import { columnShapes, columnWidthOf, earlierUnits } from '../steps/geometry';
import { segmentModel } from './describe-segment';
import { multiplesGrid } from './segment-geometry';
import { segmentColor } from './segment-color';

interface Props {
  model: FunnelModel;
  options: FunnelOptions;
  width: number;
  height: number;
  handlers: MarkHandlers;
}

const GAP = 12;
const HEAD = 40;
const FOOT = 16;
const LABELLED = 34;

/** A small funnel for every segment, all with the same steps. */
export function SegmentMultiples({ model, options, width, height, handlers }: Props) {
  const own = useStyles2(getStyles);
  const { segments = [], steps } = model;
  const { across, card } = multiplesGrid(width, segments.length, steps.length);
  const down = Math.ceil(segments.length / across);
  const tall = Math.max(110, Math.min(220, Math.floor(height / Math.max(1, down)) - GAP));
  return (
    <div className={own.cards} style={{ width, height }}>
      {segments.map((segment, place) => (
        <SmallFunnel
          key={segment.label}
          model={segmentModel(model, place)}
          segment={segment}
          place={place}
          options={options}
          width={card}
          height={tall}
          handlers={(step) => handlers(place * steps.length + step)}
        />
      ))}
    </div>
  );
}

interface SmallProps extends Props {
  segment: { label: string; other: boolean };
  place: number;
}

function SmallFunnel({ model, segment, place, options, width, height, handlers }: SmallProps) {
  const theme = useTheme2();
  const styles = useStyles2(getFunnelStyles);
  const own = useStyles2(getStyles);
  const colors = funnelColors(theme);
  const { steps } = model;
  const chart = height - HEAD - FOOT;
  const shapes = columnShapes(steps, width, chart, model.earlier ? earlierUnits(steps, false) : []);
  const room = columnWidthOf(width, steps.length);
  const last = steps[steps.length - 1];
  return (
    <section
      className={own.card}
      style={{ width, height, containIntrinsicSize: `${width}px ${height}px` }}
      aria-label={segment.label}
      data-testid={testIds.funnel.segment}
    >
      <div className={own.title} title={segment.label}>
        <span className={own.swatch} style={{ background: segmentColor(place, segment.other, theme) }} />
        <span className={styles.cut}>{segment.label}</span>
      </div>
      <div className={styles.small}>
        {formatShare(last.conversion, options.decimals)} of {formatCount(steps[0].units)} {model.unitName}
      </div>
      <svg className={own.chart} style={{ top: HEAD }} width={width} height={chart} aria-hidden>
        {shapes.map((shape, index) => (
          <g key={index}>
            <rect {...shape.dropped} fill={index === model.biggestDrop ? colors.worstDropped : colors.dropped} />
            <rect {...shape.reached} fill={segmentColor(place, segment.other, theme)} />
            {shape.earlier && (
              <path
                d={`M${shape.earlier.x},${chart} V${shape.earlier.y + 1} H${shape.earlier.x + shape.earlier.width} V${chart}`}
                fill="none"
                stroke={colors.earlier}
                strokeDasharray="3 2"
              />
            )}
          </g>
        ))}
        <line x1={0} x2={width} y1={chart - 0.5} y2={chart - 0.5} stroke={theme.colors.border.medium} />
      </svg>
      {shapes.map(({ dropped }, index) => (
        <DropParts key={index} model={model} index={index} top={HEAD} dropped={dropped} />
      ))}
      {steps.map((step, index) => (
        <button
          key={index}
          {...handlers(index)}
          aria-label={`${segment.label}, ${step.name}: ${formatShare(step.conversion, options.decimals)}`}
          className={own.step}
          style={{ left: index * room, width: room, top: HEAD, height: chart + FOOT }}
        >
          {room >= LABELLED ? formatShare(step.conversion, 0) : index + 1}
        </button>
      ))}
    </section>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    cards: css({
      display: 'flex',
      flexWrap: 'wrap',
      gap: GAP,
      overflowY: 'auto',
      alignContent: 'flex-start',
      scrollbarWidth: 'thin',
    }),
    card: css({ position: 'relative', flex: 'none', contentVisibility: 'auto' }),
    title: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(0.5),
      fontSize: theme.typography.bodySmall.fontSize,
      fontWeight: theme.typography.fontWeightMedium,
    }),
    swatch: css({ width: 10, height: 10, borderRadius: theme.shape.radius.sm, flex: 'none' }),
    chart: css({ position: 'absolute', left: 0, pointerEvents: 'none' }),
    step: css({
      position: 'absolute',
      display: 'flex',
      alignItems: 'flex-end',
      justifyContent: 'center',
      padding: 0,
      border: 0,
      background: 'none',
      color: theme.colors.text.secondary,
      fontSize: 11,
      lineHeight: `${FOOT}px`,
      fontVariantNumeric: 'tabular-nums',
      '&:hover': { background: theme.colors.action.hover },
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}`, outlineOffset: -2 },
    }),
  };
}
