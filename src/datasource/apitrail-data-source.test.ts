import {
  CoreApp,
  type DataQueryRequest,
  dateTime,
  LoadingState,
  LogRowContextQueryDirection,
  type LogRowModel,
  SupplementaryQueryType,
  type TimeRange,
} from '@grafana/data';
import { parseQuery, QUERY_SCHEMAS } from '@apitrail/contract';
import { lastValueFrom } from 'rxjs';

import { answerWith } from './testing/backend';
import { dataSourceWith } from './testing/data-source';
import type { ApitrailQuery } from './types';

const query = (fields: object): ApitrailQuery => ({ refId: 'A', queryType: 'traffic', ...fields }) as ApitrailQuery;

const range: TimeRange = {
  from: dateTime(1_700_000_000_000),
  to: dateTime(1_700_003_600_000),
  raw: { from: 'now-1h', to: 'now' },
};

function request(targets: ApitrailQuery[], more: Partial<DataQueryRequest<ApitrailQuery>> = {}) {
  return {
    targets,
    range,
    scopedVars: {},
    timezone: 'utc',
    intervalMs: 60_000,
    ...more,
  } as DataQueryRequest<ApitrailQuery>;
}

/** What the companion answers where no row matches. */
const empty = { status: 200, frames: [{ schema: { fields: [] }, data: { values: [] } }] };
const answered = { results: { A: empty } };

it('says that no answer came when something else answered, or nothing', async () => {
  answerWith(() => ({ message: '<html>Sign in</html>' }));
  const { state, errors } = await lastValueFrom(dataSourceWith({}).query(request([query({})])));
  expect(state).toBe(LoadingState.Error);
  expect(errors?.[0].message).toContain('No answer came');
});

describe('applyTemplateVariables', () => {
  it('leaves a query that the contract takes, whatever the variables are', () => {
    const dataSource = dataSourceWith({
      service: { value: ['cart', 'checkout'], multi: true },
      metric: { value: 'p95' },
      all: { value: '.*', custom: true },
    });
    const saved = query({
      metrics: ['$metric'],
      groupBy: ['service'],
      interval: '$__interval',
      timezone: 'browser',
      filters: [
        { key: 'service', operator: '=', value: '$service' },
        { key: 'route', operator: '=', value: '$all' },
      ],
    });
    const resolved = dataSource.applyTemplateVariables(saved, { __interval: { text: '1m', value: '1m' } });
    expect(parseQuery(resolved)).toMatchObject({
      metrics: ['p95'],
      interval: '1m',
      timezone: 'UTC',
      filters: [{ key: 'service', operator: '=|', values: ['cart', 'checkout'] }],
    });
    expect(JSON.stringify(resolved)).not.toContain('$');
  });

  it('adds ad hoc filters to those of the query', () => {
    const resolved = dataSourceWith().applyTemplateVariables(
      query({ filters: [{ key: 'method', operator: '=', value: 'GET' }] }),
      {},
      [
        { key: 'route', operator: '=|', value: '/a', values: ['/a', '/b'] },
        { key: 'status', operator: '>', value: '399' },
      ]
    );
    expect(parseQuery(resolved).filters).toEqual([
      { key: 'method', operator: '=', value: 'GET' },
      { key: 'route', operator: '=|', values: ['/a', '/b'] },
      { key: 'status', operator: '>', value: '399' },
    ]);
  });

  it("uses the data source's dataset and time zone where the query names none", () => {
    const dataSource = dataSourceWith({}, { dataset: 'gateway', timezone: 'Europe/Berlin' });
    expect(dataSource.applyTemplateVariables(query({}), {})).toMatchObject({
      dataset: 'gateway',
      timezone: 'Europe/Berlin',
    });
    expect(dataSource.applyTemplateVariables(query({ dataset: 'requests', timezone: 'utc' }), {})).toMatchObject({
      dataset: 'requests',
      timezone: 'UTC',
    });
  });

  it("puts the saved key name where the contract has it, over Grafana's own key", () => {
    const saved = query({ queryType: 'values', keyName: 'route', key: 'Q-5f3c-0' });
    expect(parseQuery(dataSourceWith().applyTemplateVariables(saved, {}))).toMatchObject({
      queryType: 'values',
      key: 'route',
    });
  });

  it('takes the key of a values query that was written by hand', () => {
    const saved = query({ queryType: 'values', key: 'attributes.plan' });
    expect(dataSourceWith().applyTemplateVariables(saved, {})).toMatchObject({ key: 'attributes.plan' });
  });

  it("does not send Grafana's own key with other types", () => {
    const resolved = dataSourceWith().applyTemplateVariables(query({ key: 'Q-5f3c-0' }), {});
    expect(resolved).not.toHaveProperty('key');
  });
});

describe('interpolateVariablesInQueries', () => {
  it('keeps a query editable: the key stays where the editor saves it', () => {
    const dataSource = dataSourceWith({ dim: { value: 'route' } });
    const [resolved] = dataSource.interpolateVariablesInQueries(
      [query({ queryType: 'values', keyName: '$dim', key: 'Q-1' })],
      {}
    );
    expect(resolved).toMatchObject({ keyName: 'route', datasource: { uid: 'apitrail' } });
    expect(resolved).not.toHaveProperty('key', 'route');
  });
});

describe('query', () => {
  it("sends the dashboard's time zone by its IANA name, and the query as the companion takes it", async () => {
    const asked = answerWith(() => answered);
    await lastValueFrom(dataSourceWith().query(request([query({ metrics: ['p95'] })], { timezone: 'Asia/Tokyo' })));
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      method: 'POST',
      data: { from: '1700000000000', to: '1700003600000', queries: [{ timezone: 'Asia/Tokyo', metrics: ['p95'] }] },
    });
    expect(() => parseQuery(asked[0].data.queries[0])).not.toThrow();
  });

  it('prefers the time zone of the query', async () => {
    const asked = answerWith(() => answered);
    await lastValueFrom(
      dataSourceWith().query(request([query({ timezone: 'Europe/Paris' })], { timezone: 'Asia/Tokyo' }))
    );
    expect(asked[0].data.queries[0].timezone).toBe('Europe/Paris');
  });

  it.each([
    ['hidden', { hide: true }],
    ['without a type', { queryType: undefined }],
    ['for values without a key', { queryType: 'values', key: 'Q-5f3c-0' }],
    ['for a funnel without steps', { queryType: 'funnel' }],
    ['for a funnel of which nothing is picked', { queryType: 'funnel', steps: [{ name: 'Step 1', filters: [] }] }],
  ])('does not send a query %s', (_, fields) => {
    expect(dataSourceWith().filterQuery(query(fields))).toBe(false);
  });

  it('sends a funnel of which a step is picked, so that what is wrong with others is said', () => {
    const steps = [
      { name: 'Step 1', filters: [{ key: 'route', operator: '=', value: '/' }] },
      { name: 'Step 2', filters: [] },
    ];
    expect(dataSourceWith().filterQuery(query({ queryType: 'funnel', steps } as object))).toBe(true);
  });

  it('sends a values query with a key', () => {
    expect(dataSourceWith().filterQuery(query({ queryType: 'values', keyName: 'route' }))).toBe(true);
  });
});

describe('getDefaultQuery', () => {
  const apps = [CoreApp.Dashboard, CoreApp.Explore, CoreApp.UnifiedAlerting, CoreApp.Unknown];

  it.each(apps)('is a query that the contract takes in %s', (app) => {
    expect(() => parseQuery({ refId: 'A', ...dataSourceWith().getDefaultQuery(app) })).not.toThrow();
  });

  it.each(apps)('spoils no query of any type when Grafana puts it under one in %s', (app) => {
    const saved = [
      { queryType: 'traffic' },
      { queryType: 'endpoints' },
      { queryType: 'heatmap' },
      { queryType: 'errors' },
      { queryType: 'requests' },
      { queryType: 'values', key: 'route' },
      { queryType: 'sql', sql: 'SELECT 1' },
      { queryType: 'annotations' },
      { queryType: 'funnel', steps: [{ name: 'See' }, { name: 'Buy' }] },
      { queryType: 'paths' },
      { queryType: 'retention' },
      { queryType: 'customers' },
    ];
    expect(saved.map(({ queryType }) => queryType).sort()).toEqual(Object.keys(QUERY_SCHEMAS).sort());
    for (const fields of saved) {
      expect(parseQuery({ refId: 'A', ...dataSourceWith().getDefaultQuery(app), ...fields })).toEqual(
        parseQuery({ refId: 'A', ...fields })
      );
    }
  });
});

describe('ad hoc filters', () => {
  it('offer the keys of the default dataset', async () => {
    const asked = answerWith(() => [
      { key: 'route', type: 'string', description: '', group: 'Record' },
      { key: 'attributes.plan', type: 'string', description: '', group: 'Attributes' },
    ]);
    const keys = await dataSourceWith({}, { dataset: 'gateway' }).getTagKeys();
    expect(keys).toEqual([
      { text: 'route', value: 'route', group: 'Record' },
      { text: 'attributes.plan', value: 'attributes.plan', group: 'Attributes' },
    ]);
    expect(asked[0]).toMatchObject({ method: 'GET', params: { dataset: 'gateway' } });
    expect(asked[0].url).toMatch(/\/resources\/keys$/);
  });

  it('offer the values in the range that the other filters leave', async () => {
    const asked = answerWith(() => [{ value: '/cart', requests: 9 }]);
    const values = await dataSourceWith().getTagValues({
      key: 'route',
      timeRange: range,
      filters: [
        { key: 'route', operator: '=', value: '/a' },
        { key: 'method', operator: '=', value: 'GET' },
      ],
    });
    expect(values).toEqual([{ text: '/cart', value: '/cart' }]);
    expect(asked[0]).toMatchObject({
      method: 'POST',
      data: {
        key: 'route',
        from: 1_700_000_000_000,
        to: 1_700_003_600_000,
        filters: [{ key: 'method', operator: '=', value: 'GET' }],
      },
    });
  });
});

describe('in Explore', () => {
  const logs = query({ queryType: 'requests', format: 'logs' });

  it('shows requests as log lines unless the query says otherwise', async () => {
    const asked = answerWith(() => answered);
    const targets = [query({ queryType: 'requests' })];
    await lastValueFrom(dataSourceWith().query(request(targets, { app: CoreApp.Explore })));
    await lastValueFrom(dataSourceWith().query(request(targets, { app: CoreApp.Dashboard })));
    expect(asked.map(({ data }) => data.queries[0].format)).toEqual(['logs', undefined]);
  });

  it('asks for the volume of what it shows as log lines though the query does not say so', () => {
    const asked = dataSourceWith().getSupplementaryRequest(
      SupplementaryQueryType.LogsVolume,
      request([query({ queryType: 'requests' })], { app: CoreApp.Explore })
    );
    expect(asked?.targets).toHaveLength(1);
  });

  it('asks for the volume of log queries only', () => {
    const targets = [logs, query({ refId: 'B' })];
    const asked = dataSourceWith().getSupplementaryRequest(SupplementaryQueryType.LogsVolume, request(targets));
    expect(asked?.targets.map(({ refId, queryType }) => [refId, queryType])).toEqual([['log-volume-A', 'traffic']]);
    expect(
      dataSourceWith().getSupplementaryRequest(SupplementaryQueryType.LogsVolume, request([targets[1]!]))
    ).toBeUndefined();
  });

  const row = {
    uid: 'A_1',
    timeEpochMs: 1_700_000_000_000,
    timeEpochNs: '1700000000000000000',
    labels: { customer: 'c1' },
  } as unknown as LogRowModel;

  it('reads the requests around one over a range of its own', async () => {
    const asked = answerWith(() => ({ results: { 'log-context-A': empty } }));
    const options = { direction: LogRowContextQueryDirection.Backward };
    expect((await dataSourceWith().getLogRowContext(row, options, logs)).data).toMatchObject([{ length: 0 }]);
    expect(asked[0]!.data).toMatchObject({ from: '1699913600000', to: '1700086400000' });
    expect(parseQuery(asked[0]!.data.queries[0]).filters[0]).toEqual({ key: 'customer', operator: '=', value: 'c1' });
  });

  it('says why they could not be read', async () => {
    answerWith(() => ({ results: { 'log-context-A': { status: 400, error: 'It is not there. (APITRAIL_X)' } } }));
    await expect(dataSourceWith().getLogRowContext(row, {}, logs)).rejects.toThrow('It is not there. (APITRAIL_X)');
  });

  it('has no context of what is no request', async () => {
    expect(await dataSourceWith().getLogRowContext(row, {}, query({}))).toEqual({ data: [] });
    expect(await dataSourceWith().getLogRowContextQuery(row, {}, query({}))).toBeNull();
  });
});
