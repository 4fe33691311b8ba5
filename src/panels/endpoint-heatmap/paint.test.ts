import { createTheme } from '@grafana/data';

import { colorScale } from '../../components/color-scale';
import { heatmapFrame, heatmapMarker } from '../../test-utils/frames';
import { layoutOf } from './layout';
import { heatmapModel } from './model';
import { paint, type PaintInput, type Surface } from './paint';

interface Mark {
  kind: 'rect' | 'hatch' | 'outline' | 'text';
  x: number;
  y: number;
  detail?: string;
}

function recorded(input: PaintInput, scrollTop = 0): Mark[] {
  const marks: Mark[] = [];
  const surface: Surface = {
    clear: () => (marks.length = 0),
    rect: (x, y, _w, _h, color) => marks.push({ kind: 'rect', x, y, detail: color }),
    hatch: (x, y) => marks.push({ kind: 'hatch', x, y }),
    outline: (x, y) => marks.push({ kind: 'outline', x, y }),
    text: (text, x, y) => marks.push({ kind: 'text', x, y, detail: text }),
  };
  paint(surface, input, scrollTop);
  return marks;
}

function inputOf(
  cells: Parameters<typeof heatmapFrame>[0],
  changes: Partial<PaintInput> = {},
  metric: 'requests' | 'p95' = 'p95'
) {
  const result = heatmapModel([heatmapFrame(cells, heatmapMarker({ metric }))]);
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  const { model } = result;
  const order = model.rows.map((_, i) => i);
  const size = { rows: order.length, columns: 4, labelWidth: 0, rowHeight: 20, gap: 0, continuousRows: false };
  const layout = layoutOf({ width: 400, height: 40, ...size });
  const scale = colorScale({ ramp: 'blue', mode: 'linear', values: model.values }, createTheme());
  return { model, order, layout, scale, minSamples: 0, lowSamples: 'hatch' as const, ...changes };
}

const format = (v: number | null | undefined) => String(v);
const values = (glyph: number): PaintInput['values'] => ({
  format,
  measure: (text) => text.length * glyph,
  colorOn: () => 'white',
});

describe('paint', () => {
  it('draws each cell with a value once, in its colour and place', () => {
    const input = inputOf([
      [0, 0, 10],
      [1, 3, 20],
    ]);
    expect(recorded(input)).toEqual([
      { kind: 'rect', x: 0, y: 0, detail: input.scale.colorOf(10) },
      { kind: 'rect', x: 300, y: 20, detail: input.scale.colorOf(20) },
    ]);
  });

  it('leaves cells without a value empty', () => {
    expect(recorded(inputOf([[0, 0, 10]]))).toHaveLength(1);
  });

  it('draws the zeros of counts', () => {
    expect(recorded(inputOf([[0, 0, 10]], {}, 'requests'))).toHaveLength(8);
  });

  it('hatches a cell whose value was withheld', () => {
    expect(recorded(inputOf([[0, 1, null, 3]]))).toEqual([{ kind: 'hatch', x: 100, y: 0 }]);
  });

  it.each([
    ['hatch', ['hatch', 'rect']],
    ['hide', ['rect']],
    ['show', ['rect', 'rect']],
  ] as const)('with few requests behind it, it is as the option says: %s', (lowSamples, kinds) => {
    const input = inputOf(
      [
        [0, 0, 10, 4],
        [0, 1, 10, 5],
      ],
      { minSamples: 5, lowSamples }
    );
    expect(recorded(input).map((m) => m.kind)).toEqual(kinds);
  });

  it('draws rows in the order given and skips those scrolled away', () => {
    const input = inputOf([
      [0, 0, 1],
      [1, 0, 2],
    ]);
    const reversed = { ...input, order: [1, 0] };
    expect(recorded(reversed)[0].detail).toBe(input.scale.colorOf(2));
    const low = { ...reversed, layout: { ...input.layout, viewHeight: 20 } };
    expect(recorded(low, 20)).toEqual([{ kind: 'rect', x: 0, y: 0, detail: input.scale.colorOf(1) }]);
  });

  it('compares with the highest of the row when told to', () => {
    const input = inputOf([
      [0, 0, 1],
      [1, 0, 2],
    ]);
    const scale = colorScale({ ramp: 'blue', mode: 'linear', values: [0, 1] }, createTheme());
    const marks = recorded({ ...input, scale, rowMaxima: Float64Array.from([2, 2]) });
    expect(marks.map((m) => m.detail)).toEqual([scale.colorOf(0.5), scale.colorOf(1)]);
  });

  it('writes values when all of them fit', () => {
    expect(recorded(inputOf([[0, 0, 10]], { values: values(7) }))).toContainEqual({
      kind: 'text',
      x: 50,
      y: 10,
      detail: '10',
    });
  });

  it('writes none when one does not fit', () => {
    const input = inputOf(
      [
        [0, 0, 1],
        [0, 1, 123456789],
      ],
      { values: values(12) }
    );
    expect(recorded(input).filter((m) => m.kind === 'text')).toEqual([]);
  });
});
