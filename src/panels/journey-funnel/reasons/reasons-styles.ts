import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';

/** Styles of the list of reasons and of its rows. */
export function getReasonsStyles(theme: GrafanaTheme2) {
  const small = theme.typography.bodySmall.fontSize;
  return {
    root: css({ minWidth: 0, flex: 'none' }),
    head: css({
      display: 'flex',
      alignItems: 'center',
      justifyContent: 'space-between',
      gap: theme.spacing(1),
      padding: theme.spacing(0, 0.5),
    }),
    title: css({ fontWeight: theme.typography.fontWeightMedium, whiteSpace: 'nowrap' }),
    list: css({
      listStyle: 'none',
      margin: 0,
      padding: 0,
      overflowY: 'auto',
      overflowX: 'hidden',
      scrollbarWidth: 'thin',
    }),
    none: css({ color: theme.colors.text.secondary, padding: theme.spacing(1, 0.5) }),
    step: css({
      display: 'flex',
      gap: theme.spacing(0.75),
      padding: theme.spacing(0.75, 0.5, 0.25),
      fontSize: small,
      color: theme.colors.text.secondary,
      borderTop: `1px solid ${theme.colors.border.weak}`,
    }),
    count: css({ marginLeft: 'auto', whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
    row: css({
      display: 'grid',
      gridTemplateColumns: 'auto minmax(0, 1fr) auto',
      columnGap: theme.spacing(0.75),
      width: '100%',
      padding: theme.spacing(0.5),
      border: 0,
      background: 'none',
      color: theme.colors.text.primary,
      textAlign: 'left',
      fontSize: small,
      borderRadius: theme.shape.radius.default,
      contentVisibility: 'auto',
      containIntrinsicSize: 'auto 44px',
      '&:hover': { background: theme.colors.action.hover },
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}`, outlineOffset: -2 },
    }),
    swatch: css({ width: 12, height: 12, marginTop: 3, borderRadius: theme.shape.radius.sm }),
    said: css({ gridColumn: '2 / -1', color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
    // How it ended stays readable: on a line of its own where both do not fit into one.
    name: css({
      display: 'flex',
      flexWrap: 'wrap',
      columnGap: '0.3em',
      minWidth: 0,
      fontWeight: theme.typography.fontWeightMedium,
      '& > *': { maxWidth: '100%' },
    }),
    about: css({ color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
    telling: css({ color: theme.colors.text.primary, fontWeight: theme.typography.fontWeightMedium }),
    cut: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', minWidth: 0 }),
    // The same columns in every row, so that bars and numbers stand below each other.
    figures: css({
      display: 'grid',
      gridTemplateColumns: '44px 48px',
      alignItems: 'center',
      alignSelf: 'start',
      justifyItems: 'end',
      gap: theme.spacing(0.75),
      whiteSpace: 'nowrap',
      fontVariantNumeric: 'tabular-nums',
    }),
    withTrack: css({ '&&': { gridTemplateColumns: '72px 44px 48px' } }),
    track: css({ position: 'relative', width: 72, height: 8, background: theme.colors.action.hover }),
    share: css({ position: 'absolute', inset: '0 auto 0 0', display: 'block' }),
    control: css({
      position: 'absolute',
      top: -2,
      bottom: -2,
      width: 2,
      background: theme.colors.text.maxContrast,
    }),
  };
}
