import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';

import { formatCount } from '../../../components/format';
import { testIds } from '../../../components/test-ids';
import { segmentColor } from './segment-color';

interface Props {
  segments: ReadonlyArray<{ label: string; other: boolean; values?: number }>;
  height: number;
  label: string;
  /** Which are not drawn, where they can be switched. */
  hidden?: ReadonlySet<string>;
  onToggle?: (label: string) => void;
}

/** Which colour is which value; where they can be switched, a button each. */
export function SegmentLegend({ segments, height, label, hidden, onToggle }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  return (
    <div
      className={styles.legend}
      style={{ height }}
      role="group"
      aria-label={label}
      tabIndex={onToggle ? undefined : 0}
      data-testid={testIds.funnel.legend}
    >
      {segments.map((segment, index) => {
        const body = (
          <>
            <span className={styles.swatch} style={{ background: segmentColor(index, segment.other, theme) }} />
            <span className={styles.text} title={segment.label}>
              {segment.label}
            </span>
            {segment.values !== undefined && ` (${formatCount(segment.values)})`}
          </>
        );
        return onToggle ? (
          <button
            key={segment.label}
            type="button"
            className={styles.item}
            aria-pressed={!hidden?.has(segment.label)}
            style={{ opacity: hidden?.has(segment.label) ? 0.6 : 1 }}
            onClick={() => onToggle(segment.label)}
          >
            {body}
          </button>
        ) : (
          <span key={segment.label} className={styles.item}>
            {body}
          </span>
        );
      })}
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    legend: css({
      display: 'flex',
      flex: 'none',
      alignItems: 'center',
      gap: theme.spacing(1.5),
      overflowX: 'auto',
      overflowY: 'hidden',
      scrollbarWidth: 'thin',
      fontSize: theme.typography.bodySmall.fontSize,
      color: theme.colors.text.primary,
    }),
    item: css({
      display: 'inline-flex',
      alignItems: 'center',
      gap: theme.spacing(0.5),
      padding: 0,
      border: 0,
      background: 'none',
      color: 'inherit',
      fontSize: 'inherit',
      whiteSpace: 'nowrap',
      '&[aria-pressed="false"]': { textDecoration: 'line-through' },
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}` },
    }),
    text: css({ maxWidth: 180, overflow: 'hidden', textOverflow: 'ellipsis' }),
    swatch: css({ width: 12, height: 10, borderRadius: theme.shape.radius.sm, flex: 'none' }),
  };
}
