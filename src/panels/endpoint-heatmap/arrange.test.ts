import { frameOf, heatmapFrame, heatmapMarker, number, text, time, START } from '../../test-utils/frames';
import { arrangeRows, rowAverage, rowMaxima, rowSum } from './arrange';
import { type HeatmapModel } from './matrix';
import { heatmapModel } from './model';

function modelOf(frame: ReturnType<typeof frameOf>): HeatmapModel {
  const result = heatmapModel([frame]);
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  return result.model;
}

const routes = (list: Array<[string, number]>, other = true) => [
  ...list.map(([route, total]) => ({ label: `GET ${route}`, keys: { method: 'GET', route }, total })),
  ...(other ? [{ label: '{other}', keys: {}, other: true, total: 999 }] : []),
];

describe('arrangeRows', () => {
  const rows = routes([
    ['/v2/b', 5],
    ['/v10/a', 9],
    ['/V1/c', 7],
  ]);
  const model = modelOf(heatmapFrame([[0, 0, 1]], heatmapMarker({ rows })));

  it.each([
    ['queried', [0, 1, 2, 3]],
    ['total', [1, 2, 0, 3]],
    ['alphabetical', [2, 1, 0, 3]],
    ['natural', [2, 0, 1, 3]],
  ] as const)('%s, the rest last', (order, expected) => {
    expect(arrangeRows(model, order, false, 10)).toEqual(expected);
  });

  it('keeps the rest last when reversed and beyond the limit', () => {
    expect(arrangeRows(model, 'queried', true, 2)).toEqual([2, 1, 3]);
  });

  it('draws the slowest bucket of latency on top', () => {
    const marker = heatmapMarker({
      y: 'latency',
      rows: routes(
        [
          ['a', 3],
          ['b', 2],
        ],
        false
      ),
    });
    const frame = frameOf(
      [
        time('x', [START, START]),
        text('y', ['GET a', 'GET b']),
        number('y_min', [0, 10]),
        number('y_max', [10, 20]),
        number('value', [1, 2]),
      ],
      marker
    );
    expect(arrangeRows(modelOf(frame), 'total', false, 1)).toEqual([1, 0]);
  });
});

describe('what rows amount to', () => {
  it('averages counts over all columns, empty ones too', () => {
    const model = modelOf(
      heatmapFrame([
        [0, 0, 6],
        [0, 1, 2],
      ])
    );
    expect(rowAverage(model, 0)).toBe(2);
    expect(rowSum(model, 0)).toBe(8);
  });

  it('weighs percentiles by the requests they rest on', () => {
    const model = modelOf(
      heatmapFrame(
        [
          [0, 0, 100, 30],
          [0, 1, 200, 10],
        ],
        heatmapMarker({ metric: 'p95' })
      )
    );
    expect(rowAverage(model, 0)).toBe(125);
  });

  it('averages ratios as the ratio of the sums', () => {
    const marker = heatmapMarker({ metric: 'error_rate' });
    const label = marker.rows[0].label;
    const model = modelOf(
      frameOf(
        [
          time('x', [START, START + 3_600_000]),
          text('y', [label, label]),
          number('value', [0.5, 0]),
          number('n', [2, 98]),
          number('numerator', [1, 0]),
          number('denominator', [2, 98]),
        ],
        marker
      )
    );
    expect(rowAverage(model, 0)).toBe(0.01);
  });

  it('has no average or highest value without values', () => {
    const model = modelOf(heatmapFrame([[0, 0, 5]], heatmapMarker({ metric: 'p95' })));
    expect(rowAverage(model, 1)).toBeNaN();
    expect(Array.from(rowMaxima(model))).toEqual([5, NaN]);
  });
});
