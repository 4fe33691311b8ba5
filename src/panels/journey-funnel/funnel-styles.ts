import { css } from '@emotion/css';
import { colorManipulator, type GrafanaTheme2 } from '@grafana/data';

/** Colours of the parts of a funnel. Texture and text say the same. */
export function funnelColors(theme: GrafanaTheme2) {
  const reached = theme.visualization.getColorByName(theme.isDark ? 'blue' : 'semi-dark-blue');
  const worst = theme.visualization.getColorByName(theme.isDark ? 'orange' : 'dark-orange');
  return {
    reached,
    worst,
    connector: colorManipulator.alpha(reached, theme.isDark ? 0.2 : 0.16),
    worstConnector: colorManipulator.alpha(worst, theme.isDark ? 0.26 : 0.22),
    dropped: colorManipulator.alpha(theme.colors.text.maxContrast, 0.06),
    worstDropped: colorManipulator.alpha(worst, 0.12),
    outline: theme.colors.border.strong,
    earlier: theme.colors.text.primary,
  };
}

/** Diagonal stripes: what is pending. */
export function stripes(color: string): string {
  return `repeating-linear-gradient(135deg, ${color} 0 2px, transparent 2px 6px)`;
}

export function getFunnelStyles(theme: GrafanaTheme2) {
  const colors = funnelColors(theme);
  const small = theme.typography.bodySmall.fontSize;
  return {
    root: css({ display: 'flex', flexDirection: 'column', overflow: 'hidden', position: 'relative' }),
    summary: css({
      display: 'flex',
      flexWrap: 'wrap',
      justifyContent: 'space-between',
      columnGap: theme.spacing(2),
      overflow: 'hidden',
      flex: 'none',
      fontSize: small,
      color: theme.colors.text.secondary,
      paddingBottom: theme.spacing(0.5),
    }),
    key: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0, 1.5) }),
    keyItem: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.5), whiteSpace: 'nowrap' }),
    swatch: css({ width: 12, height: 10, borderRadius: theme.shape.radius.sm }),
    steps: css({ listStyle: 'none', margin: 0, padding: 0 }),
    step: css({
      display: 'block',
      width: '100%',
      padding: 0,
      border: 0,
      background: 'none',
      color: theme.colors.text.primary,
      textAlign: 'left',
      borderRadius: theme.shape.radius.default,
      cursor: 'pointer',
      '&:hover': { background: theme.colors.action.hover },
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}`, outlineOffset: -2 },
    }),
    name: css({
      display: 'flex',
      alignItems: 'baseline',
      gap: theme.spacing(0.75),
      minWidth: 0,
      fontSize: small,
      fontWeight: theme.typography.fontWeightMedium,
    }),
    number: css({ color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums', flex: 'none' }),
    kind: css({
      flex: 'none',
      padding: theme.spacing(0, 0.5),
      border: `1px solid ${theme.colors.border.medium}`,
      borderRadius: theme.shape.radius.default,
      color: theme.colors.text.secondary,
      fontWeight: theme.typography.fontWeightRegular,
      lineHeight: '14px',
    }),
    cut: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', minWidth: 0 }),
    large: css({
      fontSize: theme.typography.h4.fontSize,
      lineHeight: 1.25,
      fontWeight: theme.typography.fontWeightMedium,
      fontVariantNumeric: 'tabular-nums',
      whiteSpace: 'nowrap',
    }),
    small: css({
      fontSize: small,
      color: theme.colors.text.secondary,
      fontVariantNumeric: 'tabular-nums',
      whiteSpace: 'nowrap',
      overflow: 'hidden',
      textOverflow: 'ellipsis',
    }),
    significant: css({ color: theme.colors.text.primary, fontWeight: theme.typography.fontWeightMedium }),
    worst: css({ color: theme.colors.warning.text, fontWeight: theme.typography.fontWeightMedium }),
    tag: css({
      display: 'inline-block',
      padding: theme.spacing(0, 0.75),
      borderRadius: theme.shape.radius.pill,
      background: colors.worstDropped,
      color: theme.colors.warning.text,
      fontSize: small,
      fontWeight: theme.typography.fontWeightMedium,
      lineHeight: '18px',
      whiteSpace: 'nowrap',
    }),
  };
}
