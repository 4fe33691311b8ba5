import { errorsFrame, errorsMarker, frameOf, number, START, text, HOUR } from '../../test-utils/frames';
import { errorsModel, type ErrorsModel } from './model';
import { filtersOf, rowActions, type RowContext } from './row-actions';
import { errorRows, type Sorting } from './rows';

function modelOf(frame: ReturnType<typeof frameOf>): ErrorsModel {
  const result = errorsModel([frame]);
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  return result.model;
}

const most: Sorting = { by: 'requests', direction: 'desc' };
const rowsOf = (model: ErrorsModel, grouping = 'each') => errorRows(model, grouping, '', most);
const is = (key: string, value: string) => ({ key, operator: '=', value });

describe('filtersOf', () => {
  it('asks for the values of the keys', () => {
    const model = modelOf(errorsFrame());
    expect(filtersOf(model, rowsOf(model)[0])).toEqual([is('status', '503'), is('service', 'pay')]);
  });

  it('asks for the one key that rows were put together by', () => {
    const model = modelOf(errorsFrame());
    expect(filtersOf(model, rowsOf(model, 'status')[0])).toEqual([is('status', '503')]);
  });

  it('asks for any of the groups when put together by what the query does not know', () => {
    const model = modelOf(errorsFrame());
    expect(filtersOf(model, rowsOf(model, 'error_owner')[0])).toEqual([
      {
        any: [
          { all: [is('status', '503'), is('service', 'pay')] },
          { all: [is('status', '503'), is('service', 'shop')] },
        ],
      },
    ]);
  });

  const grouped = () =>
    modelOf(
      frameOf(
        [
          text('error_group', ['g', null, '{other}']),
          text('title', ['boom', '404 GET /x', '{other}']),
          number('status', [500, 404, null]),
          text('method', ['GET', 'GET', null]),
          text('route', ['/a', '/x', null]),
          number('requests', [3, 2, 1]),
        ],
        errorsMarker(['error_group'])
      )
    );

  it('tells requests without a group by status, method and route', () => {
    const model = grouped();
    const [named, nameless] = rowsOf(model);
    expect(filtersOf(model, named)).toEqual([is('error_group', 'g')]);
    expect(filtersOf(model, nameless)).toEqual([
      { key: 'error_group', operator: '!exists' },
      is('status', '404'),
      is('method', 'GET'),
      is('route', '/x'),
    ]);
  });

  it('asks for what is in no other group when the row is the rest', () => {
    const model = grouped();
    expect(filtersOf(model, rowsOf(model)[2])).toEqual([
      { any: [{ key: 'error_group', operator: '!=', value: 'g' }] },
      {
        any: [
          { key: 'error_group', operator: 'exists' },
          { key: 'status', operator: '!=', value: '404' },
          { key: 'method', operator: '!=', value: 'GET' },
          { key: 'route', operator: '!=', value: '/x' },
        ],
      },
    ]);
  });

  it('gives up when a query cannot hold so many conditions', () => {
    const routes = Array.from({ length: 200 }, (_, i) => `/r${i}`);
    const model = modelOf(
      frameOf(
        [
          text('route', routes),
          number(
            'status',
            routes.map((_, i) => (i === 0 ? 404 : 500))
          ),
          number(
            'requests',
            routes.map(() => 1)
          ),
        ],
        errorsMarker(['route'])
      )
    );
    const merged = rowsOf(model, 'status').find((row) => row.group.title === '500');
    expect(merged && filtersOf(model, merged)).toBeUndefined();
  });
});

describe('rowActions', () => {
  const context: RowContext = {
    target: { datasource: { uid: 'lake' }, filters: [] },
    range: { from: 0, to: 1 },
    onAddAdHocFilter: jest.fn(),
  };

  it('opens failed requests only, over the range of the answer', () => {
    const model = modelOf(errorsFrame());
    const [open] = rowActions(model, rowsOf(model)[0], context);
    const pane = JSON.parse(new URL(open?.href ?? '', 'http://grafana').searchParams.get('panes') ?? '{}').requests;
    expect(pane.queries[0].filters[2].any[0]).toEqual({ key: 'status', operator: '>=', value: '400' });
    expect(pane.range).toEqual({ from: String(START), to: String(START + 24 * HOUR) });
  });

  it('leaves out only what one filter can leave out', () => {
    const model = modelOf(errorsFrame());
    const labels = (grouping: string) => rowActions(model, rowsOf(model, grouping)[0], context).map((a) => a?.label);
    expect(labels('each')).not.toContain('Leave this out');
    expect(labels('status')).toContain('Leave this out');
  });

  it('does not filter by an owner that may only be told from the status', () => {
    const model = modelOf(errorsFrame());
    expect(rowActions(model, rowsOf(model, 'error_owner')[0], context).map((a) => a?.label)).not.toContain(
      'Filter for this'
    );
  });
});
