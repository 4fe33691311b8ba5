import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useId } from 'react';

import { formatCount, formatDuration, formatShare } from '../../../components/format';
import { testIds } from '../../../components/test-ids';
import { funnelColors, getFunnelStyles } from '../funnel-styles';
import { DropParts } from './DropParts';
import { columnShapes, columnWidthOf, earlierUnits, type Rect } from './geometry';
import { type MarkHandlers } from '../marks/mark-buttons';
import { type FunnelModel } from '../model';
import { type FunnelOptions } from '../options';
import { StepChangeText, StepLoss, StepName, StepNumbers, WorstTag } from './StepFigures';
import { TimesHistogram } from '../times/TimesHistogram';

interface Props {
  model: FunnelModel;
  options: FunnelOptions;
  width: number;
  height: number;
  handlers: MarkHandlers;
}

const LEAST_ROOM = 116;
const HEADER = 86;
const PENDING_LINE = 18;
const CHANGE_LINE = 18;
const TIMES = 38;
const HISTOGRAM = 34;
const CHIP_ROOM = 56;
const PADDING = 6;
const TAG_LINE = 22;
const TAG_HEIGHT = 26;

/** Steps as columns with trapezoids between them. */
export function FunnelColumns({ model, options, width, height, handlers }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getFunnelStyles);
  const own = useStyles2(getStyles);
  const pattern = useId();
  const colors = funnelColors(theme);
  const { steps } = model;
  const total = Math.max(width, steps.length * LEAST_ROOM);
  const room = columnWidthOf(total, steps.length);
  const pendingShown = options.showPending && steps.some((step) => step.pending > 0);
  const timed = options.showTimes && steps.some((step) => !Number.isNaN(step.medianMs));
  const histograms = timed && height > 300 && steps.some((step) => step.times !== undefined);
  const then = model.earlier ? earlierUnits(steps, options.valueDisplay === 'units') : [];
  const numbers = HEADER + (model.earlier ? CHANGE_LINE : 0) + (pendingShown ? PENDING_LINE : 0);
  const footer = (timed ? TIMES : 0) + (histograms ? HISTOGRAM : 0);
  const below = height - numbers - footer - (total > width ? 10 : 0);
  const { worstHeight, tagInChart } = tagPlace(model, total, below, then);
  const header = numbers + (tagInChart || worstHeight === undefined ? 0 : TAG_LINE);
  const chart = Math.max(20, below - (header - numbers));
  const shapes = columnShapes(steps, total, chart, then);
  const bar = shapes[0]?.reached.width ?? 0;
  const widthOf = (index: number) => Math.min(room, total - shapes[index].reached.x + PADDING);
  return (
    <div className={own.scroll} style={{ width, height }}>
      <div className={own.canvas} style={{ width: total, height: header + chart + footer }}>
        <svg className={own.chart} style={{ top: header }} width={total} height={chart} aria-hidden>
          <defs>
            <pattern id={pattern} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="2" height="6" fill={colors.reached} />
            </pattern>
          </defs>
          {shapes.map((shape, index) => {
            const worst = index === model.biggestDrop;
            return (
              <g key={index}>
                {shape.connector && (
                  <polygon points={shape.connector} fill={worst ? colors.worstConnector : colors.connector} />
                )}
                <rect
                  {...shape.dropped}
                  fill={worst ? colors.worstDropped : shape.passed ? colors.connector : colors.dropped}
                />
                {shape.dropped.height > 1 && !shape.passed && (
                  <line
                    x1={shape.dropped.x}
                    x2={shape.dropped.x + shape.dropped.width}
                    y1={shape.dropped.y + 0.5}
                    y2={shape.dropped.y + 0.5}
                    stroke={worst ? colors.worst : colors.outline}
                    strokeDasharray="3 3"
                  />
                )}
                {options.showPending && <rect {...shape.pending} fill={`url(#${pattern})`} />}
                <rect {...shape.reached} fill={colors.reached} rx={2} />
                {shape.earlier && <GhostColumn {...shape.earlier} color={colors.earlier} />}
              </g>
            );
          })}
          <line x1={0} x2={total} y1={chart - 0.5} y2={chart - 0.5} stroke={theme.colors.border.medium} />
        </svg>
        {shapes.map(({ dropped }, index) => (
          <DropParts key={index} model={model} index={index} top={header} dropped={dropped} />
        ))}
        <ol className={styles.steps}>
          {steps.map((step, index) => (
            <li
              key={index}
              className={own.step}
              style={{ left: shapes[index].reached.x - PADDING, width: widthOf(index), height: header + chart }}
            >
              <button {...handlers(index)} className={styles.step} style={{ height: '100%' }}>
                <div className={own.header} style={{ height: header }}>
                  <StepName model={model} index={index} />
                  <div className={own.numbers}>
                    <StepNumbers model={model} index={index} options={options} />
                  </div>
                  <StepLoss model={model} index={index} options={options} brief />
                  <StepChangeText
                    model={model}
                    index={index}
                    options={options}
                    room={widthOf(steps.length - 1) - PADDING}
                  />
                  {options.showPending && step.pending > 0 && (
                    <span className={styles.small}>{formatCount(step.pending)} pending</span>
                  )}
                  {index === model.biggestDrop && !tagInChart && (
                    <div>
                      <WorstTag />
                    </div>
                  )}
                </div>
              </button>
            </li>
          ))}
        </ol>
        {shapes.slice(1).map((shape, at) => {
          const index = at + 1;
          const step = steps[index];
          const worst = index === model.biggestDrop;
          return (
            <div key={index} aria-hidden data-testid={testIds.funnel.transition}>
              {worst && tagInChart && !model.reasons && (
                <div className={own.tag} style={{ left: shape.dropped.x + bar / 2, top: header + shape.dropped.y + 4 }}>
                  <WorstTag />
                </div>
              )}
              {room - bar >= CHIP_ROOM && (
                <div className={own.chip} style={{ left: shape.between, top: header + chart - 30 }}>
                  {formatShare(step.stepConversion, options.decimals)}
                </div>
              )}
              {timed && !Number.isNaN(step.medianMs) && (
                <div
                  className={own.times}
                  style={{ left: shape.between - room / 2, width: room, top: header + chart + 2 }}
                >
                  <div title="Median time from the step before">median {formatDuration(step.medianMs)}</div>
                  <div className={own.slow} title="90 % took no longer">
                    p90 {formatDuration(step.p90Ms)}
                  </div>
                </div>
              )}
              {histograms && step.times && (
                <div
                  className={own.histogram}
                  style={{ left: shape.between - room * 0.42, top: header + chart + TIMES }}
                >
                  <TimesHistogram
                    buckets={step.times}
                    medianMs={step.medianMs}
                    width={room * 0.84}
                    height={HISTOGRAM - 4}
                  />
                </div>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** A step at the earlier time: only its outline, open at the foot, as tall as it was. */
function GhostColumn({ x, y, width, height, color }: Rect & { color: string }) {
  const top = Math.max(0.75, y);
  return (
    <path
      d={`M${x + 0.5},${y + height} V${top} H${x + width - 0.5} V${y + height}`}
      fill="none"
      stroke={color}
      strokeWidth={1.5}
      strokeDasharray="4 3"
      data-testid={testIds.funnel.earlier}
    />
  );
}

/** The worst loss is named inside its shape where there is room, else above it. */
function tagPlace(
  model: FunnelModel,
  width: number,
  height: number,
  then: readonly number[]
): { worstHeight?: number; tagInChart: boolean } {
  if (model.biggestDrop === undefined) {
    return { tagInChart: false };
  }
  const worstHeight = columnShapes(model.steps, width, Math.max(20, height), then)[model.biggestDrop].dropped.height;
  return { worstHeight, tagInChart: worstHeight >= TAG_HEIGHT };
}

function getStyles(theme: GrafanaTheme2) {
  return {
    scroll: css({ overflowX: 'auto', overflowY: 'hidden', scrollbarWidth: 'thin' }),
    canvas: css({ position: 'relative' }),
    chart: css({ position: 'absolute', left: 0, pointerEvents: 'none' }),
    step: css({ position: 'absolute', top: 0 }),
    header: css({ position: 'absolute', top: 4, left: PADDING, right: 0, display: 'flex', flexDirection: 'column' }),
    numbers: css({ display: 'flex', flexDirection: 'column', minWidth: 0 }),
    tag: css({ position: 'absolute', transform: 'translateX(-50%)', pointerEvents: 'none' }),
    chip: css({
      position: 'absolute',
      transform: 'translateX(-50%)',
      padding: theme.spacing(0, 0.75),
      borderRadius: theme.shape.radius.pill,
      border: `1px solid ${theme.colors.border.medium}`,
      background: theme.colors.background.primary,
      fontSize: theme.typography.bodySmall.fontSize,
      lineHeight: '18px',
      fontVariantNumeric: 'tabular-nums',
      whiteSpace: 'nowrap',
      pointerEvents: 'none',
    }),
    times: css({
      position: 'absolute',
      textAlign: 'center',
      fontSize: theme.typography.bodySmall.fontSize,
      lineHeight: '16px',
      fontVariantNumeric: 'tabular-nums',
      whiteSpace: 'nowrap',
    }),
    slow: css({ color: theme.colors.text.secondary }),
    histogram: css({ position: 'absolute' }),
  };
}
