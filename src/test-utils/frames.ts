import { createDataFrame, type DataFrame, FieldType } from '@grafana/data';
import {
  type Comparison,
  type ErrorsMarker,
  type FrameMarker,
  type FunnelCorrelation,
  type FunnelMarker,
  type HeatmapMarker,
  metricOf,
} from '@apitrail/contract';

import { frameMarker } from '../components/find-field';

/** Midnight the days of the tests begin at. */
export const START = Date.UTC(2026, 10, 22);
export const HOUR = 3_600_000;

export const time = (name: string, values: Array<number | null>) => ({ name, type: FieldType.time, values });
export const text = (name: string, values: Array<string | null>) => ({ name, type: FieldType.string, values });
export const number = (name: string, values: Array<number | null>, unit?: string) => ({
  name,
  type: FieldType.number,
  values,
  config: unit === undefined ? {} : { unit },
});
export const json = (name: string, values: unknown[]) => ({ name, type: FieldType.other, values });

type Column = Parameters<typeof createDataFrame>[0]['fields'][number];

export function frameOf(fields: Column[], marker?: FrameMarker): DataFrame {
  return createDataFrame({ refId: 'A', fields, meta: marker ? { custom: { apitrail: marker } } : undefined });
}

/** A marker of two routes and four hours. */
export function heatmapMarker(changes: Partial<HeatmapMarker> = {}): HeatmapMarker {
  const keys = (method: string, route: string) => ({ service: 'shop', method, route });
  return {
    queryType: 'heatmap',
    dataset: 'requests',
    filters: [{ key: 'environment', operator: '=', value: 'prod' }],
    from: START,
    to: START + 4 * HOUR,
    x: 'time',
    y: ['service', 'method', 'route'],
    metric: 'requests',
    normalise: 'none',
    timezone: 'UTC',
    interval: HOUR,
    columns: [0, 1, 2, 3].map((h) => START + h * HOUR),
    rows: [
      { label: 'shop GET /products', keys: keys('GET', '/products'), total: 60 },
      { label: 'shop POST /orders', keys: keys('POST', '/orders'), total: 40 },
    ],
    ...changes,
  };
}

/** Cells of the two routes; `[row, hour, value, n?]`. */
export function heatmapFrame(
  cells: Array<[number, number, number | null, number?]>,
  marker = heatmapMarker()
): DataFrame {
  return frameOf(
    [
      time(
        'x',
        cells.map(([, hour]) => START + hour * HOUR)
      ),
      text(
        'y',
        cells.map(([row]) => marker.rows[row].label)
      ),
      number(
        'value',
        cells.map(([, , value]) => value)
      ),
      number(
        'n',
        cells.map(([, , value, n]) => n ?? value)
      ),
    ],
    marker
  );
}

/** What markers of comparing queries say: a week earlier than the day of the tests. */
export const WEEK_EARLIER: Comparison = {
  timeShift: '1w',
  from: START - 168 * HOUR,
  to: START - 144 * HOUR,
  until: START + 24 * HOUR,
  diffMs: -168 * HOUR,
};

/** Cells of the two routes beside what they were; `[row, hour, value, previous, n?, previous n?]`. */
export function comparedHeatmapFrame(
  cells: Array<[number, number, number | null, number | null, number?, number?]>,
  changes: Partial<HeatmapMarker> = {}
): DataFrame {
  const marker = heatmapMarker({ comparison: WEEK_EARLIER, ...changes });
  const plain = heatmapFrame(
    cells.map(([row, hour, value, , n]) => [row, hour, value, n]),
    marker
  );
  return frameOf(
    [
      ...plain.fields.map((field) =>
        field.name === 'value' ? { ...field, config: { unit: metricOf(marker.metric).unit } } : field
      ),
      number(
        'previous',
        cells.map(([, , , previous]) => previous)
      ),
      number(
        'n_previous',
        cells.map(([, , , previous, , n]) => n ?? previous)
      ),
    ],
    marker
  );
}

/** The customers of `funnelFrame` beside 1,250 of a week earlier, of whom 600 and then 440 went on. */
export function comparedFunnelFrame(): DataFrame {
  const marker = funnelMarker({ comparison: WEEK_EARLIER, significance: 0.05 });
  return frameOf(
    [
      ...funnelFrame(marker).fields,
      number('previous_units', [1250, 600, 440]),
      number('previous_conversion', [1, 0.48, 0.352], 'percentunit'),
      number('previous_step_conversion', [null, 0.48, 0.7333], 'percentunit'),
      number('previous_median_ms', [null, 40_000, 1400], 'ms'),
      number('p_value', [null, 0.00016, 0.55]),
      { name: 'significant', type: FieldType.boolean, values: [null, true, false] },
    ],
    marker
  );
}

/** The errors of `errorsFrame` beside a week earlier: one has grown, one is new, one gone. */
export function comparedErrorsFrame(): DataFrame {
  const changes = { comparison: WEEK_EARLIER, previousRequests: 900, previousErrors: 80 };
  const marker = errorsMarker(['status', 'service'], changes);
  const fields = errorsFrame(marker).fields.map((field) =>
    field.name === 'requests' ? { ...field, values: [50, 30, 0] } : field
  );
  return frameOf(
    [
      ...fields,
      number('requests_previous', [40, 0, 40]),
      number('customers_previous', [20, 0, 12]),
      json('trend_previous', [
        [20, 20],
        [0, 0],
        [40, 0],
      ]),
    ],
    marker
  );
}

/** A marker of three steps taken by customers within an hour. */
export function funnelMarker(changes: Partial<FunnelMarker> = {}): FunnelMarker {
  return {
    queryType: 'funnel',
    view: 'steps',
    dataset: 'requests',
    from: START,
    to: START + 24 * HOUR,
    unit: 'customer',
    window: HOUR,
    order: 'ordered',
    successOnly: true,
    steps: ['View', 'Cart', 'Pay'].map((name) => ({
      name,
      filters: [{ key: 'route', operator: '=', value: `/${name.toLowerCase()}` }],
    })),
    filters: [],
    rowsWithoutUnit: 0,
    ...changes,
  };
}

/** 1,000 customers, of whom 400 and then 300 went on; 50 of the first loss are pending. */
export function funnelFrame(marker = funnelMarker()): DataFrame {
  return frameOf(
    [
      number('step', [1, 2, 3]),
      text('name', ['View', 'Cart', 'Pay']),
      number('units', [1000, 400, 300]),
      number('conversion', [1, 0.4, 0.3], 'percentunit'),
      number('step_conversion', [null, 0.4, 0.75], 'percentunit'),
      number('dropped', [0, 550, 100]),
      number('pending', [0, 50, 0]),
      number('median_ms', [null, 42_000, 1500], 'ms'),
      number('p90_ms', [null, 380_000, 9000], 'ms'),
    ],
    marker
  );
}

/** How long it took them, in two buckets. */
export function timesFrame(marker = funnelMarker({ view: 'times' })): DataFrame {
  return frameOf(
    [
      number('step', [2, 2, 3, 3]),
      text('name', ['Cart', 'Cart', 'Pay', 'Pay']),
      number('from_ms', [0, 1000, 0, 1000], 'ms'),
      number('to_ms', [1000, 60_000, 1000, 60_000], 'ms'),
      number('units', [150, 250, 200, 100]),
      number('median_ms', [42_000, 42_000, 900, 900], 'ms'),
      number('p90_ms', [50_000, 50_000, 2000, 2000], 'ms'),
    ],
    marker
  );
}

/** A marker of errors grouped by those keys. */
export function errorsMarker(groupBy: string[], changes: Partial<ErrorsMarker> = {}): ErrorsMarker {
  return {
    queryType: 'errors',
    dataset: 'requests',
    filters: [{ key: 'environment', operator: '=', value: 'prod' }],
    from: START,
    to: START + 24 * HOUR,
    groupBy,
    trendTimes: [START, START + 12 * HOUR],
    requests: 1000,
    errors: 100,
    ...changes,
  };
}

/** 503s of two services and a 404, grouped by status and service. */
export function errorsFrame(marker = errorsMarker(['status', 'service'])): DataFrame {
  return frameOf(
    [
      text('status', ['503', '404', '503']),
      text('service', ['pay', 'shop', 'shop']),
      text('title', ['503 POST /pay: gateway timed out', '404 GET {unmatched}', '503 GET /items']),
      text('error_owner', ['capacity', 'client', 'capacity']),
      text('method', ['POST', 'GET', 'GET']),
      text('route', ['/pay', '{unmatched}', '/items']),
      number('requests', [50, 30, 20]),
      number('customers', [25, 3, 10]),
      number('sessions', [30, 4, 12]),
      number('share', [0.5, 0.3, 0.2], 'percentunit'),
      time('first_seen', [START, START + HOUR, START + 2 * HOUR]),
      time('last_seen', [START + 5 * HOUR, START + 6 * HOUR, START + 20 * HOUR]),
      json('trend', [
        [10, 40],
        [15, 15],
        [20, 0],
      ]),
    ],
    marker
  );
}

/** Why the customers of `funnelFrame` did not go on: 550 of the cart dropped and 50 are pending, 100 of the payment dropped. */
export function reasonsFrame(changes: Partial<FunnelMarker> = {}): DataFrame {
  const failed = [
    { key: 'route', operator: '=' as const, value: '/cart' },
    { key: 'status', operator: '=' as const, value: '500' },
  ];
  const marker = funnelMarker({
    view: 'reasons',
    slowFactor: 3,
    reasons: [
      { step: 2, reason: 'failed', filters: failed },
      { step: 2, reason: 'diverted', filters: [{ key: 'route', operator: '=', value: '/help' }] },
      { step: 2, reason: 'silent', filters: [] },
      { step: 2, reason: 'pending', filters: [] },
      { step: 3, reason: 'slow', filters: [{ key: 'route', operator: '=', value: '/pay' }] },
      { step: 3, reason: 'excluded', filters: [] },
    ],
    reasonSteps: [
      { step: 2, dropped: 550, pending: 50, converted: 400 },
      { step: 3, dropped: 100, pending: 0, converted: 300 },
    ],
    ...changes,
  });
  return frameOf(
    [
      number('step', [2, 2, 2, 2, 3, 3]),
      text('name', ['Cart', 'Cart', 'Cart', 'Cart', 'Pay', 'Pay']),
      text('reason', ['failed', 'diverted', 'silent', 'pending', 'slow', 'excluded']),
      text('detail', ['POST /cart answered 500', 'GET /help', null, null, 'POST /pay', null]),
      text('error_owner', ['own', null, null, null, null, null]),
      number('units', [300, 150, 100, 50, 60, 40]),
      number('share', [0.5, 0.25, 0.1667, 0.0833, 0.6, 0.4], 'percentunit'),
      number('control_units', [40, 200, null, null, 30, null]),
      number('control_share', [0.1, 0.5, null, null, 0.1, null], 'percentunit'),
      number('odds_ratio', [9, 0.33, null, null, 13.5, null]),
      number('odds_low', [6.2, 0.25, null, null, 7.6, null]),
      number('odds_high', [13, 0.44, null, null, 24, null]),
      number('p_value', [1e-20, 1e-8, null, null, 0.2, null]),
    ],
    marker
  );
}

/** The customers of `funnelFrame` by region: 700 of eu, 250 of us, 50 of three others. */
export function brokenFunnelFrame(changes: Partial<FunnelMarker> = {}): DataFrame {
  const marker = funnelMarker({
    breakdown: 'region',
    attribution: 'first',
    segments: [
      { value: 'eu', units: 700 },
      { value: 'us', units: 250 },
      { value: null, other: true, values: 3, units: 50 },
    ],
    ...changes,
  });
  return frameOf(
    [
      number('step', [1, 2, 3, 1, 2, 3, 1, 2, 3]),
      text('name', ['View', 'Cart', 'Pay', 'View', 'Cart', 'Pay', 'View', 'Cart', 'Pay']),
      text('region', ['eu', 'eu', 'eu', 'us', 'us', 'us', '{other}', '{other}', '{other}']),
      number('units', [700, 280, 210, 250, 100, 80, 50, 20, 10]),
      number('conversion', [1, 0.4, 0.3, 1, 0.4, 0.32, 1, 0.4, 0.2], 'percentunit'),
      number('dropped', [0, 420, 70, 0, 150, 20, 0, 30, 10]),
      number('pending', [0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ],
    marker
  );
}

/** Four hours of `funnelFrame`, the last of which is not over, and nobody came in the second. */
export function trendFrame(changes: Partial<FunnelMarker> = {}): DataFrame {
  const marker = funnelMarker({ view: 'trend', interval: HOUR, incompleteFrom: START + 3 * HOUR, ...changes });
  return frameOf(
    [
      time(
        'time',
        [0, 1, 2, 3].map((hour) => START + hour * HOUR)
      ),
      number('conversion', [0.4, null, 0.2, 0.1], 'percentunit'),
      number('conversion_low', [0.3, null, 0.15, 0.05], 'percentunit'),
      number('conversion_high', [0.5, null, 0.27, 0.2], 'percentunit'),
      number('units', [100, 0, 200, 50]),
      number('converted', [40, 0, 40, 5]),
      number('pending', [0, 0, 0, 30]),
    ],
    marker
  );
}

/** What goes with paying, and what with not. */
export function correlationFrame(changes: Partial<FunnelCorrelation> = {}): DataFrame {
  const of = (value: string) => ({ filters: [{ key: 'route', operator: '=' as const, value }] });
  const marker = funnelMarker({
    view: 'correlation',
    correlated: [of('/voucher'), of('/error'), of('/help')],
    correlation: { step: 3, units: 1000, converted: 300, keys: ['route'], ...changes },
  });
  return frameOf(
    [
      text('key', ['route', 'route', 'route']),
      text('value', ['/voucher', '/error', '/help']),
      number('units_with', [200, 100, 50]),
      number('converted_with', [120, 5, 14]),
      number('share_with', [0.6, 0.05, 0.28], 'percentunit'),
      number('share_without', [0.225, 0.328, 0.301], 'percentunit'),
      number('odds_ratio', [5.2, 0.11, 0.9]),
      number('odds_low', [3.7, 0.04, 0.48]),
      number('odds_high', [7.2, 0.27, 1.7]),
      number('p_value', [1e-10, 1e-6, 0.7]),
      number('q_value', [3e-10, 2e-6, 0.7]),
      number('support', [0.2, 0.1, 0.05], 'percentunit'),
    ],
    marker
  );
}

/** The same, after companions that set apart what is necessary: so many routes on the way to paying, with odds beyond all others. */
export function necessaryFrame(necessary: number, changes: Partial<FunnelCorrelation> = {}): DataFrame {
  const plain = correlationFrame({ compared: 3, necessary, ...changes });
  const paths = Array.from({ length: necessary }, (_, index) => `/way/${index + 1}`);
  const more: Record<string, (path: string) => unknown> = {
    key: () => 'route',
    value: (path) => path,
    odds_ratio: () => 60,
    q_value: () => null,
    support: () => 0.5,
  };
  const fields = plain.fields.map((field) => ({
    ...field,
    values: [...field.values, ...paths.map(more[field.name] ?? (() => 1))],
  }));
  const flags = { name: 'necessary', type: FieldType.boolean, values: [false, false, false, ...paths.map(() => true)] };
  const met = number('converted_support', [0.4, 0.02, 0.05, ...paths.map(() => 0.998)], 'percentunit');
  const correlated = paths.map((value) => ({ filters: [{ key: 'route', operator: '=' as const, value }] }));
  const old = frameMarker<FunnelMarker>(plain, 'funnel')!;
  const marker: FunnelMarker = { ...old, correlated: [...(old.correlated ?? []), ...correlated] };
  return frameOf([...fields, met, flags], marker);
}

/** Two attempts of 120. */
export function attemptsFrame(): DataFrame {
  return frameOf(
    [
      text('unit', ['ada', 'bob']),
      number('step', [1, 3]),
      text('name', ['View', 'Pay']),
      text('ended', ['stopped', 'converted']),
      text('reason', ['failed', null]),
      time('entry', [START + HOUR, START]),
      number('duration_ms', [0, 60_000], 'ms'),
    ],
    funnelMarker({ view: 'units', total: 120 })
  );
}
