import type { HeatmapMarker } from '@apitrail/contract';
import { type LinkModel } from '@grafana/data';

import { type Action } from '../../components/actions';
import { frameOf, heatmapFrame, heatmapMarker, HOUR, number, START, text, time } from '../../test-utils/frames';
import { cellActions, type CellContext, rowActions } from './cell-actions';
import { type HeatmapModel } from './matrix';
import { heatmapModel } from './model';

function modelOf(frame: ReturnType<typeof frameOf>): HeatmapModel {
  const result = heatmapModel([frame]);
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  return result.model;
}

const context = (changes: Partial<CellContext> = {}): CellContext => ({
  target: { datasource: { uid: 'lake', type: 'apitrail-requests-datasource' }, filters: [] },
  range: { from: START, to: START + HOUR },
  onChangeTimeRange: jest.fn(),
  ...changes,
});

const found = (groups: Array<Array<Action | undefined>>, label: string) =>
  groups.flat().find((a) => a?.label === label);

function asked(action: Action | undefined) {
  const panes = new URL(action?.href ?? '', 'http://grafana').searchParams.get('panes') ?? '{}';
  const { queries, range } = JSON.parse(panes).requests;
  return { filters: queries[0].filters, range: [Number(range.from), Number(range.to)] };
}

describe('opening the requests of a cell', () => {
  it('asks for the row in the time of the column', () => {
    const groups = cellActions(modelOf(heatmapFrame([[1, 2, 5]])), 1, 2, '', context());
    expect(asked(found(groups, 'Open the requests of this cell'))).toEqual({
      filters: [
        { key: 'service', operator: '=', value: 'shop' },
        { key: 'method', operator: '=', value: 'POST' },
        { key: 'route', operator: '=', value: '/orders' },
      ],
      range: [START + 2 * HOUR, START + 3 * HOUR],
    });
  });

  it('asks for a key that is null with !exists', () => {
    const rows = [{ label: ' GET /x', keys: { service: null, route: '/x' }, total: 1 }];
    const groups = cellActions(modelOf(heatmapFrame([[0, 0, 5]], heatmapMarker({ rows }))), 0, 0, '', context());
    expect(asked(found(groups, 'Open the requests of this cell')).filters[0]).toEqual({
      key: 'service',
      operator: '!exists',
    });
  });

  it('asks for what is in no other row when the row is the rest', () => {
    const rows: HeatmapMarker['rows'] = [
      { label: '/a', keys: { route: '/a' }, total: 1 },
      { label: '(none)', keys: { route: null }, total: 1 },
      { label: '{other}', keys: {}, other: true, total: 1 },
    ];
    const groups = cellActions(modelOf(heatmapFrame([[2, 0, 5]], heatmapMarker({ rows }))), 2, 0, '', context());
    expect(asked(found(groups, 'Open the requests of this cell')).filters).toEqual([
      { key: 'route', operator: '!=|', values: ['/a'] },
      { key: 'route', operator: 'exists' },
    ]);
  });

  it('asks for a range of durations when rows are buckets of latency', () => {
    const marker = heatmapMarker({ y: 'latency', rows: [{ label: '10 – 20 ms', keys: {}, total: 1 }] });
    const frame = frameOf(
      [
        time('x', [START]),
        text('y', ['10 – 20 ms']),
        number('y_min', [10]),
        number('y_max', [20]),
        number('value', [1]),
      ],
      marker
    );
    const groups = cellActions(modelOf(frame), 0, 0, '', context());
    expect(asked(found(groups, 'Open the requests of this cell')).filters).toEqual([
      { key: 'duration_ms', operator: '>', value: '10' },
      { key: 'duration_ms', operator: '<=', value: '20' },
    ]);
  });

  it('asks for the key of the column', () => {
    const marker = heatmapMarker({ x: 'status_class', columns: ['2xx', '5xx'] });
    const frame = frameOf([text('x', ['5xx']), text('y', [marker.rows[0].label]), number('value', [1])], marker);
    const { filters, range } = asked(
      found(cellActions(modelOf(frame), 0, 1, '', context()), 'Open the requests of this cell')
    );
    expect(filters).toContainEqual({ key: 'status_class', operator: '=', value: '5xx' });
    expect(range).toEqual([marker.from, marker.to]);
  });

  it('says so when only the whole row can be asked for', () => {
    const marker = heatmapMarker({ x: 'hour_of_day', columns: [0, 1] });
    const frame = frameOf([number('x', [0]), text('y', [marker.rows[0].label]), number('value', [1])], marker);
    const action = found(cellActions(modelOf(frame), 0, 0, '', context()), 'Open the requests of this cell');
    expect(action?.description).toContain('whole row');
    expect(asked(action).filters).toHaveLength(3);
  });

  it('offers the failed ones where errors are shown', () => {
    const model = modelOf(heatmapFrame([[0, 0, 1]], heatmapMarker({ metric: 'server_error_rate' })));
    const { filters } = asked(found(cellActions(model, 0, 0, '', context()), 'Open its failed requests'));
    expect(filters[3].any[0]).toEqual({ key: 'status', operator: '>=', value: '500' });
    const plain = modelOf(heatmapFrame([[0, 0, 1]]));
    expect(found(cellActions(plain, 0, 0, '', context()), 'Open its failed requests')).toBeUndefined();
  });

  it('is absent for other data sources', () => {
    const groups = cellActions(modelOf(heatmapFrame([[0, 0, 1]])), 0, 0, '', context({ target: undefined }));
    expect(found(groups, 'Open the requests of this cell')).toBeUndefined();
  });
});

describe('other actions', () => {
  it('filters the dashboard for every key of the row', () => {
    const onAddAdHocFilter = jest.fn();
    const groups = cellActions(modelOf(heatmapFrame([[0, 0, 1]])), 0, 0, '', context({ onAddAdHocFilter }));
    found(groups, 'Filter for this row')?.run({} as React.MouseEvent<HTMLElement>);
    expect(onAddAdHocFilter.mock.calls.map(([item]) => item)).toEqual([
      { key: 'service', operator: '=', value: 'shop' },
      { key: 'method', operator: '=', value: 'GET' },
      { key: 'route', operator: '=', value: '/products' },
    ]);
  });

  it('zooms to the time of the column', () => {
    const onChangeTimeRange = jest.fn();
    const groups = cellActions(modelOf(heatmapFrame([[0, 0, 1]])), 0, 1, '', context({ onChangeTimeRange }));
    found(groups, 'Zoom to this time range')?.run({} as React.MouseEvent<HTMLElement>);
    expect(onChangeTimeRange).toHaveBeenCalledWith({ from: START + HOUR, to: START + 2 * HOUR });
  });

  it('gives the data links of the row the cell is from', () => {
    const model = modelOf(
      heatmapFrame([
        [0, 0, 1],
        [1, 3, 2],
      ])
    );
    const link: LinkModel = { href: '/trace', title: 'Trace', target: '_blank', origin: {} };
    const getLinks = jest.fn(() => [link]);
    model.valueField.getLinks = getLinks;
    expect(found(cellActions(model, 1, 3, '', context()), 'Trace')?.href).toBe('/trace');
    expect(getLinks).toHaveBeenCalledWith({ valueRowIndex: 1 });
  });

  it('opens the whole row over the whole range', () => {
    const model = modelOf(heatmapFrame([[0, 0, 1]]));
    const action = found(rowActions(model, 0, context()), 'Open the requests of this row');
    expect(asked(action).range).toEqual([START, START + 4 * HOUR]);
  });
});
