import fc from 'fast-check';

import { ApitrailError } from '../errors';
import { METRIC_NAMES } from '../metrics';
import { ENVELOPE_FIELDS, QUERY_SCHEMAS, type Query, type QueryType } from '../queries';
import { parseQuery } from './parse';

const TYPES = Object.keys(QUERY_SCHEMAS) as QueryType[];

/** What a query must say beside its type, where it must say anything. */
const LEAST: Partial<Record<QueryType, object>> = {
  funnel: { steps: [{ name: 'cart' }, { name: 'paid' }] },
  values: { key: 'route' },
  sql: { sql: 'SELECT 1' },
};

const least = (queryType: QueryType) => ({ refId: 'A', queryType, ...LEAST[queryType] });
const traffic = (fields: object) => ({ refId: 'A', queryType: 'traffic', ...fields });
const funnel = (fields: object) => ({ ...least('funnel'), ...fields });

function refusal(input: unknown): { code: string; where: string | undefined; message: string } {
  try {
    parseQuery(input);
  } catch (error) {
    if (error instanceof ApitrailError) {
      return { code: error.code, where: error.where, message: error.message };
    }
    throw error;
  }
  throw new Error('the query was not refused');
}

describe('what is no query', () => {
  it.each([[null], [undefined], ['traffic'], [1], [[]]])('%j is refused', (input) => {
    expect(refusal(input).code).toBe('APITRAIL_BAD_REQUEST');
  });

  it('names the types there are', () => {
    expect(refusal({ refId: 'A' })).toEqual({
      code: 'APITRAIL_UNKNOWN_QUERY_TYPE',
      where: 'queryType',
      message: `queryType is missing. Use one of: ${TYPES.join(', ')}.`,
    });
  });

  it.each(['constructor', '__proto__', 'toString', ''])('%p is no query type', (queryType) => {
    expect(refusal({ refId: 'A', queryType }).code).toBe('APITRAIL_UNKNOWN_QUERY_TYPE');
  });

  it('names the type that was meant', () => {
    expect(refusal({ refId: 'A', queryType: 'trafic' }).message).toBe(
      'There is no query type "trafic". Did you mean traffic?'
    );
  });

  it('does not repeat a long value', () => {
    expect(refusal({ refId: 'A', queryType: 'x'.repeat(100_000) }).message.length).toBeLessThan(300);
  });
});

describe('the defaults', () => {
  it.each(TYPES)('of %s make the least query whole', (type) => {
    expect(parseQuery(least(type))).toMatchObject({
      version: 1,
      dataset: 'requests',
      filters: [],
      timezone: 'UTC',
      queryType: type,
    });
  });

  it.each<[QueryType, object]>([
    ['traffic', { format: 'time_series', metrics: ['requests'], groupBy: [], limit: 10, orderBy: 'requests' }],
    ['endpoints', { format: 'table', groupBy: ['service', 'method', 'route'], orderBy: 'requests', limit: 100 }],
    ['heatmap', { x: 'time', y: ['service', 'method', 'route'], metric: 'requests', normalise: 'none', minSamples: 0 }],
    ['funnel', { window: '1h', unit: 'customer', identity: 'session', successOnly: true, view: 'steps' }],
    [
      'paths',
      {
        unit: 'customer',
        direction: 'after',
        depth: 5,
        rowsPerStep: 5,
        sessions: 'gap',
        sessionGap: '30m',
        counting: 'units',
      },
    ],
    [
      'retention',
      { start: [], return: [], interval: 'day', mode: 'on_or_after', alignment: 'calendar', starts: 'every' },
    ],
    ['errors', { groupBy: ['error_group'], limit: 100 }],
    ['requests', { format: 'table', orderBy: [{ key: 'time', direction: 'desc' }], limit: 500, search: '' }],
    ['values', { search: '', limit: 200 }],
  ])('of %s are those that are documented', (type, defaults) => {
    expect(parseQuery(least(type))).toMatchObject(defaults);
  });

  it.each(TYPES)('of %s are stable: what was read reads the same again', (type) => {
    const query = parseQuery(least(type));
    expect(parseQuery(JSON.parse(JSON.stringify(query)))).toEqual(query);
  });
});

describe('the version', () => {
  it('may be left out or 1', () => {
    expect(parseQuery(traffic({ version: 1 })).version).toBe(1);
  });

  it('of a newer Apitrail is refused as such', () => {
    expect(refusal(traffic({ version: 2 }))).toEqual({
      code: 'APITRAIL_UNSUPPORTED_VERSION',
      where: 'version',
      message: 'The query has version 2; this companion knows up to 1. Update Apitrail.',
    });
  });

  it.each([[0], ['1'], [1.5], [null]])('must not be %j', (version) => {
    expect(refusal(traffic({ version })).where).toBe('version');
  });
});

describe('Grafana’s own fields', () => {
  it.each(TYPES)('are accepted with %s', (type) => {
    const envelope = {
      datasource: { type: 'apitrail-requests-datasource', uid: '$ds' },
      datasourceId: 1,
      hide: false,
      intervalMs: 60_000,
      maxDataPoints: 700,
      timeRange: { from: 'now-1h', to: 'now' },
      queryCachingTTL: 60_000,
      scopes: [],
      groupByKeys: [],
      adhocFilters: [],
      interactionId: 'x',
      ...(type === 'values' ? {} : { key: 'Q-0b5c-0' }),
    };
    const query = parseQuery({ ...least(type), ...envelope });
    expect(query).toMatchObject({ intervalMs: 60_000, maxDataPoints: 700 });
  });

  it.each([[null], [0], [undefined]])('say by %p that the width of the panel is not known', (intervalMs) => {
    expect(parseQuery(traffic({ intervalMs, maxDataPoints: intervalMs })).intervalMs).toBeUndefined();
  });

  it.each([['1m'], [-1], [{}]])('must not have %j for a width, which would change the answer in silence', (value) => {
    expect(refusal(traffic({ intervalMs: value })).message).toMatch(/^intervalMs must be a number above 0, not /);
    expect(refusal(traffic({ maxDataPoints: value })).where).toBe('maxDataPoints');
  });

  it('must have a refId, which is what the answer is found by', () => {
    expect(refusal({ queryType: 'traffic' })).toMatchObject({
      where: 'refId',
      message: 'refId is missing: it must be a text.',
    });
  });
});

describe('the key of a values query', () => {
  it('is a key of the record, though Grafana has a field of that name', () => {
    expect(parseQuery(least('values'))).toMatchObject({ key: 'route' });
    expect(parseQuery(traffic({ key: 'Q-0b5c-0' }))).toMatchObject({ key: 'Q-0b5c-0' });
  });

  it('is refused when it is Grafana’s', () => {
    expect(refusal({ ...least('values'), key: 'Q-0b5c-0' })).toMatchObject({
      code: 'APITRAIL_UNKNOWN_KEY',
      where: 'key',
    });
  });

  it('must be there', () => {
    expect(refusal({ refId: 'A', queryType: 'values' }).message).toBe('key is missing: it must be a text.');
  });
});

describe('unknown fields', () => {
  it.each(TYPES)('of %s are refused by name', (type) => {
    expect(refusal({ ...least(type), colour: 'red' })).toMatchObject({
      code: 'APITRAIL_UNKNOWN_FIELD',
      where: 'colour',
    });
  });

  it('are told what was meant', () => {
    expect(refusal(traffic({ metric: ['p95'] })).message).toBe(
      'The query type traffic has no field "metric". Did you mean metrics?'
    );
    expect(refusal(traffic({ groupby: [] })).message).toMatch(/Did you mean groupBy\?$/);
  });

  it('are told what there is where nothing is near, without Grafana’s own fields', () => {
    const { message } = refusal(traffic({ wibble: 1 }));
    expect(message).toBe(
      'The query type traffic has no field "wibble". It has: version, dataset, filters, timezone, interval, timeShift, live, compare, format, metrics, groupBy, limit, orderBy, search.'
    );
    expect(ENVELOPE_FIELDS.has('datasource')).toBe(true);
  });

  it('are named with their path inside steps, filters and orders', () => {
    expect(refusal(funnel({ steps: [{ name: 'a' }, { name: 'b', filter: [] }] }))).toEqual({
      code: 'APITRAIL_UNKNOWN_FIELD',
      where: 'steps[1].filter',
      message: 'steps[1] has no field "filter". Did you mean filters?',
    });
    const odd = { key: 'route', operator: 'exists', negate: true };
    expect(refusal(traffic({ filters: [{ any: [{ all: [odd] }] }] })).where).toBe('filters[0].any[0].all[0].negate');
    expect(refusal({ ...least('requests'), orderBy: [{ key: 'time', order: 'asc' }] }).message).toBe(
      'orderBy[0] has no field "order". It has: key, direction.'
    );
  });

  it('with odd names are quoted', () => {
    expect(refusal(traffic({ 'a b.c': 1 })).where).toBe('["a b.c"]');
  });
});

describe('bad values', () => {
  it.each<[string, object, string]>([
    ['a wrong word', { orderBy: 'p96' }, 'orderBy must be one of requests, '],
    ['a number as text', { limit: '10' }, 'limit must be a number, not "10".'],
    ['too small', { limit: 0 }, 'limit must be at least 1, not 0.'],
    ['too large', { limit: 501 }, 'limit must be at most 500, not 501.'],
    ['a fraction', { limit: 1.5 }, 'limit must be a whole number, not 1.5.'],
    ['an empty list', { metrics: [] }, 'metrics must have at least 1 entry, not 0.'],
    ['no list', { metrics: 'p95' }, 'metrics must be a list, not "p95".'],
    ['null', { groupBy: null }, 'groupBy must be a list, not null.'],
    [
      'no shift',
      { timeShift: 'last week' },
      'timeShift must be how much earlier to look, such as 1h, 1d, 1w or 4w, or none, not "last week".',
    ],
    [
      'no number of a comparison',
      { compare: 'delta' },
      'compare must be one of change, difference, previous, not "delta".',
    ],
    ['no duration', { interval: '5 min' }, 'interval must be a duration such as 30s, 5m, 1h or 1d, not "5 min".'],
    [
      'no zone',
      { timezone: 'browser' },
      'timezone must be an IANA time zone such as Europe/Berlin or UTC, not "browser".',
    ],
    ['an empty name', { dataset: '' }, 'dataset must have at least 1 character, not 0.'],
    ['a filter that is none', { filters: ['a'] }, 'filters[0] must be an object such as {"key": "status", '],
    [
      'a filter without a value',
      { filters: [{ key: 'status', operator: '=' }] },
      'filters[0].value is missing: the operator = takes one value.',
    ],
    [
      'an operator there is not',
      { filters: [{ key: 'status', operator: '==', value: 1 }] },
      'filters[0].operator must be one of =, !=, =|, !=|, =~, !~, <, <=, >, >=, exists, !exists, not "==". Did you mean',
    ],
    ['no operator', { filters: [{ key: 'status' }] }, 'filters[0].operator is missing: it must be one of =, '],
  ])('%s: what, where and what it may be', (_, fields, message) => {
    const refused = refusal(traffic(fields));
    expect(refused.message.slice(0, message.length)).toBe(message);
    expect(refused.code).toBe('APITRAIL_BAD_VALUE');
    expect(message.startsWith(refused.where!)).toBe(true);
  });

  it('suggest the word that was meant', () => {
    expect(refusal(traffic({ metrics: ['error_rat'] })).message).toMatch(
      /not "error_rat"\. Did you mean error_rate\?$/
    );
  });

  it('of a key name the key that was meant', () => {
    expect(refusal(traffic({ groupBy: ['rout'] }))).toEqual({
      code: 'APITRAIL_UNKNOWN_KEY',
      where: 'groupBy[0]',
      message:
        'groupBy[0] must be a key of the record: a column, status_class or attributes.<name>, not "rout". Did you mean route?',
    });
  });

  it('of a filter deep inside a step are named with their path', () => {
    const filters = [
      {
        any: [
          { key: 'path', operator: '=', value: '/a' },
          { key: 'pth', operator: 'exists' },
        ],
      },
    ];
    expect(refusal(funnel({ steps: [{ name: 'a' }, { name: 'b', filters }] }))).toMatchObject({
      code: 'APITRAIL_UNKNOWN_KEY',
      where: 'steps[1].filters[0].any[1].key',
    });
  });

  it('of a format say which there are', () => {
    expect(refusal(funnel({ format: 'time_series' }))).toEqual({
      code: 'APITRAIL_UNSUPPORTED_FORMAT',
      where: 'format',
      message: 'The query type funnel does not answer in the format "time_series". Use one of: table, numeric.',
    });
  });

  it('of x and y of a heatmap say all that they may be', () => {
    expect(refusal({ ...least('heatmap'), x: 'hour' })).toMatchObject({
      code: 'APITRAIL_UNKNOWN_KEY',
      where: 'x',
      message: expect.stringMatching(/^x must be one of time, hour_of_day, day_of_week, or a key .*, not "hour"\.$/),
    });
    expect(refusal({ ...least('heatmap'), y: 'route' }).message).toBe(
      'y must be "latency" or a list of one to four keys such as ["route"], not "route".'
    );
    expect(refusal({ ...least('heatmap'), y: ['route', 'statuz'] })).toMatchObject({
      code: 'APITRAIL_UNKNOWN_KEY',
      where: 'y[1]',
    });
  });

  it('of a funnel: fewer than two steps', () => {
    expect(refusal(funnel({ steps: [{ name: 'a' }] })).message).toMatch(
      /^steps must have at least 2 entries, not 1\.$/
    );
  });
});

describe('messages', () => {
  const wrong = fc.oneof(fc.anything({ maxDepth: 2 }), fc.string({ maxLength: 5000 }));
  const fields = ['metrics', 'groupBy', 'limit', 'filters', 'format', 'interval', 'timezone', 'dataset', 'odd field'];

  it('are short sentences that begin with what is wrong, whatever was sent', () => {
    fc.assert(
      fc.property(fc.constantFrom(...fields), wrong, (field, value) => {
        let sent: unknown;
        try {
          sent = JSON.parse(JSON.stringify(traffic({ [field]: value })));
        } catch {
          return;
        }
        try {
          parseQuery(sent);
        } catch (error) {
          expect(error).toBeInstanceOf(ApitrailError);
          const { message } = error as ApitrailError;
          expect(message).toMatch(/^[\x21-\x7e].*[.?]$/s);
          expect(message.length).toBeLessThan(1000);
          expect(message).not.toMatch(/Invalid|undefined|received/);
        }
      })
    );
  });
});

describe('valid queries', () => {
  const metric = fc.constantFrom(...METRIC_NAMES);
  const key = fc.constantFrom('route', 'status', 'status_class', 'attributes.a b', 'customer');
  const query = fc.record(
    {
      refId: fc.constantFrom('A', 'B'),
      queryType: fc.constant('traffic' as const),
      metrics: fc.array(metric, { minLength: 1, maxLength: 5 }),
      groupBy: fc.array(key, { maxLength: 4 }),
      limit: fc.integer({ min: 1, max: 500 }),
      interval: fc.constantFrom('1m', '1h', '1d'),
    },
    { requiredKeys: ['refId', 'queryType'] }
  );

  it('keep every field they give', () => {
    fc.assert(
      fc.property(query, (input) => {
        expect(parseQuery(input)).toMatchObject(input satisfies Partial<Query>);
      })
    );
  });
});
