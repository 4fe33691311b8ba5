import { createTheme, type DataFrame, FieldColorModeId, FieldType } from '@grafana/data';
import { earlierBy } from '@apitrail/contract';

/** Names of the classic palette's colours in their order, which are those of both themes. */
const { palette } = createTheme().visualization;

/** How a series of an earlier time is drawn, whatever the panel draws the others as: a line, added to nothing. */
const GHOST = { drawStyle: 'line', stacking: { mode: 'none', group: 'A' } };

/**
 * Series of an earlier time as ghosts of those they belong to: dashed lines, as the companion says, that are not stacked
 * upon the present, each in the colour that the classic palette gives its own series. Grafana would give each a further
 * colour, and nobody could tell which two belong together. Overrides of a panel win over all of it.
 */
export function withGhosts<T extends DataFrame>(frames: T[]): T[] {
  if (!frames.some(isGhost)) {
    return frames;
  }
  const positions = seriesPositions(frames);
  const next = new Map<string | undefined, number>();
  return frames.map((frame) => {
    const by = earlierBy(frame.meta?.custom);
    if (by === undefined) {
      return frame;
    }
    const own = positions.get(frame.refId) ?? [];
    const fields = frame.fields.map((field) => {
      if (field.type !== FieldType.number) {
        return field;
      }
      const nth = next.get(frame.refId) ?? 0;
      next.set(frame.refId, nth + 1);
      const position = own[nth];
      const color =
        position === undefined
          ? {}
          : { color: { mode: FieldColorModeId.Fixed, fixedColor: palette[position % palette.length] } };
      return { ...field, config: { ...color, ...field.config, custom: { ...GHOST, ...field.config.custom } } };
    });
    return { ...frame, fields };
  });
}

function isGhost(frame: DataFrame): boolean {
  return earlierBy(frame.meta?.custom) !== undefined && frame.meta?.type?.startsWith('timeseries') === true;
}

/** Which colours of the palette the series of each query of the present get, in their order. */
function seriesPositions(frames: DataFrame[]): Map<string | undefined, number[]> {
  const positions = new Map<string | undefined, number[]>();
  let position = 0;
  for (const frame of frames) {
    if (earlierBy(frame.meta?.custom) !== undefined) {
      continue;
    }
    for (const field of frame.fields) {
      if (field.type === FieldType.number) {
        positions.set(frame.refId, [...(positions.get(frame.refId) ?? []), position++]);
      }
    }
  }
  return positions;
}
