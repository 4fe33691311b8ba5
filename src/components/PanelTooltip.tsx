import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Portal, useStyles2 } from '@grafana/ui';
import React, { useLayoutEffect, useRef, useState } from 'react';

import { testIds } from './test-ids';

/** A line of a tooltip: what, and how much. */
export interface TooltipRow {
  label: string;
  value: React.ReactNode;
  /** The value the mark stands for. */
  strong?: boolean;
}

interface Props {
  /** Where the pointer or the mark is, in the window. */
  x: number;
  y: number;
  title: React.ReactNode;
  subtitle?: React.ReactNode;
  /** Colour of the mark, shown beside the title. */
  color?: string;
  rows: TooltipRow[];
  footer?: React.ReactNode;
}

const OFFSET = 14;
const MARGIN = 8;

/** The tooltip of a mark: value, sample size, comparison. Drawn above all panels, kept inside the window. */
export function PanelTooltip({ x, y, title, subtitle, color, rows, footer }: Props) {
  const styles = useStyles2(getStyles);
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });

  useLayoutEffect(() => {
    const rect = box.current?.getBoundingClientRect();
    if (rect && (rect.width !== size.width || rect.height !== size.height)) {
      setSize({ width: rect.width, height: rect.height });
    }
  }, [size, title, subtitle, rows, footer]);

  const left = placeBeside(x, size.width, window.innerWidth);
  const top = placeBeside(y, size.height, window.innerHeight);
  return (
    <Portal>
      <div
        ref={box}
        className={styles.box}
        style={{ left, top, visibility: size.width > 0 || size.height > 0 ? 'visible' : undefined }}
        data-testid={testIds.tooltip}
        role="tooltip"
      >
        <div className={styles.head}>
          {color && <span className={styles.swatch} style={{ background: color }} />}
          <div>
            <div className={styles.title}>{title}</div>
            {subtitle && <div className={styles.subtitle}>{subtitle}</div>}
          </div>
        </div>
        {rows.length > 0 && (
          <dl className={styles.rows}>
            {rows.map((row) => (
              <div key={row.label} className={row.strong ? styles.strong : styles.row}>
                <dt>{row.label}</dt>
                <dd>{row.value}</dd>
              </div>
            ))}
          </dl>
        )}
        {footer && <div className={styles.footer}>{footer}</div>}
      </div>
    </Portal>
  );
}

/** Beside the point where there is room, on the side that has more of it otherwise, never outside the window. */
export function placeBeside(point: number, size: number, available: number): number {
  const after = point + OFFSET;
  if (after + size + MARGIN <= available) {
    return after;
  }
  const before = point - OFFSET - size;
  return before >= MARGIN ? before : Math.max(MARGIN, available - size - MARGIN);
}

function getStyles(theme: GrafanaTheme2) {
  const row = { display: 'flex', justifyContent: 'space-between', gap: theme.spacing(2) };
  return {
    box: css({
      position: 'fixed',
      zIndex: theme.zIndex.tooltip,
      pointerEvents: 'none',
      maxWidth: 'min(400px, calc(100vw - 16px))',
      minWidth: 180,
      background: theme.colors.background.elevated,
      color: theme.colors.text.primary,
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      boxShadow: theme.shadows.z2,
      fontSize: theme.typography.bodySmall.fontSize,
      lineHeight: theme.typography.bodySmall.lineHeight,
      overflowWrap: 'anywhere',
    }),
    head: css({ display: 'flex', gap: theme.spacing(1), padding: theme.spacing(1) }),
    swatch: css({
      flex: 'none',
      width: 12,
      height: 12,
      marginTop: 3,
      borderRadius: theme.shape.radius.sm,
      border: `1px solid ${theme.colors.border.medium}`,
    }),
    title: css({ fontWeight: theme.typography.fontWeightMedium }),
    subtitle: css({ color: theme.colors.text.secondary }),
    rows: css({
      margin: 0,
      padding: theme.spacing(1),
      borderTop: `1px solid ${theme.colors.border.weak}`,
      dt: { color: theme.colors.text.secondary, fontWeight: 'inherit' },
      dd: { margin: 0, textAlign: 'right', fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' },
    }),
    row: css(row),
    strong: css({ ...row, fontWeight: theme.typography.fontWeightMedium, dt: { color: theme.colors.text.primary } }),
    footer: css({
      padding: theme.spacing(0.75, 1),
      borderTop: `1px solid ${theme.colors.border.weak}`,
      color: theme.colors.text.secondary,
    }),
  };
}
