import { type DataFrame, FieldType } from '@grafana/data';
import { type CustomersMarker } from '@apitrail/contract';

import { frameOf, HOUR, number, START, text, time } from './frames';

/** A marker of the timeline of one customer. */
export function timelineMarker(changes: Partial<CustomersMarker> = {}): CustomersMarker {
  return {
    queryType: 'customers',
    dataset: 'requests',
    from: START,
    to: START + 96 * HOUR,
    filters: [{ key: 'environment', operator: '=', value: 'prod' }],
    view: 'timeline',
    unit: 'customer',
    identity: 'session',
    customer: 'jane',
    threshold: 70,
    total: 16,
    counts: { sessions: 2, requests: 10, errors: 1, journeys: 4 },
    rowsWithoutUnit: 0,
    ...changes,
  };
}

export interface TimelineRowInput {
  /** Milliseconds after the start. */
  at: number;
  kind: 'session' | 'request' | 'error' | 'journey';
  title?: string;
  end?: number;
  session?: string | null;
  method?: string;
  route?: string;
  status?: number;
  duration?: number;
  usual?: number;
  slow?: boolean;
  owner?: string;
  group?: string;
  message?: string;
  trace?: string;
  requests?: number;
  errors?: number;
  step?: number;
  outcome?: string;
}

/** A frame of those rows, in their order. */
export function timelineFrameOf(rows: TimelineRowInput[], marker: CustomersMarker | undefined): DataFrame {
  const texts = (name: string, of: (row: TimelineRowInput) => string | null | undefined) =>
    text(
      name,
      rows.map((row) => of(row) ?? null)
    );
  const numbers = (name: string, of: (row: TimelineRowInput) => number | undefined, unit?: string) =>
    number(
      name,
      rows.map((row) => of(row) ?? null),
      unit
    );
  return frameOf(
    [
      time(
        'time',
        rows.map(({ at }) => START + at)
      ),
      time(
        'time_end',
        rows.map(({ at, end, duration }) => START + (end ?? at + (duration ?? 0)))
      ),
      texts('kind', ({ kind }) => kind),
      texts('title', (row) => row.title ?? [row.method, row.route, row.status].filter(Boolean).join(' ')),
      texts('session', ({ session, kind }) => (kind === 'journey' ? null : session === undefined ? 'visit' : session)),
      texts('service', ({ route }) => (route ? 'shop' : null)),
      texts('method', ({ method }) => method),
      texts('route', ({ route }) => route),
      numbers('status', ({ status }) => status),
      numbers('duration_ms', ({ duration }) => duration, 'ms'),
      { name: 'slow', type: FieldType.boolean, values: rows.map(({ slow }) => slow ?? null) },
      numbers('usual_ms', ({ usual }) => usual, 'ms'),
      texts('error_group', ({ group }) => group),
      texts('error_owner', ({ owner }) => owner),
      texts('error_message', ({ message }) => message),
      texts('trace_id', ({ trace }) => trace),
      numbers('requests', ({ requests }) => requests),
      numbers('errors', ({ errors }) => errors),
      numbers('step', ({ step }) => step),
      texts('outcome', ({ outcome }) => outcome),
    ],
    marker
  );
}

const MINUTE = 60_000;
const fine = (at: number, route = '/products', changes: Partial<TimelineRowInput> = {}): TimelineRowInput => ({
  at,
  kind: 'request',
  method: 'GET',
  route,
  status: 200,
  duration: 80,
  usual: 100,
  slow: false,
  ...changes,
});

/**
 * Two visits, three days apart. In the first a checkout breaks after five fine requests; in the second it works, after a
 * slow one.
 */
export const TIMELINE_ROWS: TimelineRowInput[] = [
  { at: 8 * HOUR, kind: 'session', end: 8 * HOUR + 20 * MINUTE, requests: 6, errors: 1 },
  ...[0, 1, 2, 3, 4].map((minute) => fine(8 * HOUR + minute * MINUTE)),
  { at: 8 * HOUR + 4 * MINUTE, kind: 'journey', title: 'Entered at Cart', step: 1, outcome: 'entered' },
  {
    at: 8 * HOUR + 20 * MINUTE,
    kind: 'error',
    method: 'POST',
    route: '/checkout',
    status: 503,
    duration: 3000,
    usual: 400,
    slow: true,
    owner: 'upstream',
    group: 'pay-timeout',
    message: 'payment gateway timed out',
    trace: 'abc123',
  },
  { at: 8 * HOUR + 20 * MINUTE, kind: 'journey', title: 'Abandoned after Cart', step: 1, outcome: 'abandoned' },
  { at: 80 * HOUR, kind: 'session', session: 'later', end: 80 * HOUR + 9 * MINUTE, requests: 4, errors: 0 },
  fine(80 * HOUR, '/products', { session: 'later' }),
  { at: 80 * HOUR, kind: 'journey', title: 'Entered at Cart', step: 1, outcome: 'entered' },
  fine(80 * HOUR + MINUTE, '/cart', { session: 'later', duration: 900, slow: true }),
  fine(80 * HOUR + 8 * MINUTE, '/checkout', { session: 'later', method: 'POST', status: 201 }),
  { at: 80 * HOUR + 8 * MINUTE, kind: 'journey', title: 'Converted at Checkout', step: 2, outcome: 'converted' },
  fine(80 * HOUR + 9 * MINUTE, '/orders', { session: 'later' }),
];

export function timelineFrame(marker: CustomersMarker | undefined = timelineMarker()): DataFrame {
  return timelineFrameOf(TIMELINE_ROWS, marker);
}
