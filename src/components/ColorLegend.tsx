import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { type ColorScale } from './color-scale';
import { type NumberFormat } from './format';
import { type MeasureText } from './measure';
import { testIds } from './test-ids';

/** Height of the legend in pixels. */
export const LEGEND_HEIGHT = 34;

interface Props {
  scale: ColorScale;
  format: NumberFormat;
  title: string;
  width: number;
  measure: MeasureText;
  /** The value under the pointer, marked on the scale. */
  marked?: number;
  /** Text for what is hatched, when anything is. */
  hatched?: string;
  /** Text for what has only a dashed frame, when anything has. */
  outlined?: string;
  /** What the beginning and the end of the scale are called. */
  ends?: readonly [string, string];
}

const MOST_WIDTH = 340;
const GAP = 10;
const SWATCH_ROOM = 30;

/** The colour scale: which colour stands for how much, with a mark for the value under the pointer. */
export function ColorLegend({ scale, format, title, width, measure, marked, hatched, outlined, ends }: Props) {
  const styles = useStyles2(getStyles);
  const titleWidth = Math.min(measure(title), width * 0.35);
  const beside = [hatched, outlined].reduce((sum, text) => sum + (text ? measure(text) + SWATCH_ROOM : 0), 0);
  const named = (ends ?? []).reduce((sum, text) => sum + measure(text) + GAP, 0);
  const barWidth = Math.max(ends ? 56 : 80, Math.min(MOST_WIDTH, width - titleWidth - 40 - named - beside));
  const ticks = fitting(scale, format, barWidth, measure);
  return (
    <div className={styles.legend} data-testid={testIds.colorLegend} aria-hidden>
      <span className={styles.title} style={{ maxWidth: titleWidth + 4 }} title={title}>
        {title}
      </span>
      {ends && <span className={styles.end}>{ends[0]}</span>}
      <div className={styles.scale} style={{ width: barWidth }}>
        <div className={styles.bar} style={{ background: scale.gradient }} />
        {marked !== undefined && Number.isFinite(marked) && (
          <div
            className={styles.marker}
            style={{ left: scale.positionOf(marked) * barWidth }}
            data-testid={testIds.colorLegendMarker}
          />
        )}
        {ticks.map((tick) => (
          <span key={tick.value} className={styles.tick} style={{ left: tick.left, width: tick.width }}>
            {tick.text}
          </span>
        ))}
      </div>
      {ends && <span className={styles.end}>{ends[1]}</span>}
      {hatched && (
        <span className={styles.hatched}>
          <span className={styles.swatch} />
          {hatched}
        </span>
      )}
      {outlined && (
        <span className={styles.hatched}>
          <span className={styles.frame} />
          {outlined}
        </span>
      )}
    </div>
  );
}

/** The ticks whose text has room: the ends first, then the others from left to right. */
export function fitting(
  scale: ColorScale,
  format: NumberFormat,
  width: number,
  measure: MeasureText
): Array<{ value: number; text: string; left: number; width: number }> {
  const ordered = [...scale.ticks].sort((a, b) => a.position - b.position);
  const candidates = [ordered[0], ordered[ordered.length - 1], ...ordered.slice(1, -1)].filter((t) => t !== undefined);
  const placed: Array<{ value: number; text: string; left: number; width: number }> = [];
  for (const tick of candidates) {
    const text = format(tick.value);
    const size = Math.ceil(measure(text)) + 2;
    const left = Math.min(width - size, Math.max(0, tick.position * width - size / 2));
    const free = placed.every((p) => left > p.left + p.width + GAP || left + size + GAP < p.left);
    if (free && !placed.some((p) => p.text === text)) {
      placed.push({ value: tick.value, text, left, width: size });
    }
  }
  return placed;
}

function getStyles(theme: GrafanaTheme2) {
  const stripe = theme.colors.text.disabled;
  return {
    legend: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      height: LEGEND_HEIGHT,
      fontSize: theme.typography.bodySmall.fontSize,
      color: theme.colors.text.secondary,
      letterSpacing: 0,
      overflow: 'hidden',
    }),
    title: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', flex: 'none' }),
    scale: css({ position: 'relative', height: 28, flex: 'none' }),
    bar: css({ height: 8, marginTop: 4, borderRadius: theme.shape.radius.sm }),
    marker: css({
      position: 'absolute',
      top: 1,
      width: 4,
      height: 14,
      marginLeft: -2,
      background: theme.colors.text.maxContrast,
      border: `1px solid ${theme.colors.background.primary}`,
      borderRadius: theme.shape.radius.sm,
    }),
    tick: css({
      position: 'absolute',
      top: 14,
      textAlign: 'center',
      whiteSpace: 'nowrap',
      lineHeight: '14px',
      fontVariantNumeric: 'tabular-nums',
    }),
    hatched: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.5), whiteSpace: 'nowrap' }),
    end: css({ flex: 'none', whiteSpace: 'nowrap' }),
    frame: css({ width: 14, height: 12, border: `1px dashed ${theme.colors.text.secondary}` }),
    swatch: css({
      width: 14,
      height: 12,
      borderRadius: theme.shape.radius.sm,
      border: `1px solid ${theme.colors.border.weak}`,
      background: `repeating-linear-gradient(135deg, ${stripe} 0 1px, transparent 1px 4px)`,
    }),
  };
}
