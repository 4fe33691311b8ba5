import { css } from '@emotion/css';
import { type AbsoluteTimeRange, type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useMemo, useState } from 'react';

import { AnnotationHandles, HANDLES_HEIGHT } from '../../../components/annotations/AnnotationHandles';
import { AnnotationLines } from '../../../components/annotations/AnnotationLines';
import { type AnnotationMark, placeMarks } from '../../../components/annotations/marks';
import { ActionMenu } from '../../../components/ActionMenu';
import { earlierText } from '../../../components/change';
import { type DrillTarget } from '../../../components/drill-down';
import { capital, formatShare } from '../../../components/format';
import { PanelTooltip } from '../../../components/PanelTooltip';
import { testIds } from '../../../components/test-ids';
import { timeTicks } from '../../../components/time-ticks';
import { VisuallyHidden } from '../../../components/VisuallyHidden';
import { countedShort } from '../counted';
import { getFunnelStyles } from '../funnel-styles';
import { moveMark } from '../marks/mark-buttons';
import { type FunnelOptions } from '../options';
import { SegmentLegend } from '../segments/SegmentLegend';
import { bucketText, describeBucket, trendSummary } from './describe-trend';
import { type TrendModel } from './read-trend';
import { trendActions } from './trend-actions';
import { bucketAt, trendScale } from './trend-geometry';
import { TrendLines } from './TrendLines';

interface Props {
  model: TrendModel;
  options: FunnelOptions;
  annotations: readonly AnnotationMark[];
  width: number;
  height: number;
  timeZone: TimeZone;
  target?: DrillTarget;
  onChangeTimeRange: (range: AbsoluteTimeRange) => void;
}

const SUMMARY = 22;
const LEGEND = 24;
const LEFT = 48;
const AXIS = 20;
const LABEL_WIDTH = 76;

/** Conversion by the time of entry: a line for every segment, its interval, and dashes where windows are not over. */
export function TrendView({ model, options, annotations, width, height, timeZone, target, onChangeTimeRange }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getFunnelStyles);
  const own = useStyles2(getStyles);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [pointed, setPointed] = useState<{ bucket: number; x: number; y: number }>();
  const [menu, setMenu] = useState<{ bucket: number; x: number; y: number; plot: HTMLElement }>();
  const { decimals, showEarlier } = options;
  const broken = model.marker?.breakdown !== undefined;
  const series = useMemo(
    () =>
      model.series
        .filter(({ label }) => !hidden.has(label))
        .map((one) => (showEarlier ? one : { ...one, earlier: undefined })),
    [model, hidden, showEarlier]
  );
  const summaryHeight = height >= 140 ? SUMMARY : 0;
  const legend = broken && height >= 120 ? LEGEND : 0;
  const handles = annotations.length > 0 ? HANDLES_HEIGHT : 0;
  const plotWidth = Math.max(40, width - LEFT - 8);
  const plotHeight = Math.max(40, height - summaryHeight - legend - AXIS - handles - 6);
  const scale = useMemo(() => trendScale(model, series, plotWidth, plotHeight), [model, series, plotWidth, plotHeight]);
  const marks = useMemo(() => placeMarks(annotations, plotWidth, scale.at), [annotations, plotWidth, scale]);
  const { times, end } = model;
  const summary = trendSummary(model, decimals);
  const current = pointed && pointed.bucket < times.length ? pointed : undefined;
  const bucketOf = (event: React.MouseEvent<HTMLElement>) =>
    bucketAt(scale, event.clientX - event.currentTarget.getBoundingClientRect().left, times);
  const middleOf = (plot: HTMLElement, bucket: number) => {
    const rect = plot.getBoundingClientRect();
    return { bucket, x: rect.left + scale.x(bucket), y: rect.top + rect.height / 2 };
  };
  const onKeyDown = (event: React.KeyboardEvent<HTMLElement>) => {
    const plot = event.currentTarget;
    if (event.key === 'Escape') {
      setPointed(undefined);
      return;
    }
    const bucket = pointed?.bucket ?? 0;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      setMenu({ ...middleOf(plot, bucket), plot });
      return;
    }
    const next = moveMark(pointed ? bucket : event.key === 'End' ? 0 : -1, event.key, times.length);
    if (next !== undefined) {
      event.preventDefault();
      setPointed(middleOf(plot, next));
    }
  };
  const said = current
    ? [
        bucketText(model, current.bucket, timeZone),
        ...describeBucket(model, series, current.bucket, decimals).map((line) => `${line.label} ${String(line.value)}`),
      ].join(', ')
    : '';
  return (
    <div className={styles.root} style={{ width, height }} data-testid={testIds.funnel.root}>
      {summaryHeight > 0 && (
        <div className={styles.summary} style={{ height: summaryHeight }}>
          <span className={styles.cut} title={summary} data-testid={testIds.funnel.summary}>
            {summary}
          </span>
          <span className={styles.key} aria-hidden>
            {model.incomplete < times.length && width > 520 && <span>┄ not over yet</span>}
            {model.timeShift && showEarlier && width > 520 && <span>··· {capital(earlierText(model.timeShift))}</span>}
          </span>
        </div>
      )}
      {legend > 0 && (
        <SegmentLegend
          segments={model.series}
          height={legend}
          label="Lines"
          hidden={hidden}
          onToggle={(label) => {
            const next = new Set(hidden);
            if (!next.delete(label)) {
              next.add(label);
            }
            setHidden(next);
          }}
        />
      )}
      <div className={own.chart} style={{ height: plotHeight + 6 }}>
        {scale.shares.map((share) => (
          <span key={share} className={own.share} style={{ top: scale.y(share) + 6 }}>
            {formatShare(share, scale.top < 0.05 ? 1 : 0)}
          </span>
        ))}
        <div
          className={own.plot}
          style={{ left: LEFT, top: 6, width: plotWidth, height: plotHeight }}
          role="application"
          aria-label={`${summary}. ${times.length} points, with the arrow keys.`}
          tabIndex={0}
          data-testid={testIds.funnel.trend}
          onKeyDown={onKeyDown}
          onBlur={() => setPointed(undefined)}
          onMouseMove={(event) => setPointed({ bucket: bucketOf(event), x: event.clientX, y: event.clientY })}
          onMouseLeave={() => setPointed(undefined)}
          onClick={(event) => {
            const plot = event.currentTarget;
            setMenu({ bucket: bucketOf(event), x: event.clientX, y: event.clientY, plot });
            setPointed(undefined);
          }}
        >
          <TrendLines model={model} series={series} scale={scale} options={options} />
          <AnnotationLines marks={marks} />
          {current && (
            <span
              className={own.cursor}
              style={{ left: scale.x(current.bucket), background: theme.colors.text.secondary }}
            />
          )}
        </div>
      </div>
      <div className={own.axis} style={{ height: AXIS, marginLeft: LEFT, width: plotWidth }} aria-hidden>
        {timeTicks(times[0] ?? 0, end, Math.max(1, plotWidth / LABEL_WIDTH), timeZone)
          .map((tick) => ({ ...tick, x: scale.at(tick.time) }))
          .filter(({ x }) => x <= plotWidth - 16)
          .map(({ time, text, x }) => (
            <span key={time} className={own.tick} style={{ left: Math.max(16, x) }}>
              {text}
            </span>
          ))}
      </div>
      {handles > 0 && (
        <div style={{ marginLeft: LEFT, width: plotWidth, height: handles, position: 'relative' }}>
          <AnnotationHandles marks={marks} timeZone={timeZone} />
        </div>
      )}
      <VisuallyHidden live testId={testIds.funnel.trendLive}>
        {said}
      </VisuallyHidden>
      {current && !menu && (
        <PanelTooltip
          x={current.x}
          y={current.y}
          title={bucketText(model, current.bucket, timeZone)}
          rows={describeBucket(model, series, current.bucket, decimals)}
          footer={model.marker && countedShort(model.marker)}
        />
      )}
      {menu && (
        <ActionMenu
          x={menu.x}
          y={menu.y}
          title={bucketText(model, menu.bucket, timeZone)}
          groups={trendActions(model, menu.bucket, { target, decimals, timeZone, onChangeTimeRange })}
          onClose={() => {
            menu.plot.focus();
            setMenu(undefined);
          }}
        />
      )}
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  const small = { fontSize: theme.typography.bodySmall.fontSize, color: theme.colors.text.secondary };
  return {
    chart: css({ position: 'relative', flex: 'none' }),
    plot: css({
      position: 'absolute',
      cursor: 'pointer',
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}` },
    }),
    share: css({
      ...small,
      position: 'absolute',
      left: 0,
      width: LEFT - 6,
      textAlign: 'right',
      transform: 'translateY(-50%)',
      fontVariantNumeric: 'tabular-nums',
    }),
    axis: css({ position: 'relative', flex: 'none' }),
    tick: css({ ...small, position: 'absolute', top: 2, transform: 'translateX(-50%)', whiteSpace: 'nowrap' }),
    cursor: css({ position: 'absolute', top: 0, bottom: 0, width: 1, pointerEvents: 'none' }),
  };
}
