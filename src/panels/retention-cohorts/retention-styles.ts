import { css } from '@emotion/css';
import { colorManipulator, type GrafanaTheme2 } from '@grafana/data';

import { HEADER_HEIGHT } from './layout';

/** Diagonal stripes over a cell whose time is not over; faint, since numbers are written over them. */
export function hatching(color: string): string {
  const stripe = colorManipulator.alpha(color, 0.28);
  return `repeating-linear-gradient(135deg, ${stripe} 0 1px, transparent 1px 7px)`;
}

export function getRetentionStyles(theme: GrafanaTheme2) {
  const background = theme.colors.background.primary;
  const small = theme.typography.bodySmall.fontSize;
  const cut = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;
  const focus = {
    outline: `2px solid ${theme.colors.text.maxContrast}`,
    outlineOffset: -2,
    zIndex: 1,
  };
  return {
    root: css({
      display: 'flex',
      flexDirection: 'column',
      overflow: 'hidden',
      fontSize: small,
      letterSpacing: 0,
      fontVariantNumeric: 'tabular-nums',
    }),
    summary: css({ ...cut, flex: 'none', color: theme.colors.text.secondary }),
    grid: css({ flex: '1 1 auto', minHeight: 0, overflow: 'auto', scrollbarWidth: 'thin', position: 'relative' }),
    row: css({ display: 'flex' }),
    head: css({ position: 'sticky', top: 0, zIndex: 4, background, color: theme.colors.text.secondary }),
    meanTop: css({ position: 'sticky', top: HEADER_HEIGHT, zIndex: 3, background }),
    meanBottom: css({ position: 'sticky', bottom: 0, zIndex: 3, background }),
    fixed: css({ position: 'sticky', zIndex: 2, background, flex: 'none', display: 'flex', alignItems: 'center' }),
    name: css({
      left: 0,
      paddingRight: 8,
      cursor: 'pointer',
      '&:hover': { color: theme.colors.text.maxContrast },
      '&:focus-visible': focus,
    }),
    cut: css(cut),
    size: css({ justifyContent: 'flex-end', paddingRight: 8, gap: 6 }),
    track: css({ flex: 1, display: 'flex', height: 8 }),
    bar: css({ height: '100%', borderRadius: theme.shape.radius.sm, background: theme.colors.text.disabled }),
    column: css({
      flex: 'none',
      display: 'flex',
      alignItems: 'center',
      justifyContent: 'center',
      whiteSpace: 'nowrap',
      overflow: 'visible',
    }),
    cell: css({
      flex: 'none',
      position: 'relative',
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'center',
      justifyContent: 'center',
      border: `0 solid ${background}`,
      borderWidth: '0 1px 1px 0',
      backgroundClip: 'padding-box',
      whiteSpace: 'nowrap',
      overflow: 'hidden',
      lineHeight: 1.2,
      cursor: 'pointer',
      '&:hover': { boxShadow: `inset 0 0 0 2px ${theme.colors.text.maxContrast}` },
      '&:focus-visible': focus,
    }),
    empty: css({ background: theme.colors.background.secondary, opacity: 0.6 }),
    mean: css({ fontWeight: theme.typography.fontWeightMedium }),
    change: css({ fontSize: 10, opacity: 0.95 }),
    curve: css({ position: 'relative', flex: '1 1 auto', minHeight: 0 }),
    point: css({
      position: 'absolute',
      padding: 0,
      border: 0,
      background: 'none',
      cursor: 'pointer',
      borderRadius: theme.shape.radius.sm,
      '&:hover': { background: theme.colors.action.hover },
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}`, outlineOffset: -2 },
    }),
    key: css({
      display: 'flex',
      flexWrap: 'wrap',
      gap: theme.spacing(0, 1.5),
      color: theme.colors.text.secondary,
      flex: 'none',
    }),
    keyItem: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.5), whiteSpace: 'nowrap' }),
  };
}
