import { useTheme2 } from '@grafana/ui';
import { useId, useMemo } from 'react';

import { textMeasure } from '../../components/measure';
import { neutralColor, nodeColors } from './colors';
import { columnHeads } from './heads';
import { FONT_SIZE, placeLabels } from './labels';
import { layoutOf } from './layout';
import { isEnd, type PathsModel } from './model';
import { type PathsOptions } from './options';

/** What `usePathsDrawing` gives. */
export type PathsGraphics = ReturnType<typeof usePathsDrawing>;

/** Everything that is drawn but does not change while the pointer or the cursor moves. */
export function usePathsDrawing(model: PathsModel, options: PathsOptions, width: number, height: number) {
  const theme = useTheme2();
  const { fontFamily } = theme.typography;
  const { colorBy, labelValue, decimals, stepWidth } = options;
  const measure = useMemo(() => textMeasure(FONT_SIZE, fontFamily), [fontFamily]);
  const layout = useMemo(() => layoutOf(model, width, height, stepWidth), [model, width, height, stepWidth]);
  const labels = useMemo(
    () => placeLabels(model, layout, { labelValue, decimals }, measure),
    [model, layout, labelValue, decimals, measure]
  );
  const heads = useMemo(() => columnHeads(model, layout, decimals, measure), [model, layout, decimals, measure]);
  const colors = useMemo(() => nodeColors(model, colorBy, theme), [model, colorBy, theme]);
  const linkColors = useMemo(() => {
    const neutral = neutralColor(theme);
    return model.links.map(({ source, target }) =>
      isEnd(model.nodes[source]) || isEnd(model.nodes[target]) ? neutral : colors[model.before ? target : source]
    );
  }, [model, colors, theme]);
  // What the references of SVG do not take is left out.
  const id = `paths${useId().replace(/\W/g, '')}`;
  return { id, layout, labels, heads, colors, linkColors, measure, opacity: theme.isDark ? 0.36 : 0.4 };
}
