import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';

/** Styles of the list of what goes with converting. */
export function getCorrelationStyles(theme: GrafanaTheme2) {
  const small = theme.typography.bodySmall.fontSize;
  return {
    rows: css({ listStyle: 'none', margin: 0, padding: 0 }),
    list: css({
      overflowY: 'auto',
      overflowX: 'hidden',
      scrollbarWidth: 'thin',
    }),
    ends: css({
      display: 'grid',
      gridTemplateColumns: '0 minmax(0, 1fr) 84px',
      gap: theme.spacing(0, 1),
      flex: 'none',
      fontSize: small,
      color: theme.colors.text.secondary,
      padding: theme.spacing(0, 0.5),
    }),
    scale: css({
      display: 'flex',
      justifyContent: 'space-between',
      '& > *': { flex: 1 },
      '& > :nth-child(2)': { textAlign: 'center' },
      '& > :last-child': { textAlign: 'right' },
    }),
    side: css({
      fontSize: small,
      color: theme.colors.text.secondary,
      padding: theme.spacing(0.75, 0.5, 0.25),
      borderTop: `1px solid ${theme.colors.border.weak}`,
    }),
    why: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(0.5),
      width: '100%',
      border: 0,
      background: 'none',
      textAlign: 'left',
      '&:is(button):hover': { color: theme.colors.text.primary },
      '&:is(button):focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: -2 },
    }),
    none: css({ padding: theme.spacing(1, 0.5), color: theme.colors.text.secondary, fontSize: small }),
    quiet: css({ '&&': { gridTemplateColumns: 'minmax(0, 1fr)' } }),
    row: css({
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 1fr) 84px',
      gap: theme.spacing(0.25, 1),
      padding: theme.spacing(0.5),
      fontSize: small,
      alignItems: 'center',
      contentVisibility: 'auto',
      containIntrinsicSize: 'auto 42px',
    }),
    wide: css({ '&&': { gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr) 84px' } }),
    words: css({ display: 'flex', flexDirection: 'column', minWidth: 0 }),
    figures: css({ color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
    wholeLine: css({ gridColumn: '1 / -1' }),
    name: css({ fontWeight: theme.typography.fontWeightMedium }),
    track: css({ position: 'relative', height: 18, minWidth: 0 }),
    middle: css({
      position: 'absolute',
      left: '50%',
      top: 0,
      bottom: 0,
      width: 1,
      background: theme.colors.border.strong,
    }),
    bar: css({ position: 'absolute', top: 4, height: 10 }),
    whisker: css({ position: 'absolute', top: 8.5, height: 1.5, background: theme.colors.text.maxContrast }),
    odds: css({ textAlign: 'right', fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }),
  };
}
