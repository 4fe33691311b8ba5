import { type DataFrame, FieldType, LogLevel } from '@grafana/data';

import type { ApitrailQuery, ApitrailQueryOf } from '../types';
import { placeOf } from './place-of';

/** How Explore tells the frames of the volume from those of the query. */
const PREFIX = 'log-volume-';

/** The traffic by status class behind the requests that a query lists as log lines; none for other queries. */
export function volumeQuery(query: ApitrailQuery): ApitrailQueryOf<'traffic'> | undefined {
  if (query.queryType !== 'requests' || query.format !== 'logs' || query.hide) {
    return undefined;
  }
  const { filters = [], search } = query;
  return {
    ...placeOf(query),
    refId: `${PREFIX}${query.refId}`,
    queryType: 'traffic',
    metrics: ['requests', 'server_errors'],
    groupBy: ['status_class'],
    limit: 10,
    filters,
    ...(search ? { search } : {}),
  } as ApitrailQueryOf<'traffic'>;
}

export function isVolume(frame: DataFrame): boolean {
  return frame.refId?.startsWith(PREFIX) ?? false;
}

/**
 * The answer to a volume query as Explore draws it: a series of requests per level, which it knows by the label `level`
 * and colours as it colours the lines. 5xx are errors, 4xx warnings, the rest is information; without a status, what
 * failed is an error.
 */
export function volumeFrames(frames: DataFrame[]): DataFrame[] {
  const series = frames.map((frame) => ({ frame, number: numberOf(frame) }));
  const failed = series.find(({ number }) => number?.name === 'server_errors' && classOf(number) === '')?.number;
  return series.flatMap(({ frame, number }) => {
    if (!number || number.name !== 'requests') {
      return [];
    }
    const status = classOf(number);
    if (status !== '' || !failed) {
      return [withLevel(frame, LEVELS[status] ?? LogLevel.info, number.values)];
    }
    return [
      withLevel(frame, LogLevel.error, failed.values),
      withLevel(
        frame,
        LogLevel.info,
        number.values.map((value, index) => value - failed.values[index])
      ),
    ];
  });
}

const LEVELS: Readonly<Record<string, LogLevel>> = { '5xx': LogLevel.error, '4xx': LogLevel.warning };

function numberOf(frame: DataFrame) {
  return frame.fields.find(({ type }) => type === FieldType.number);
}

function classOf({ labels }: { labels?: Record<string, string> }): string {
  return labels?.['status_class'] ?? '';
}

function withLevel(frame: DataFrame, level: LogLevel, values: number[]): DataFrame {
  return {
    ...frame,
    fields: frame.fields.map((field) =>
      field.type === FieldType.number ? { ...field, values, labels: { ...field.labels, level }, state: null } : field
    ),
  };
}
