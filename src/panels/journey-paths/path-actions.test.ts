import { type Field } from '@grafana/data';

import { type Action } from '../../components/actions';
import { drillTargetOf } from '../../components/drill-down';
import { beforeFrame, pathsFrame, pathsMarker } from '../../test-utils/paths-frames';
import { HOUR, START } from '../../test-utils/frames';
import { panelData } from '../../test-utils/panel-props';
import { type Mark } from './flow';
import { pathsModel, type PathsModel } from './model';
import { pathActions } from './path-actions';

function actionsOf(
  frame: ReturnType<typeof pathsFrame>,
  mark: (model: PathsModel) => Mark,
  add = jest.fn(),
  getLinks?: Field['getLinks']
) {
  const data = panelData([frame]);
  const result = pathsModel(data.series);
  const model = ('model' in result ? result.model : undefined) as PathsModel;
  if (getLinks) {
    model.valueField.getLinks = getLinks;
  }
  const target = drillTargetOf(data, model.frame, (value) => value);
  const all = pathActions(model, mark(model), { target, onAddAdHocFilter: add }, 1).flat();
  return (label: string | RegExp): Action => {
    const found = all.find(
      (action) => action && (typeof label === 'string' ? action.label === label : label.test(action.label))
    );
    if (!found) {
      throw new Error(`no ${label} among ${all.map((action) => action?.label).join(', ')}`);
    }
    return found;
  };
}
const node =
  (step: number, name: string) =>
  ({ nodes }: PathsModel): Mark => ({ node: nodes.findIndex((n) => n.step === step && n.name === name) });
const link =
  (source: string, target: string) =>
  ({ nodes, links }: PathsModel): Mark => ({
    link: links.findIndex((l) => nodes[l.source].name === source && nodes[l.target].name === target),
  });

function asked({ href = '' }: Action) {
  const panes = JSON.parse(new URL(href, 'http://grafana').searchParams.get('panes') ?? '{}');
  const [{ queries, range }] = Object.values(panes) as Array<{
    queries: Array<Record<string, unknown>>;
    range: { from: string; to: string };
  }>;
  return { ...queries[0], range: [Number(range.from), Number(range.to)] } as Record<string, unknown>;
}
const keys = (method: string, route: string) => [
  { key: 'method', operator: '=', value: method },
  { key: 'route', operator: '=', value: route },
];
const prod = { key: 'environment', operator: '=', value: 'prod' };

it('opens the requests of a node, as far on as paths are followed', () => {
  const action = actionsOf(pathsFrame(), node(1, 'GET /search'))('Open the requests of GET /search');
  expect(asked(action)).toMatchObject({
    queryType: 'requests',
    filters: [prod, ...keys('GET', '/search')],
    range: [START, START + 48 * HOUR],
  });
});

it('opens the other requests of a step by what they are not', () => {
  const action = actionsOf(pathsFrame(), node(1, '{other}'))('Open the other requests');
  expect(asked(action).filters).toEqual([
    prod,
    {
      any: [
        { key: 'method', operator: '!=', value: 'GET' },
        { key: 'route', operator: '!=', value: '/products/{id}' },
      ],
    },
    {
      any: [
        { key: 'method', operator: '!=', value: 'GET' },
        { key: 'route', operator: '!=', value: '/search' },
      ],
    },
  ]);
});

it('asks for the paths from a node on, and for those that lead to it', () => {
  const actions = actionsOf(pathsFrame(), node(1, 'GET /search'));
  const changed = { queryType: 'paths', anchor: keys('GET', '/search'), filters: [prod], sessionGap: '30m' };
  expect(asked(actions('Start paths at GET /search'))).toMatchObject({
    ...changed,
    direction: 'after',
    range: [START, START + 24 * HOUR],
  });
  expect(asked(actions('End paths at GET /search'))).toMatchObject({ ...changed, direction: 'before' });
});

it('makes a funnel of the way to a node', () => {
  const action = actionsOf(pathsFrame(), node(2, 'POST /cart'))('Make a funnel from this path');
  const query = asked(action);
  expect(query).toMatchObject({ queryType: 'funnel', unit: 'customer', filters: [prod] });
  expect((query.steps as Array<{ name: string }>).map(({ name }) => name)).toEqual([
    'GET /products',
    'GET /products/{id}',
    'POST /cart',
  ]);
});

it('makes a funnel of the way through a link, and up to an anchor', () => {
  const through = actionsOf(pathsFrame(), link('GET /search', 'POST /cart'))('Make a funnel from this path');
  expect(through.description).toBe('GET /products → GET /search → POST /cart');
  const before = actionsOf(beforeFrame(), node(-2, 'GET /cart'))('Make a funnel from this path');
  expect(before.description).toBe('GET /cart → POST /checkout → POST /pay');
});

it('says why there is no funnel of one request', () => {
  const action = actionsOf(pathsFrame(), node(0, 'GET /products'))('Make a funnel from this path');
  expect(action.disabled).toMatch(/two requests/);
});

it('shows more of what is summed up, and follows paths for longer', () => {
  const other = actionsOf(pathsFrame(), node(1, '{other}'))('Show 4 requests of each step');
  expect(asked(other)).toMatchObject({ queryType: 'paths', rowsPerStep: 4, depth: 2 });
  const deeper = actionsOf(pathsFrame(), node(2, 'POST /cart'))('Follow paths for 7 steps');
  expect(asked(deeper)).toMatchObject({ queryType: 'paths', rowsPerStep: 2, depth: 7 });
  const most = pathsFrame(pathsMarker({ rowsPerStep: 50, depth: 20 }));
  expect(() => actionsOf(most, node(1, '{other}'))(/^Show/)).toThrow('no');
  expect(() => actionsOf(most, node(2, 'POST /cart'))(/^Follow/)).toThrow('no');
});

it('filters the dashboard for a request', () => {
  const add = jest.fn();
  const filter = actionsOf(pathsFrame(), node(1, 'GET /search'), add)('Filter for GET /search');
  filter.run({} as never);
  expect(add.mock.calls.map(([item]) => item)).toEqual(keys('GET', '/search'));
});

it('has the data links of the row of a link', () => {
  const getLinks = jest.fn(({ valueRowIndex }) => [
    { title: 'Runbook', href: `https://example.org/${valueRowIndex}`, target: undefined, origin: {} },
  ]);
  const actions = actionsOf(pathsFrame(), link('GET /products', 'GET /search'), jest.fn(), getLinks as never);
  expect(actions('Runbook').href).toBe('https://example.org/1');
});
