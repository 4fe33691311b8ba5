import { type DataFrame, FieldType, toDataFrame } from '@grafana/data';
import { parseQuery } from '@apitrail/contract';

import type { ApitrailQuery } from '../types';
import { volumeFrames, volumeQuery } from './logs-volume';

const logs = (more: object) => ({ refId: 'A', queryType: 'requests', format: 'logs', ...more }) as ApitrailQuery;

describe('the query for the volume', () => {
  it('asks for the traffic by status class of the same rows', () => {
    const filters = [{ key: 'service', operator: '=' as const, value: 'shop' }];
    expect(parseQuery(volumeQuery(logs({ filters, dataset: 'gateway' })))).toMatchObject({
      refId: 'log-volume-A',
      queryType: 'traffic',
      groupBy: ['status_class'],
      dataset: 'gateway',
      filters,
    });
  });

  it('looks for the text that the query searches', () => {
    expect(parseQuery(volumeQuery(logs({ search: 'a.b' })))).toMatchObject({ search: 'a.b' });
  });

  it.each([
    { format: 'table' },
    { format: undefined },
    { hide: true },
    { queryType: 'traffic', format: 'time_series' },
  ])('is none for %p', (more) => {
    expect(volumeQuery(logs(more))).toBeUndefined();
  });
});

function series(metric: string, status_class: string, values: number[]): DataFrame {
  return toDataFrame({
    refId: 'log-volume-A',
    fields: [
      { name: 'time', type: FieldType.time, values: values.map((_, index) => index * 60_000) },
      { name: metric, type: FieldType.number, values, labels: { status_class } },
    ],
  });
}

describe('the volume', () => {
  const levels = (frames: DataFrame[]) =>
    volumeFrames(frames).map(({ fields }) => [fields[1]!.labels!['level'], fields[1]!.values]);

  it('is requests by level: 5xx errors, 4xx warnings, the rest information', () => {
    const frames = [
      ...['2xx', '3xx', '4xx', '5xx'].map((status, index) => series('requests', status, [index, 1])),
      series('server_errors', '5xx', [3, 1]),
    ];
    expect(levels(frames)).toEqual([
      ['info', [0, 1]],
      ['info', [1, 1]],
      ['warning', [2, 1]],
      ['error', [3, 1]],
    ]);
  });

  it('divides requests without a status into those that failed and the others', () => {
    expect(levels([series('requests', '', [5, 2]), series('server_errors', '', [4, 0])])).toEqual([
      ['error', [4, 0]],
      ['info', [1, 2]],
    ]);
  });
});
