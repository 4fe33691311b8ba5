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
