import { type DataFrame, type Field, FieldType } from '@grafana/data';
import { type CustomersMarker } from '@apitrail/contract';

import { fieldNamed, frameMarker, numberAt, textAt } from '../../components/find-field';
import { type ModelResult, type WantedColumn } from '../../components/panel-state';
import { sessionsOf } from './sessions';

/** Something that happened. Absent is what is not known. */
export interface TimelineEvent {
  kind: 'request' | 'error' | 'journey';
  /** Epoch milliseconds. */
  time: number;
  title: string;
  session?: string;
  service?: string;
  method?: string;
  route?: string;
  status?: number;
  /** NaN where it is not known, as `usualMs`. */
  durationMs: number;
  /** The 95th percentile of all requests at this endpoint. */
  usualMs: number;
  slow: boolean;
  errorGroup?: string;
  errorOwner?: string;
  errorMessage?: string;
  traceId?: string;
  /** Of a journey: number of the step, counted from 1, and `entered`, `reached`, `converted` or how it ended. */
  step: number;
  outcome?: string;
  /** Row of the frame. */
  frameRow: number;
}

/** A visit: what came without a long pause, or with one session id. */
export interface TimelineSession {
  /** Only this one has it. */
  id: string;
  /** Session id; absent of requests that have none. */
  session?: string;
  /** Epoch milliseconds. */
  time: number;
  timeEnd: number;
  /** Of the whole session, also where a page shows only a part of it. */
  requests: number;
  errors: number;
  slow: number;
  /** Of those, how many are on older pages; only of sessions that began there. */
  older?: number;
  /** In the order of time. */
  events: TimelineEvent[];
}

export interface TimelineModel {
  frame: DataFrame;
  marker?: CustomersMarker;
  titleField?: Field;
  /** The customer, as it is stored; absent of other tables. */
  customer?: string;
  /** In the order of time. */
  sessions: TimelineSession[];
  /** Of the whole timeline where the marker tells it, but for what is slow and for journeys. */
  counts: { sessions: number; requests: number; errors: number; slow: number; journeys: number };
  /** Errors on this page: what can be picked out of it. */
  errorsOnPage: number;
  /** Rows that are not on this page. */
  missing: number;
}

export const WANTED_COLUMNS: WantedColumn[] = [
  { name: 'time', type: 'time', meaning: 'When it happened.' },
  { name: 'method, route', type: 'string', meaning: 'What was asked; or a title.' },
  { name: 'status', type: 'number', optional: true, meaning: 'Of the answer. 400 and above are errors.' },
  { name: 'kind', type: 'string', optional: true, meaning: 'session, request, error or journey.' },
  { name: 'session', type: 'string', optional: true, meaning: 'What belongs together; else pauses tell visits apart.' },
  { name: 'duration_ms', type: 'number', optional: true, meaning: 'How long it took; usual_ms what is usual.' },
];

/** Reads a timeline from frames: Apitrail's view `timeline`, or any table of requests with their times. */
export function timelineModel(frames: DataFrame[]): ModelResult<TimelineModel> {
  const frame = frames.find(({ length }) => length > 0);
  if (!frame) {
    return { missing: 'There is nothing to tell of' };
  }
  const marker = frameMarker<CustomersMarker>(frame, 'customers');
  if (marker && marker.view !== 'timeline') {
    return {
      missing: `This is the ${marker.view} of customers, not the timeline of one: choose that view in the query`,
    };
  }
  const times = fieldNamed(frame, ['time'], FieldType.time) ?? frame.fields.find(({ type }) => type === FieldType.time);
  if (!times) {
    return { missing: 'There is no column that says when something happened' };
  }
  const titleField = fieldNamed(frame, ['title', 'route', 'path', 'url', 'message'], FieldType.string);
  if (!titleField) {
    return { missing: 'There is no column that says what happened' };
  }
  const rows = readRows(frame, times, titleField);
  const sessions = sessionsOf(rows, marker?.continued);
  const sum = (of: (session: TimelineSession) => number) => sessions.reduce((total, each) => total + of(each), 0);
  const journeys = rows.filter(({ kind, outcome }) => kind === 'journey' && outcome === 'entered').length;
  return {
    model: {
      frame,
      marker,
      titleField,
      customer: marker?.customer,
      sessions,
      counts: {
        sessions: marker?.counts?.sessions ?? sessions.length,
        requests: marker?.counts?.requests ?? sum(({ requests }) => requests),
        errors: marker?.counts?.errors ?? sum(({ errors }) => errors),
        slow: sum(({ slow }) => slow),
        journeys,
      },
      errorsOnPage: rows.filter(({ kind }) => kind === 'error').length,
      missing: marker?.total === undefined ? 0 : Math.max(0, marker.total - frame.length),
    },
  };
}

/** Which rows of how many a page has, counted from what comes first in the list. */
export function rowsOfPage(
  { frame, marker }: TimelineModel,
  order: 'newest' | 'oldest'
): { first: number; last: number; total: number } {
  const { offset = 0, total = frame.length, direction = 'asc' } = marker ?? {};
  const before = (direction === 'desc') === (order === 'newest') ? offset : total - offset - frame.length;
  return { first: before + 1, last: before + frame.length, total };
}

/** A row as it comes: sessions are rows of their own. */
export type TimelineRow = Omit<TimelineEvent, 'kind'> & {
  kind: TimelineEvent['kind'] | 'session';
  timeEnd: number;
  requests: number;
  errors: number;
};

const KINDS = new Set(['session', 'request', 'error', 'journey']);

function readRows(frame: DataFrame, times: Field, titles: Field): TimelineRow[] {
  const text = (...names: string[]) => {
    const field = fieldNamed(frame, names, FieldType.string);
    return (row: number) => textAt(field, row) || undefined;
  };
  const amount = (...names: string[]) => {
    const field = fieldNamed(frame, names, FieldType.number);
    return (row: number) => numberAt(field, row);
  };
  const [kind, session, service, method, route] = [
    text('kind'),
    text('session', 'session_id'),
    text('service'),
    text('method'),
    text('route', 'path'),
  ];
  const [group, owner, message, type, trace, outcome] = [
    text('error_group'),
    text('error_owner'),
    text('error_message'),
    text('error_type'),
    text('trace_id'),
    text('outcome'),
  ];
  const [status, duration, usual] = [amount('status'), amount('duration_ms', 'duration'), amount('usual_ms')];
  const [requests, errors, step] = [amount('requests'), amount('errors'), amount('step')];
  const ends = fieldNamed(frame, ['time_end'], FieldType.time);
  const slow: unknown[] | undefined = fieldNamed(frame, ['slow'], FieldType.boolean)?.values;
  return Array.from({ length: frame.length }, (_, frameRow): TimelineRow => {
    const code = status(frameRow);
    const given = kind(frameRow);
    const failed = code >= 400 || (Number.isNaN(code) && type(frameRow) !== undefined);
    const time = numberAt(times, frameRow);
    const durationMs = duration(frameRow);
    const timeEnd = numberAt(ends, frameRow);
    return {
      kind: given !== undefined && KINDS.has(given) ? (given as TimelineRow['kind']) : failed ? 'error' : 'request',
      time,
      timeEnd: Number.isNaN(timeEnd) ? time + (durationMs || 0) : timeEnd,
      title: textAt(titles, frameRow) ?? '',
      session: session(frameRow),
      service: service(frameRow),
      method: method(frameRow),
      route: route(frameRow),
      status: Number.isNaN(code) ? undefined : code,
      durationMs,
      usualMs: usual(frameRow),
      slow: slow?.[frameRow] === true,
      errorGroup: group(frameRow),
      errorOwner: owner(frameRow),
      errorMessage: message(frameRow) ?? type(frameRow),
      traceId: trace(frameRow),
      step: step(frameRow),
      outcome: outcome(frameRow),
      requests: requests(frameRow) || 0,
      errors: errors(frameRow) || 0,
      frameRow,
    };
  }).filter(({ time }) => !Number.isNaN(time));
}
