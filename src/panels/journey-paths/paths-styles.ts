import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';

import { FONT_SIZE } from './labels';

export function getPathsStyles(theme: GrafanaTheme2) {
  const small = theme.typography.bodySmall.fontSize;
  const halo = {
    paintOrder: 'stroke',
    stroke: theme.colors.background.primary,
    strokeWidth: 3.5,
    strokeOpacity: 0.9,
    strokeLinejoin: 'round',
  } as const;
  const fade = (color: string, to: 'left' | 'right') =>
    css({
      position: 'absolute',
      top: 0,
      bottom: 0,
      [to]: 0,
      width: 28,
      pointerEvents: 'none',
      background: `linear-gradient(to ${to}, transparent, ${color})`,
    });
  return {
    root: css({ display: 'flex', flexDirection: 'column', overflow: 'hidden', position: 'relative' }),
    summary: css({
      display: 'flex',
      flexWrap: 'wrap',
      justifyContent: 'space-between',
      alignItems: 'flex-start',
      alignContent: 'flex-start',
      columnGap: theme.spacing(2),
      overflow: 'hidden',
      flex: 'none',
      fontSize: small,
      lineHeight: '18px',
      color: theme.colors.text.secondary,
      paddingBottom: theme.spacing(0.5),
    }),
    oneLine: css({ flexWrap: 'nowrap' }),
    cut: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', minWidth: 0 }),
    key: css({ display: 'flex', flex: 'none', gap: theme.spacing(0, 1.5) }),
    keyItem: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.5), whiteSpace: 'nowrap' }),
    frame: css({ position: 'relative', flex: 'none' }),
    scroll: css({ overflowX: 'auto', overflowY: 'hidden', scrollbarWidth: 'thin' }),
    fadeLeft: fade(theme.colors.background.primary, 'left'),
    fadeRight: fade(theme.colors.background.primary, 'right'),
    layer: css({ position: 'absolute', inset: 0, display: 'block', overflow: 'hidden' }),
    plot: css({
      position: 'relative',
      fontSize: FONT_SIZE,
      fontFamily: theme.typography.fontFamily,
      userSelect: 'none',
      '& [data-faded]': {
        willChange: 'opacity',
        '@media (prefers-reduced-motion: no-preference)': { transition: 'opacity 120ms ease-out' },
      },
      '&[data-lit="true"] [data-faded]': { opacity: 0.22 },
      '&[data-lit="true"] [data-labels]': { visibility: 'hidden' },
      '&[data-lit="true"]': { cursor: 'pointer' },
    }),
    links: css({ fill: 'none', pointerEvents: 'none' }),
    head: css({ fill: theme.colors.text.primary, fontWeight: theme.typography.fontWeightMedium }),
    headFigures: css({ fill: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
    headLine: css({ stroke: theme.colors.border.weak, strokeWidth: 1 }),
    label: css({ fill: theme.colors.text.primary, pointerEvents: 'none', ...halo }),
    secondary: css({ fill: theme.colors.text.primary, fillOpacity: 0.82, fontVariantNumeric: 'tabular-nums' }),
    button: css({
      fill: 'transparent',
      outline: 'none',
      pointerEvents: 'none',
      '&:focus-visible rect': { stroke: theme.colors.primary.border, strokeWidth: 2 },
    }),
    linkFocus: css({ outline: 'none' }),
  };
}
