import { parseKey, parseQuery } from '@apitrail/contract';

import { dataSourceWith } from '../datasource/testing/data-source';
import { type TestVariable } from '../datasource/testing/template-srv';
import type { ApitrailQuery, ApitrailVariableQuery } from '../datasource/types';
import app from '../plugin.json';
import apiErrors from './api-errors.json';
import apiOverview from './api-overview.json';
import customerJourneys from './customer-journeys.json';
import customers from './customers.json';
import oneCustomer from './one-customer.json';
import retention from './retention.json';

const COMPARED = [
  'apitrail-endpointheatmap-panel',
  'apitrail-journeyfunnel-panel',
  'apitrail-journeypaths-panel',
  'apitrail-retentioncohorts-panel',
  'apitrail-errorbreakdown-panel',
];
const OURS = [...COMPARED, 'apitrail-customertimeline-panel'];
const CORE = ['row', 'stat', 'timeseries', 'table'];
const REF = { type: 'apitrail-requests-datasource', uid: '${datasource}' };

const dashboards = {
  'api-overview': apiOverview,
  'customer-journeys': customerJourneys,
  customers,
  'one-customer': oneCustomer,
  retention,
  'api-errors': apiErrors,
};

describe.each(Object.entries(dashboards))('%s', (file, dashboard) => {
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');
  const variables = dashboard.templating.list;

  it('is listed by the app under its title', () => {
    expect(app.includes).toContainEqual({
      type: 'dashboard',
      name: dashboard.title,
      path: `dashboards/${file}.json`,
    });
  });

  it('has the schema of Grafana 12, a stable uid and a description', () => {
    expect(dashboard).toMatchObject({ schemaVersion: 42, uid: `apitrail-${file}` });
    expect(dashboard.description).not.toBe('');
  });

  it('gives every panel an id of its own, a title and a description', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { title, description } of panels as Array<{ title: string; description?: string }>) {
      expect({ title, described: Boolean(description) }).toEqual({ title, described: true });
    }
  });

  it('uses only panels of Grafana and ours', () => {
    for (const { type } of dashboard.panels) {
      expect([...CORE, ...OURS]).toContain(type);
    }
  });

  it('asks the data source that is chosen, never a fixed one', () => {
    expect(variables[0]).toMatchObject({ type: 'datasource', name: 'datasource', query: REF.type });
    const refs = collect(dashboard, 'datasource');
    expect(refs.length).toBeGreaterThan(panels.length);
    for (const ref of refs) {
      expect(ref).toEqual(REF);
    }
  });

  it('lets panels lie beside each other without overlap, within the 24 columns', () => {
    const cells = new Set<string>();
    for (const { gridPos } of dashboard.panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(x).toBeLessThan(24);
          expect(cells).not.toContain(`${x},${y}`);
          cells.add(`${x},${y}`);
        }
      }
    }
  });

  it('has a unit for every number drawn by a panel of Grafana', () => {
    for (const { type, fieldConfig } of panels as Array<{
      type: string;
      fieldConfig: { defaults: { unit?: string } };
    }>) {
      if (type === 'stat' || type === 'timeseries') {
        expect(fieldConfig.defaults.unit).toBeTruthy();
      }
    }
  });

  it('filters by an ad hoc variable', () => {
    expect(variables).toContainEqual(expect.objectContaining({ type: 'adhoc', datasource: REF }));
  });

  it('uses only variables that it has', () => {
    const names = new Set(variables.map(({ name }) => name));
    const used = [
      ...JSON.stringify([dashboard.panels, variables, dashboard.annotations]).matchAll(/\$\{?([A-Za-z]\w*)/g),
    ].map(([, name]) => name);
    expect(used.length).toBeGreaterThan(0);
    for (const name of used) {
      expect(names).toContain(name);
    }
  });

  const chosen: Array<[string, Record<string, TestVariable>]> = [
    ['All', values(variables, { value: '.*', custom: true })],
    ['one value', values(variables, { value: 'one', multi: true })],
    ['several values', values(variables, { value: ['one', 'two'], multi: true })],
  ];

  it.each(chosen)('asks only what the contract knows, with %s chosen', (_, chosenValues) => {
    const dataSource = dataSourceWith(chosenValues);
    const targets = panels.flatMap((panel) => (panel as { targets?: unknown[] }).targets ?? []) as ApitrailQuery[];
    expect(targets.length).toBeGreaterThanOrEqual(panels.length);
    for (const target of targets) {
      const { datasource: _ref, ...query } = dataSource.applyTemplateVariables(target, {}) as ApitrailQuery;
      expect(() => parseQuery(query)).not.toThrow();
      expect(JSON.stringify(query)).not.toContain('$');
    }
  });

  it.each(chosen)('marks deploys, events and incidents, each to be switched off, with %s chosen', (_, chosenValues) => {
    const dataSource = dataSourceWith(chosenValues);
    const { list } = dashboard.annotations;
    expect(list.map(({ name, target }) => [name, target.kind])).toEqual([
      ['Deploys', ['deploy']],
      ['Events', ['event']],
      ['Incidents', ['incident']],
    ]);
    for (const { target, ...annotation } of list) {
      expect(annotation).toMatchObject({ enable: true, hide: false, datasource: REF });
      const { datasource: _ref, ...query } = dataSource.applyTemplateVariables(target as ApitrailQuery, {});
      expect(() => parseQuery(query)).not.toThrow();
      expect(JSON.stringify(query)).not.toContain('$');
    }
  });

  it.each([
    ['none', undefined],
    ['1w', '1w'],
  ])('compares series, heatmaps, funnels and errors with what is chosen: %s', (chosenCompare, timeShift) => {
    const dataSource = dataSourceWith({ ...values(variables, { value: '.*' }), compare: { value: chosenCompare } });
    const drawn = panels.filter(({ type }) => type === 'timeseries' || COMPARED.includes(type));
    expect(drawn.length).toBeGreaterThan(0);
    for (const { targets } of drawn as unknown as Array<{ targets: ApitrailQuery[] }>) {
      for (const target of targets) {
        const { datasource: _ref, ...query } = dataSource.applyTemplateVariables(target, {}) as ApitrailQuery;
        expect(parseQuery(query).timeShift).toBe(timeShift);
      }
    }
  });

  it.each(chosen)('asks for variables what the data source can list, with %s chosen', (_, chosenValues) => {
    const dataSource = dataSourceWith(chosenValues);
    const queries = variables.filter(({ type }) => type === 'query') as unknown as Array<{
      query: ApitrailVariableQuery;
    }>;
    expect(queries.length).toBeGreaterThan(0);
    for (const { query } of queries) {
      expect(['values', 'metrics', 'keys', 'datasets']).toContain(query.kind);
      const target = { refId: 'A', queryType: 'values', keyName: query.keyName } as ApitrailQuery;
      const { key } = dataSource.applyTemplateVariables(target, {}) as { key?: string };
      expect(query.kind !== 'values' || parseKey(key ?? '') !== undefined).toBe(true);
    }
  });
});

it('drives every shipped panel', () => {
  const used = new Set(Object.values(dashboards).flatMap(({ panels }) => panels.map(({ type }) => type)));
  expect([...used]).toEqual(expect.arrayContaining(OURS));
});

/** Every value of a field of that name, however deep; values that are null left out. */
function collect(value: unknown, field: string): unknown[] {
  if (value === null || typeof value !== 'object') {
    return [];
  }
  return Object.entries(value).flatMap(([name, inner]) =>
    name === field && inner !== null && typeof inner === 'object' ? [inner] : collect(inner, field)
  );
}

/**
 * The variables with a value each: those that offer a choice of several values with the one given, those that offer one of
 * the data's and have none of their own with one, others with their own.
 */
function values(list: readonly unknown[], value: TestVariable): Record<string, TestVariable> {
  return Object.fromEntries(
    (list as Array<{ name: string; type: string; multi?: boolean; current?: { value?: string } }>).map(
      ({ name, type, multi, current }) => [
        name,
        multi ? value : { value: String(current?.value ?? '') || (type === 'query' ? 'one' : '') },
      ]
    )
  );
}
