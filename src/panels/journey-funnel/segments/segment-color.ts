import { type GrafanaTheme2 } from '@grafana/data';

/** Colour of a segment by its place; what is summed to `{other}` is grey. Names stand beside colours, which begin anew after the last. */
export function segmentColor(index: number, other: boolean, theme: GrafanaTheme2): string {
  const { palette } = theme.visualization;
  return other ? theme.colors.text.disabled : theme.visualization.getColorByName(palette[index % palette.length]);
}
