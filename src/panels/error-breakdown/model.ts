import { type DataFrame, type Field, FieldType } from '@grafana/data';
import { earlierBy, type ErrorsMarker, OTHER_GROUP, previousName } from '@apitrail/contract';

import { comparisonOf } from '../../components/change';
import { fieldNamed, fieldsOfType, frameMarker, numberAt, textAt } from '../../components/find-field';
import { type ModelResult, type WantedColumn } from '../../components/panel-state';

/** What errors are told apart by, beside the keys of the query. In the order they are offered. */
export const DIMENSIONS = ['status', 'route', 'service', 'method', 'error_owner', 'error_type'] as const;

/** A group of failed requests. Numbers that are not known are NaN. */
export interface ErrorGroup {
  title: string;
  /** Values of the dimensions; null where there is none, or where the requests of the group differ. */
  values: Record<string, string | null>;
  /** The rest, beyond the top groups. */
  other: boolean;
  requests: number;
  /** Of all errors, 0 to 1. */
  share: number;
  customers: number;
  sessions: number;
  firstSeen: number;
  lastSeen: number;
  state?: string;
  /** Requests per point of the trend. */
  trend?: number[];
  /** The group at the earlier time the answer is compared with; absent without a comparison. */
  earlier?: EarlierGroup;
  frameRow: number;
}

/** A group at the earlier time. Numbers that are not known are NaN. */
export interface EarlierGroup {
  requests: number;
  customers: number;
  sessions: number;
  trend?: number[];
}

export interface ErrorsModel {
  frame: DataFrame;
  marker?: ErrorsMarker;
  /** Keys the query grouped by. */
  keys: string[];
  /** Dimensions the groups can be put together by: those with more than one value. */
  dimensions: string[];
  groups: ErrorGroup[];
  requestsField: Field;
  /** Errors in all groups. */
  total: number;
  has: { customers: boolean; sessions: boolean; seen: boolean; trend: boolean; owner: boolean; earlier: boolean };
  /** How much earlier the time is that groups are compared with, as the query says it: `1w`. */
  timeShift?: string;
  /** Errors of the earlier time in all groups. */
  earlierTotal?: number;
  trendTimes?: number[];
}

export const WANTED_COLUMNS: WantedColumn[] = [
  {
    name: 'status',
    type: 'any',
    meaning: 'Or route, service, error_group: what tells the errors apart. At least one.',
  },
  { name: 'requests', type: 'number', meaning: 'How many requests failed so.' },
  { name: 'customers', type: 'number', optional: true, meaning: 'How many customers were touched; sessions likewise.' },
  { name: 'first_seen', type: 'time', optional: true, meaning: 'When first; last_seen likewise.' },
  { name: 'trend', type: 'list of numbers', optional: true, meaning: 'Requests over time, as a JSON list.' },
];

const REQUESTS_NAMES = ['requests', 'errors', 'count', 'events', 'value', 'total'];
const TITLE_NAMES = ['title', 'message', 'error_message', 'error', 'exception', 'description'];
const STATUS_NAMES = ['status', 'status_code', 'http_status', 'code'];
const NOT_KEYS = ['title', 'state'];

/** Reads groups of errors from a frame: that of Apitrail's errors query, or any table with a number of requests per row. */
export function errorsModel(frames: DataFrame[]): ModelResult<ErrorsModel> {
  const filled = frames.filter((frame) => frame.length > 0 && earlierBy(frame.meta?.custom) === undefined);
  const frame = filled.find((f) => frameMarker<ErrorsMarker>(f, 'errors')?.groupBy !== undefined) ?? filled[0];
  if (!frame) {
    return { missing: 'There are no errors to list' };
  }
  const marker = frameMarker<ErrorsMarker>(frame, 'errors');
  const status = fieldNamed(frame, STATUS_NAMES);
  const requestsField =
    fieldNamed(frame, REQUESTS_NAMES, FieldType.number) ?? fieldsOfType(frame, FieldType.number, [status])[0];
  if (!requestsField) {
    return { missing: 'There is no column of numbers that says how many requests failed' };
  }
  const titleField = fieldNamed(frame, TITLE_NAMES, FieldType.string);
  const dimensionFields = dimensionsOf(frame, marker, status, titleField);
  if (dimensionFields.size === 0 && !titleField) {
    return { missing: 'There is no column that tells the errors apart' };
  }
  const column = {
    share: fieldNamed(frame, ['share'], FieldType.number),
    customers: fieldNamed(frame, ['customers', 'users'], FieldType.number),
    sessions: fieldNamed(frame, ['sessions'], FieldType.number),
    first: fieldNamed(frame, ['first_seen', 'firstseen'], FieldType.time),
    last: fieldNamed(frame, ['last_seen', 'lastseen'], FieldType.time),
    state: fieldNamed(frame, ['state'], FieldType.string),
    trend: fieldNamed(frame, ['trend'], FieldType.other),
    requestsThen: fieldNamed(frame, [previousName(requestsField.name)], FieldType.number),
    customersThen: fieldNamed(frame, [previousName('customers')], FieldType.number),
    sessionsThen: fieldNamed(frame, [previousName('sessions')], FieldType.number),
    trendThen: fieldNamed(frame, [previousName('trend')], FieldType.other),
  };
  let total = 0;
  for (let row = 0; row < frame.length; row++) {
    total += numberAt(requestsField, row) || 0;
  }
  const keys = (marker?.groupBy ?? [...dimensionFields.keys()]).filter((key) => dimensionFields.has(key));
  const groups = Array.from({ length: frame.length }, (_, row): ErrorGroup => {
    const values: Record<string, string | null> = {};
    for (const [name, field] of dimensionFields) {
      values[name] = textAt(field, row) ?? null;
    }
    const requests = numberAt(requestsField, row) || 0;
    const share = numberAt(column.share, row);
    const other = keys.some((key) => values[key] === OTHER_GROUP);
    return {
      title: other ? OTHER_GROUP : textAt(titleField, row) || titleOf(keys, values),
      values,
      other,
      requests,
      share: Number.isNaN(share) ? (total > 0 ? requests / total : NaN) : share,
      customers: numberAt(column.customers, row),
      sessions: numberAt(column.sessions, row),
      firstSeen: numberAt(column.first, row),
      lastSeen: numberAt(column.last, row),
      state: textAt(column.state, row),
      trend: listOf(column.trend, row),
      earlier: column.requestsThen && {
        requests: numberAt(column.requestsThen, row),
        customers: numberAt(column.customersThen, row),
        sessions: numberAt(column.sessionsThen, row),
        trend: listOf(column.trendThen, row),
      },
      frameRow: row,
    };
  });
  return {
    model: {
      frame,
      marker,
      keys,
      dimensions: [...dimensionFields.keys()].filter((name) => tellsApart(groups, name)),
      groups,
      requestsField,
      total: marker?.errors ?? total,
      has: {
        customers: column.customers !== undefined,
        sessions: column.sessions !== undefined,
        seen: column.last !== undefined,
        trend: column.trend !== undefined,
        owner: dimensionFields.has('error_owner'),
        earlier: column.requestsThen !== undefined,
      },
      timeShift: comparisonOf(frame)?.timeShift,
      earlierTotal:
        marker?.previousErrors ??
        (column.requestsThen && groups.reduce((sum, group) => sum + (group.earlier?.requests || 0), 0)),
      trendTimes: marker?.trendTimes,
    },
  };
}

/** The columns that tell errors apart: the query's keys, then what a request is known by, then other text. */
function dimensionsOf(
  frame: DataFrame,
  marker: ErrorsMarker | undefined,
  status: Field | undefined,
  titleField: Field | undefined
): Map<string, Field> {
  const fields = new Map<string, Field>();
  for (const name of [...(marker?.groupBy ?? []), ...DIMENSIONS]) {
    const field = name === 'status' ? status : fieldNamed(frame, [name]);
    if (field && !fields.has(name)) {
      fields.set(name, field);
    }
  }
  if (!marker) {
    const taken = [titleField, ...fields.values()];
    for (const field of fieldsOfType(frame, FieldType.string, taken)) {
      if (!NOT_KEYS.includes(field.name)) {
        fields.set(field.name, field);
      }
    }
  }
  return fields;
}

function tellsApart(groups: ErrorGroup[], name: string): boolean {
  const named = groups.filter((group) => !group.other);
  return named.some((group) => group.values[name] !== named[0].values[name]);
}

function titleOf(keys: string[], values: Record<string, string | null>): string {
  const known = keys.map((key) => values[key]).filter((value) => value !== null && value !== '');
  return known.length > 0 ? known.join(' ') : '(none)';
}

/** A list of numbers, whether it came as one or as the text of one. */
function listOf(field: Field | undefined, row: number): number[] | undefined {
  const value: unknown = field?.values[row];
  const list: unknown = typeof value === 'string' ? parsed(value) : value;
  return Array.isArray(list) ? list.map((n: unknown) => (typeof n === 'number' ? n : 0)) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
