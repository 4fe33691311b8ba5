import { forEachScope, parseExport } from './json-export';
import { listAt, objectAt } from './json-values';
import { each } from './protobuf-export';
import { WireReader } from './wire-reader';

const field = (number: number): number => number * 8 + 2;
/** Gauge, sum, histogram, exponential histogram and summary: each has its points in field 1. */
const KINDS = [5, 7, 9, 10, 11].map(field);
const JSON_KINDS = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'];

/** How many data points an ExportMetricsServiceRequest in protobuf has. Throws APITRAIL_BAD_BODY. */
export function countPoints(body: Buffer): number {
  const reader = new WireReader(body);
  let points = 0;
  const inside = (kind: number, end: number, read: (end: number) => void): void =>
    each(reader, reader.position, end, kind, read);
  inside(field(1), body.length, (resource) =>
    inside(field(2), resource, (scope) =>
      inside(field(2), scope, (metric) => {
        const start = reader.position;
        for (const kind of KINDS) {
          each(reader, start, metric, kind, (data) => inside(field(1), data, () => points++));
        }
      })
    )
  );
  return points;
}

/** The same in JSON. */
export function countPointsJson(body: Buffer): number {
  let points = 0;
  const names = { resources: 'resourceMetrics', scopes: 'scopeMetrics', items: 'metrics' } as const;
  forEachScope(parseExport(body), names, (_, scope, where) => {
    listAt(scope.metrics, `${where.scope}.metrics`).forEach((one, index) => {
      const place = `${where.scope}.metrics[${index}]`;
      const metric = objectAt(one, place);
      for (const kind of JSON_KINDS) {
        const data = objectAt(metric[kind], `${place}.${kind}`);
        points += listAt(data.dataPoints, `${place}.${kind}.dataPoints`).length;
      }
    });
  });
  return points;
}
