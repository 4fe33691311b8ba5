import type { DataFrame, Field, Labels } from '@grafana/data';
import { earlierBy, metricOf, OTHER_GROUP, type MetricName } from '@apitrail/contract';

import type { ApitrailQueryOf } from '../types';

/** What a legend calls a key that is null. */
const NO_VALUE = '(none)';

/**
 * An answer to `traffic` with what came in since, a row per group and bucket. A bucket that the answer has already is
 * replaced, since it was not finished then. What is older than `from` goes.
 */
export function appendTraffic(
  frames: readonly DataFrame[],
  live: DataFrame,
  query: ApitrailQueryOf<'traffic'>,
  from: number
): DataFrame[] {
  if (live.length === 0) {
    return [...frames];
  }
  if (query.format === 'table') {
    return frames.map((frame, index) => (index === 0 ? appendRows(frame, live, query.groupBy ?? [], from) : frame));
  }
  const keys = query.groupBy ?? [];
  const metrics = live.fields.filter(({ name }) => name !== 'time' && !keys.includes(name));
  const own = frames.filter((frame) => earlierBy(frame.meta?.custom) === undefined && frame.fields.length > 1);
  const ghosts = frames.filter((frame) => earlierBy(frame.meta?.custom) !== undefined);
  const times = column(live, 'time') as number[];
  for (let row = 0; row < live.length; row++) {
    const labels = labelsOf(live, keys, row);
    for (const metric of metrics) {
      const at = own.findIndex(({ fields: [, field] }) => field!.name === metric.name && sameLabels(field!, labels));
      const frame = own[at] ?? newSeries(live, metric, metrics.length, keys, labels, own[0] ?? frames[0]);
      const appended = appendPoint(frame, times[row]!, metric.values[row] as number | null, from);
      if (at < 0) {
        own.push(appended);
      } else {
        own[at] = appended;
      }
    }
  }
  return [...own.map((frame) => silent(frame, live, from)), ...ghosts];
}

/** A series of which nothing came in goes on with nothing, unless it may be part of `{other}`. */
function silent(frame: DataFrame, live: DataFrame, from: number): DataFrame {
  const [times, { name }] = frame.fields as [Field, Field];
  const bucket = (column(live, 'time') as number[])[0]!;
  const complete = !live.fields.some(({ values }) => values.includes(OTHER_GROUP));
  if (!complete || ((times.values.at(-1) as number | undefined) ?? Infinity) >= bucket) {
    return frame;
  }
  const { kind } = metricOf(name as MetricName);
  return appendPoint(frame, bucket, kind === 'ratio' || kind === 'distribution' ? null : 0, from);
}

function column(frame: DataFrame, name: string): unknown[] {
  return frame.fields.find((field) => field.name === name)?.values ?? [];
}

function labelsOf(live: DataFrame, keys: readonly string[], row: number): Labels {
  return Object.fromEntries(keys.map((key) => [key, String(column(live, key)[row] ?? '')]));
}

function sameLabels({ labels = {} }: Field, other: Labels): boolean {
  const names = Object.keys(other);
  return names.length === Object.keys(labels).length && names.every((name) => labels[name] === other[name]);
}

/** A group that the answer did not have, as the companion would name it. */
function newSeries(
  live: DataFrame,
  metric: Field,
  metrics: number,
  keys: readonly string[],
  labels: Labels,
  like: DataFrame | undefined
): DataFrame {
  const displayName = metric.config.displayNameFromDS ?? metric.name;
  const group = keys.map((key) => labels[key] || NO_VALUE).join(' ');
  const name = keys.length === 0 ? displayName : metrics === 1 ? group : `${displayName} ${group}`;
  const { custom, notices: _, executedQueryString: __, stats: ___, ...meta } = like?.meta ?? live.meta ?? {};
  const time = live.fields.find((field) => field.name === 'time')!;
  return {
    name,
    refId: like?.refId ?? live.refId,
    meta: { ...meta, custom: custom ?? live.meta?.custom },
    fields: [
      { ...time, values: [] },
      { ...metric, labels, values: [], config: { ...metric.config, displayNameFromDS: name } },
    ],
    length: 0,
  };
}

function appendPoint(frame: DataFrame, time: number, value: number | null, from: number): DataFrame {
  const [times, values] = frame.fields as [Field, Field, ...Field[]];
  const known = times.values.lastIndexOf(time);
  const joined =
    known >= 0
      ? { times: times.values, values: values.values.with(known, value) }
      : time > ((times.values.at(-1) as number | undefined) ?? -Infinity)
        ? { times: [...times.values, time], values: [...values.values, value] }
        : { times: times.values, values: values.values };
  const begin = joined.times.findIndex((at: number) => at >= from);
  const kept = begin < 0 ? joined.times.length : begin;
  return {
    ...frame,
    fields: [
      { ...times, values: joined.times.slice(kept), state: undefined },
      { ...values, values: joined.values.slice(kept), state: undefined },
    ],
    length: joined.times.length - kept,
  };
}

/** A table has a row per bucket and group, in the order of the buckets. */
function appendRows(frame: DataFrame, live: DataFrame, keys: readonly string[], from: number): DataFrame {
  const nameOf = (of: DataFrame, row: number) =>
    JSON.stringify([column(of, 'time')[row], ...keys.map((key) => String(column(of, key)[row] ?? ''))]);
  const replaced = new Set(Array.from({ length: live.length }, (_, row) => nameOf(live, row)));
  const times = column(frame, 'time') as number[];
  const kept = times.flatMap((time, row) => (time >= from && !replaced.has(nameOf(frame, row)) ? [row] : []));
  const fields = frame.fields.map((field): Field => {
    const came = live.fields.find(({ name }) => name === field.name)?.values ?? new Array(live.length).fill(null);
    return { ...field, values: [...kept.map((row) => field.values[row] as unknown), ...came], state: undefined };
  });
  return { ...frame, fields, length: kept.length + live.length };
}
