import { createDataFrame, type DataFrame, FieldType } from '@grafana/data';
import { type ErrorsMarker, type FunnelMarker, type HeatmapMarker } from '@apitrail/contract';

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

export function frameOf(fields: Column[], marker?: HeatmapMarker | FunnelMarker | ErrorsMarker): DataFrame {
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
