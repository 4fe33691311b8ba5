import { FieldType, toDataFrame } from '@grafana/data';

import { frameOf, heatmapFrame, heatmapMarker, HOUR, number, START, text, time } from '../../test-utils/frames';
import { type HeatmapModel } from './matrix';
import { heatmapModel } from './model';

function modelOf(...args: Parameters<typeof heatmapModel>): HeatmapModel {
  const result = heatmapModel(...args);
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  return result.model;
}

const rowsOf = (model: HeatmapModel) =>
  model.rows.map((_, r) => Array.from(model.values.slice(r * model.columns.length, (r + 1) * model.columns.length)));

describe('heatmapModel on frames of Apitrail', () => {
  it('takes rows and columns from the marker, also those without a cell', () => {
    const model = modelOf([heatmapFrame([[1, 2, 7]])]);
    expect(model.rows.map((r) => r.label)).toEqual(['shop GET /products', 'shop POST /orders']);
    expect(model.columns.map((c) => c.value)).toEqual([0, 1, 2, 3].map((h) => START + h * HOUR));
    expect(model.rows[1].keys).toEqual({ service: 'shop', method: 'POST', route: '/orders' });
  });

  it('reads an absent cell of a count as 0', () => {
    expect(rowsOf(modelOf([heatmapFrame([[0, 0, 5]])]))).toEqual([
      [5, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it.each(['p95', 'error_rate', 'apdex'] as const)('reads an absent cell of %s as no value', (metric) => {
    const model = modelOf([heatmapFrame([[0, 0, 5]], heatmapMarker({ metric }))]);
    expect(rowsOf(model)[0]).toEqual([5, NaN, NaN, NaN]);
  });

  it('keeps the sample size of a cell whose value is withheld', () => {
    const model = modelOf([heatmapFrame([[0, 1, null, 3]], heatmapMarker({ metric: 'p95' }))]);
    expect(model.values[1]).toBeNaN();
    expect(model.n?.[1]).toBe(3);
  });

  it('ends the last column where the answer ends', () => {
    const model = modelOf([heatmapFrame([[0, 0, 1]], heatmapMarker({ to: START + 3.5 * HOUR }))]);
    expect(model.columns[3]).toMatchObject({ from: START + 3 * HOUR, to: START + 3.5 * HOUR });
    expect(model.columns[0].to).toBe(START + HOUR);
  });

  it('reads hours of the day and days of the week', () => {
    const marker = heatmapMarker({ x: 'hour_of_day', columns: [0, 1, 2] });
    const frame = frameOf([number('x', [2]), text('y', [marker.rows[0].label]), number('value', [4])], marker);
    const model = modelOf([frame]);
    expect(model.x.kind).toBe('hour_of_day');
    expect(rowsOf(model)[0]).toEqual([0, 0, 4]);
  });

  it('reads the bounds of latency buckets', () => {
    const marker = heatmapMarker({
      y: 'latency',
      rows: [
        { label: '0–10 ms', keys: {}, total: 4 },
        { label: '≥ 10 ms', keys: {}, total: 2 },
      ],
    });
    const frame = frameOf(
      [
        time('x', [START, START]),
        text('y', ['0–10 ms', '≥ 10 ms']),
        number('y_min', [0, 10]),
        number('y_max', [10, null]),
        number('value', [4, 2]),
      ],
      marker
    );
    expect(modelOf([frame]).rows.map((r) => r.bucket)).toEqual([
      { min: 0, max: 10 },
      { min: 10, max: undefined },
    ]);
  });

  it('prefers its own frame among others', () => {
    const other = frameOf([text('y', ['a']), text('x', ['b']), number('value', [1])]);
    expect(modelOf([other, heatmapFrame([[0, 0, 5]])]).marker?.metric).toBe('requests');
  });

  it('reads 4,000 cells and more', () => {
    const rows = Array.from({ length: 400 }, (_, i) => ({ label: `r${i}`, keys: { route: `r${i}` }, total: i }));
    const marker = heatmapMarker({ rows });
    const cells = rows.flatMap((_, r) => [0, 1, 2, 3].map((h): [number, number, number] => [r, h, r * 4 + h]));
    const model = modelOf([heatmapFrame(cells, marker)]);
    expect(model.values).toHaveLength(1600);
    expect(Array.from(model.values)).toEqual(cells.map(([, , v]) => v));
  });
});

describe('heatmapModel on frames of other data sources', () => {
  it('reads a long table of time, name and number, and fills the hours between', () => {
    const model = modelOf([
      toDataFrame({
        fields: [
          { name: 'ts', type: FieldType.time, values: [START, START + HOUR, START + 3 * HOUR] },
          { name: 'handler', type: FieldType.string, values: ['a', 'b', 'a'] },
          { name: 'duration', type: FieldType.number, values: [1, 2, 3] },
        ],
      }),
    ]);
    expect(model.columns).toHaveLength(4);
    expect(rowsOf(model)).toEqual([
      [1, NaN, NaN, 3],
      [NaN, 2, NaN, NaN],
    ]);
    expect(model.rows[0].keys).toEqual({ handler: 'a' });
  });

  it('finds columns by name before type', () => {
    const model = modelOf([
      frameOf([text('X', ['p', 'q']), text('Y', ['r', 'r']), number('n', [9, 9]), number('Value', [1, 2])]),
    ]);
    expect(rowsOf(model)).toEqual([[1, 2]]);
    expect(model.n && Array.from(model.n)).toEqual([9, 9]);
  });

  it('joins several columns of text to a name', () => {
    const model = modelOf([
      frameOf([
        time('time', [START, START]),
        text('verb', ['GET', 'PUT']),
        text('url', ['/a', '/a']),
        number('count', [1, 2]),
      ]),
    ]);
    expect(model.rows.map((r) => r.label)).toEqual(['GET /a', 'PUT /a']);
    expect(model.rows[1].keys).toEqual({ verb: 'PUT', url: '/a' });
  });

  it('draws text across when there is no time', () => {
    const model = modelOf([
      frameOf([text('route', ['/a', '/a']), text('class', ['2xx', '5xx']), number('requests', [10, 1])]),
    ]);
    expect(model.x).toMatchObject({ kind: 'category', key: 'class' });
    expect(model.columns.map((c) => c.value)).toEqual(['2xx', '5xx']);
  });

  it('takes each of several time series as a row', () => {
    const series = ['a', 'b'].map((route, i) =>
      frameOf([time('time', [START, START + HOUR]), { ...number('value', [i, i + 1]), labels: { route } }])
    );
    const model = modelOf(series);
    expect(model.rows.map((r) => r.keys)).toEqual([{ route: 'a' }, { route: 'b' }]);
    expect(rowsOf(model)).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it('does not fill in columns between uneven times', () => {
    const model = modelOf([
      frameOf([time('time', [START, START + 7, START + HOUR]), text('y', ['a', 'a', 'a']), number('value', [1, 2, 3])]),
    ]);
    expect(model.columns.map((c) => c.to)).toEqual([START + 7, START + 14, START + HOUR + 7]);
  });

  it.each([
    ['nothing', [], 'no rows'],
    ['a log', [frameOf([text('y', ['a']), text('x', ['b'])])], 'no column of numbers'],
    ['a number alone', [frameOf([number('value', [1])])], 'no column that names the rows'],
    ['names and numbers', [frameOf([text('y', ['a']), number('value', [1])])], 'no column to draw across'],
  ])('says what is missing of %s', (_, frames, message) => {
    expect(heatmapModel(frames)).toEqual({ missing: expect.stringContaining(message) });
  });
});
