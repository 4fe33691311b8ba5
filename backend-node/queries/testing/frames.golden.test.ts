import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { QueryResponse } from '@apitrail/contract';

import { sql } from '../../engine/sql';
import type { Dataset } from '../../lake/dataset';
import { SqlSandbox } from '../../sql/process/sandbox';
import { sqlConfigSchema } from '../../sql/process/settings';
import { buildChildScript } from '../../sql/testing/child-script';
import { Bench, epoch } from './dataset';
import { shopRows } from './shop';

const FOLDER = join(__dirname, '..', '..', '..', 'tests', 'data', 'frames');
const range = { from: '2026-11-02T10:00:00Z', to: '2026-11-02T13:30:00Z' };

const steps = ['/search', '/products/{id}', '/cart'].map((route) => ({
  name: route,
  filters: [{ key: 'route', operator: '=', value: route }],
}));

/** Every query type in every format, and what changes the shape of a frame. */
const QUERIES: Record<string, Record<string, unknown>> = {
  'traffic-time_series': {
    queryType: 'traffic',
    metrics: ['requests', 'p95', 'error_rate'],
    groupBy: ['service', 'status_class'],
    limit: 3,
    interval: '30m',
  },
  'traffic-time_series-plain': { queryType: 'traffic', interval: '1h' },
  'traffic-table': {
    queryType: 'traffic',
    format: 'table',
    metrics: ['requests', 'p99'],
    groupBy: ['status'],
    limit: 2,
    interval: '1h',
  },
  'traffic-numeric': {
    queryType: 'traffic',
    format: 'numeric',
    metrics: ['error_rate'],
    groupBy: ['service', 'status'],
  },
  'endpoints-table': {
    queryType: 'endpoints',
    limit: 5,
    metrics: ['requests', 'requests_per_second', 'error_rate', 'p50', 'apdex', 'customers'],
  },
  'endpoints-time_series': {
    queryType: 'endpoints',
    format: 'time_series',
    metrics: ['avg'],
    limit: 2,
    interval: '1h',
  },
  'endpoints-numeric': { queryType: 'endpoints', format: 'numeric', metrics: ['p95'], limit: 4 },
  'heatmap-table': { queryType: 'heatmap', metric: 'error_rate', limit: 3, interval: '1h', minSamples: 5 },
  'heatmap-table-latency': { queryType: 'heatmap', y: 'latency', interval: '1h' },
  'heatmap-table-hour_of_day': {
    queryType: 'heatmap',
    x: 'hour_of_day',
    y: ['route'],
    normalise: 'row',
    timezone: 'Europe/Berlin',
  },
  'heatmap-table-key': { queryType: 'heatmap', x: 'status_class', y: ['service'], metric: 'p95' },
  'heatmap-time_series': { queryType: 'heatmap', format: 'time_series', y: ['route'], limit: 2, interval: '1h' },
  'heatmap-numeric': { queryType: 'heatmap', format: 'numeric', y: ['route'], limit: 2 },
  'funnel-table': { queryType: 'funnel', steps, window: '30m' },
  'funnel-table-times': { queryType: 'funnel', steps, view: 'times', unit: 'session' },
  'funnel-table-trend': { queryType: 'funnel', steps, view: 'trend', interval: '1h', breakdown: 'method' },
  'funnel-table-units': { queryType: 'funnel', steps, view: 'units', counting: 'total', unit: 'session', limit: 4 },
  'funnel-table-breakdown': {
    queryType: 'funnel',
    steps: [steps[0], { ...steps[1], optional: true }, steps[2]],
    breakdown: 'status',
    breakdownLimit: 1,
    attribution: 'last',
    exclusions: [{ name: 'Refused', filters: [{ key: 'status', operator: '=', value: '403' }], mode: 'cut' }],
  },
  'funnel-table-reasons': { queryType: 'funnel', steps, view: 'reasons', unit: 'session', reasonLimit: 2 },
  'funnel-table-reasons-shifted': {
    queryType: 'funnel',
    steps,
    view: 'reasons',
    breakdown: 'method',
    reasonLimit: 1,
    timeShift: '1h',
  },
  'funnel-table-units-reasons': { queryType: 'funnel', steps, view: 'units', unit: 'session', limit: 4, reasons: true },
  'funnel-table-correlation': {
    queryType: 'funnel',
    steps,
    view: 'correlation',
    step: 2,
    unit: 'session',
    correlate: ['route', 'status_class', 'service', 'attributes.plan'],
    limit: 4,
  },
  'funnel-numeric-breakdown': { queryType: 'funnel', steps, format: 'numeric', step: 2, breakdown: 'service' },
  'funnel-numeric': { queryType: 'funnel', steps, format: 'numeric', step: 2 },
  'paths-table': { queryType: 'paths', depth: 2, rowsPerStep: 2, sessionGap: '2h' },
  'paths-table-before': {
    queryType: 'paths',
    direction: 'before',
    counting: 'transitions',
    groupBy: ['route'],
    depth: 2,
    rowsPerStep: 2,
    sessionGap: '2h',
    funnel: { steps, window: '3h', step: 2 },
  },
  'paths-numeric': { queryType: 'paths', format: 'numeric', metric: 'share', depth: 1, rowsPerStep: 2 },
  'paths-table-shifted': { queryType: 'paths', depth: 1, rowsPerStep: 2, timeShift: '1h' },
  'retention-table': { queryType: 'retention', interval: 'hour', periods: 3, unit: 'session' },
  'retention-table-curve': { queryType: 'retention', interval: 'hour', view: 'curve', brackets: [0, 1, 3] },
  'retention-numeric': { queryType: 'retention', interval: 'hour', format: 'numeric' },
  'retention-table-shifted': { queryType: 'retention', interval: 'hour', periods: 1, timeShift: '1h' },
  'customers-table': { queryType: 'customers', limit: 3, interval: '2h' },
  'customers-table-shifted': { queryType: 'customers', unit: 'account', limit: 3, interval: '2h', timeShift: '1h' },
  'customers-table-trend': { queryType: 'customers', view: 'trend', interval: '1h' },
  'customers-time_series': {
    queryType: 'customers',
    view: 'trend',
    format: 'time_series',
    customer: 'c1',
    interval: '1h',
  },
  'customers-table-timeline': {
    queryType: 'customers',
    view: 'timeline',
    customer: 'c2',
    funnel: { steps, window: '2h', successOnly: false },
    limit: 8,
  },
  'customers-table-outreach': {
    queryType: 'customers',
    view: 'outreach',
    funnel: { steps: steps.slice(0, 2), window: '2h', successOnly: false },
    limit: 4,
  },
  'customers-numeric': { queryType: 'customers', format: 'numeric', metric: 'error_rate', limit: 4 },
  'customers-numeric-at_risk': {
    queryType: 'customers',
    format: 'numeric',
    metric: 'at_risk',
    timeShift: '1h',
    compare: 'difference',
  },
  'errors-table': { queryType: 'errors', limit: 6 },
  'errors-time_series': { queryType: 'errors', format: 'time_series', groupBy: ['status'], interval: '1h' },
  'errors-numeric': { queryType: 'errors', format: 'numeric', groupBy: ['service', 'status'], limit: 3 },
  'requests-table': {
    queryType: 'requests',
    limit: 4,
    columns: ['time', 'service', 'status', 'duration_ms', 'response_bytes', 'attributes.plan', 'status_class'],
  },
  'requests-logs': { queryType: 'requests', format: 'logs', limit: 4 },
  'annotations-table': { queryType: 'annotations' },
  'sql-table': {
    queryType: 'sql',
    sql: "SELECT time, service, status, duration_ms, status >= 500 AS failed, attributes, date, 'nan'::DOUBLE AS nan FROM requests WHERE $__timeFilter(time) ORDER BY time, route LIMIT 4",
  },
  'sql-time_series': {
    queryType: 'sql',
    format: 'time_series',
    sql: 'SELECT $__timeGroup(time, 1h) AS time, service, count(*) AS requests FROM requests WHERE $__timeFilter(time) GROUP BY ALL ORDER BY ALL',
  },
  'sql-numeric': {
    queryType: 'sql',
    format: 'numeric',
    sql: 'SELECT service, count(*) AS requests FROM requests GROUP BY ALL ORDER BY ALL',
  },
  'sql-logs': {
    queryType: 'sql',
    format: 'logs',
    sql: 'SELECT time, path AS body, status FROM requests ORDER BY time, route LIMIT 3',
  },
  'values-table': { queryType: 'values', key: 'status', limit: 5 },
  'traffic-time_series-shifted': {
    queryType: 'traffic',
    metrics: ['requests', 'p95'],
    groupBy: ['service'],
    limit: 2,
    interval: '30m',
    timeShift: '1h',
  },
  'traffic-table-shifted': {
    queryType: 'traffic',
    format: 'table',
    metrics: ['requests'],
    interval: '1h',
    timeShift: '90m',
  },
  'traffic-numeric-shifted': {
    queryType: 'traffic',
    format: 'numeric',
    metrics: ['error_rate'],
    groupBy: ['service'],
    timeShift: '1h',
    compare: 'difference',
  },
  'endpoints-table-shifted': { queryType: 'endpoints', limit: 3, timeShift: '1h' },
  'heatmap-table-shifted': { queryType: 'heatmap', metric: 'error_rate', limit: 3, interval: '1h', timeShift: '1h' },
  'funnel-table-shifted': { queryType: 'funnel', steps, window: '30m', timeShift: '1h' },
  'funnel-table-times-shifted': { queryType: 'funnel', steps, view: 'times', unit: 'session', timeShift: '1h' },
  'funnel-table-trend-shifted': { queryType: 'funnel', steps, view: 'trend', interval: '1h', timeShift: '1h' },
  'funnel-numeric-shifted': { queryType: 'funnel', steps, format: 'numeric', timeShift: '1h' },
  'errors-table-shifted': { queryType: 'errors', limit: 4, timeShift: '1h' },
  'requests-logs-shifted': { queryType: 'requests', format: 'logs', limit: 2, timeShift: '1h' },
  'values-table-shifted': { queryType: 'values', key: 'status', limit: 3, timeShift: '1h' },
};

/** Annotations as the table that is posted to has them. */
const posted = sql`(SELECT 'sale' AS id, 'event' AS kind, TIMESTAMPTZ '2026-11-02 11:00:00Z' AS time, TIMESTAMPTZ '2026-11-02 12:00:00Z' AS time_end,
  'Sale' AS title, NULL AS text, 'web,shop' AS tags, 'shop' AS service, NULL AS environment, NULL AS service_version
UNION ALL SELECT 'ci', 'deploy', TIMESTAMPTZ '2026-11-02 10:30:00Z', NULL, 'Deploy', 'by CI', NULL, 'shop', 'production', '2')`;

let bench: Bench;
let data: Dataset;
let sandbox: SqlSandbox;
beforeAll(async () => {
  bench = await Bench.open();
  sandbox = new SqlSandbox({
    config: sqlConfigSchema.parse({}),
    threads: 2,
    script: buildChildScript(),
    folder: bench.directory,
  });
  data = await bench.dataset(
    'requests',
    shopRows({ rows: 400, from: epoch(range.from), to: epoch(range.to), seed: 7 })
  );
});
afterAll(async () => {
  await sandbox.close();
  await bench.close();
});

/** Queries of persons need a process to run in. */
const context = () => ({ userSql: sandbox.run.bind(sandbox) });

/** What differs from run to run, or with every change to the SQL, is set to something that does not. */
function steady(response: QueryResponse): QueryResponse {
  for (const { frames = [] } of Object.values(response.results)) {
    for (const { schema } of frames) {
      if (schema.meta?.executedQueryString !== undefined) {
        schema.meta.executedQueryString = 'SELECT 1;\n\nSELECT 2';
      }
      schema.meta?.stats?.forEach((stat) => {
        stat.value = stat.unit === 'ms' ? 12.5 : stat.unit === 'bytes' ? 4096 : stat.value;
      });
    }
  }
  return response;
}

/** The last digits of a sum depend on the order in which threads hand in their parts. */
function withoutLastDigits(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(12)) : value;
}

describe('the golden frames of every query type', () => {
  it.each(Object.entries(QUERIES))('query-%s.json is what is answered', async (name, query) => {
    const response = steady(
      await bench.query(data, range, [query], {
        ...context(),
        now: () => epoch('2026-11-02T13:20:00Z'),
        postedAnnotations: () => Promise.resolve(posted),
      })
    );
    const text = `${JSON.stringify(response, withoutLastDigits)}\n`;
    const file = join(FOLDER, `query-${name}.json`);
    if (process.env.UPDATE_GOLDEN === '1') {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, text);
    }
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  it.each(Object.entries(QUERIES))('%s keeps the rules of frames', async (_, query) => {
    const { results } = await bench.query(data, range, [query], context());
    const { status, frames, error } = results['A']!;
    expect({ status, error }).toEqual({ status: 200, error: undefined });
    expect(frames!.length).toBeGreaterThan(0);
    expect(frames![0]!.schema.meta).toMatchObject({
      executedQueryString: expect.stringContaining('SELECT'),
      stats: expect.arrayContaining([
        expect.objectContaining({ displayName: 'Files read', value: query['timeShift'] === undefined ? 1 : 2 }),
      ]),
    });
    for (const { schema, data: columns } of frames!) {
      expect(schema.refId).toBe('A');
      expect(schema.meta!.custom).toMatchObject({
        apitrail: { queryType: query['queryType'], dataset: 'requests', snapshot: 7 },
      });
      expect(new Set(columns.values.map(({ length }) => length)).size).toBe(1);
      const series = schema.meta!.type!.startsWith('timeseries');
      schema.fields.forEach(({ type, typeInfo }, index) => {
        expect(typeInfo.nullable === true).toBe(!(series && type === 'time'));
        if (type === 'time') {
          columns.values[index]!.filter((value) => value !== null).forEach((value) =>
            expect(Number.isInteger(value)).toBe(true)
          );
        }
      });
    }
  });

  it.each(Object.entries(QUERIES).filter(([, { format }]) => format === 'numeric'))(
    '%s is one number and texts that tell its rows apart',
    async (_, query) => {
      const [frame] = await bench.answer(data, range, query, context());
      expect(frame!.meta.type).toBe('numeric-long');
      expect(frame!.fields.filter(({ type }) => type === 'number')).toHaveLength(1);
      const texts = frame!.fields.filter(({ type }) => type === 'string');
      expect(texts).toHaveLength(frame!.fields.length - 1);
      const labels = frame!.rows.map((row) => JSON.stringify(texts.map(({ name }) => row[name])));
      expect(new Set(labels).size).toBe(labels.length);
      texts.forEach(({ name }) => expect(frame!.columns[name]).not.toContain(null));
    }
  );

  it.each(Object.entries(QUERIES))('%s answers an empty dataset', async (_, query) => {
    const empty = await bench.dataset('empty', []);
    const [frame] = await bench.answer(empty, range, { ...query, dataset: 'empty' }, context());
    expect(frame!.meta.notices).toContainEqual({ severity: 'info', text: expect.stringContaining('is empty') });
  });
});
