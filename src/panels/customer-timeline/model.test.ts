import { frameOf, HOUR, number, START, text, time } from '../../test-utils/frames';
import { timelineFrame, timelineFrameOf, timelineMarker } from '../../test-utils/timeline-frames';
import { arrange, type TimelineItem } from './arrange';
import { heightOf, offsetsOf, rowAt, rowsSeen } from './item-heights';
import { timelineModel } from './model';
import { defaultOptions } from './options';
import { pauseText } from './describe';

function modelOf(...frames: Parameters<typeof timelineModel>[0]) {
  const result = timelineModel(frames);
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  return result.model;
}

const NOTHING = { picks: new Set<never>(), toggled: new Set<never>() };
const MINUTE = 60_000;

describe('sessions', () => {
  it('have their requests, in the order of time', () => {
    const { sessions, counts, customer } = modelOf(timelineFrame());
    expect(customer).toBe('jane');
    expect(counts).toMatchObject({ sessions: 2, requests: 10, errors: 1, slow: 2, journeys: 2 });
    expect(sessions.map(({ session, requests, errors, slow }) => [session, requests, errors, slow])).toEqual([
      ['visit', 6, 1, 1],
      ['later', 4, 0, 1],
    ]);
    const times = sessions.flatMap(({ events }) => events.map((event) => event.time));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('have the steps of journeys right after the request that took them', () => {
    const [, later] = modelOf(timelineFrame()).sessions;
    expect(later.events.map(({ kind, title }) => (kind === 'journey' ? title : kind))).toEqual([
      'request',
      'Entered at Cart',
      'request',
      'request',
      'Converted at Checkout',
      'request',
    ]);
  });

  it('are the same whichever order rows come in', () => {
    const frame = timelineFrame();
    const reversed = { ...frame, fields: frame.fields.map((f) => ({ ...f, values: [...f.values].reverse() })) };
    const eventsOf = (frames: typeof frame) => modelOf(frames).sessions.map(({ events }) => events.map((e) => e.title));
    expect(eventsOf(reversed)).toEqual(eventsOf(frame));
  });

  it('without an id are told apart by their rows', () => {
    const rows = [
      { at: 0, kind: 'session' as const, session: null, end: MINUTE, requests: 2 },
      { at: 0, kind: 'request' as const, session: null, route: '/a' },
      { at: MINUTE, kind: 'request' as const, session: null, route: '/b' },
      { at: HOUR, kind: 'session' as const, session: null, end: HOUR, requests: 1 },
      { at: HOUR, kind: 'request' as const, session: null, route: '/c' },
    ];
    const { sessions } = modelOf(timelineFrameOf(rows, timelineMarker()));
    expect(sessions.map(({ events }) => events.map(({ route }) => route))).toEqual([['/a', '/b'], ['/c']]);
  });

  it('whose row is on another page are made of their requests', () => {
    const rows = [
      { at: 0, kind: 'request' as const, route: '/a' },
      { at: MINUTE, kind: 'error' as const, route: '/b', status: 500 },
    ];
    const { sessions, missing } = modelOf(timelineFrameOf(rows, timelineMarker({ total: 12 })));
    expect(missing).toBe(10);
    expect(sessions).toMatchObject([
      { session: 'visit', requests: 2, errors: 1, time: START, timeEnd: START + MINUTE },
    ]);
  });

  it('take in that a journey ended right after a step as one mark', () => {
    const rows = [
      { at: 0, kind: 'request' as const, route: '/a' },
      { at: 0, kind: 'journey' as const, title: 'Entered at Cart', step: 1, outcome: 'entered' },
      { at: 0, kind: 'journey' as const, title: 'Stopped after Cart', step: 1, outcome: 'stopped' },
    ];
    const [{ events }] = modelOf(timelineFrameOf(rows, timelineMarker())).sessions;
    expect(events.slice(1)).toMatchObject([{ title: 'Entered at Cart, stopped after it', outcome: 'stopped' }]);
  });
});

describe('other tables', () => {
  it('are told in visits with pauses between them; statuses say what failed', () => {
    const frame = frameOf([
      time('time', [START, START + MINUTE, START + 2 * HOUR]),
      text('method', ['GET', 'GET', 'POST']),
      text('path', ['/a', '/b', '/c']),
      number('status', [200, 404, 201]),
    ]);
    const { sessions } = modelOf(frame);
    expect(sessions.map(({ events }) => events.map(({ kind, route }) => `${kind} ${route}`))).toEqual([
      ['request /a', 'error /b'],
      ['request /c'],
    ]);
  });

  it('say what they miss', () => {
    expect(timelineModel([frameOf([text('route', ['/a'])])])).toEqual({
      missing: 'There is no column that says when something happened',
    });
    expect(timelineModel([timelineFrame(timelineMarker({ view: 'list' }))])).toMatchObject({
      missing: expect.stringContaining('list of customers'),
    });
  });
});

describe('rows', () => {
  const rowsOf = (
    options: Partial<typeof defaultOptions> = {},
    state: Partial<Parameters<typeof arrange>[2]> = {}
  ): TimelineItem[] =>
    arrange(modelOf(timelineFrame()), { ...defaultOptions, ...options }, { ...NOTHING, ...state }, 'utc');
  const kinds = (items: TimelineItem[]) => items.map((item) => (item.kind === 'event' ? item.event.kind : item.kind));

  it('are days and sessions with pauses between them, oldest first', () => {
    expect(kinds(rowsOf({ order: 'oldest' }))).toEqual([
      'day',
      'session',
      'run',
      'journey',
      'error',
      'journey',
      'pause',
      'day',
      'session',
      'request',
      'journey',
      'request',
      'request',
      'journey',
      'request',
    ]);
  });

  it('are the other way round, newest first', () => {
    expect(kinds(rowsOf())).toEqual([
      'day',
      'session',
      'request',
      'journey',
      'request',
      'request',
      'journey',
      'request',
      'pause',
      'day',
      'session',
      'journey',
      'error',
      'journey',
      'run',
    ]);
  });

  it('say how long nothing came', () => {
    const pause = rowsOf().find(({ kind }) => kind === 'pause');
    expect(pause).toMatchObject({ ms: 72 * HOUR - 20 * MINUTE });
    expect([HOUR, 5 * HOUR, 28 * HOUR, 72 * HOUR - 20 * MINUTE, 240 * HOUR].map(pauseText)).toEqual([
      '1 hour',
      '5 hours',
      '1 day 4 hours',
      '3 days',
      '10 days',
    ]);
  });

  it('open a run into its requests', () => {
    const run = rowsOf().find(({ kind }) => kind === 'run')!;
    expect(run).toMatchObject({ open: false, events: { length: 5 } });
    const opened = rowsOf({}, { toggled: new Set([run.id]) });
    expect(opened.filter((item) => item.kind === 'event' && item.inRun)).toHaveLength(5);
    expect(kinds(rowsOf({ collapseRuns: false }))).not.toContain('run');
  });

  it('leave out what a closed session has', () => {
    const [first] = modelOf(timelineFrame()).sessions;
    const items = rowsOf({}, { toggled: new Set([first.id]) });
    expect(kinds(items)).toHaveLength(11);
    expect(items.at(-1)).toMatchObject({ kind: 'session', open: false });
  });

  it('are only what is picked out, in its sessions', () => {
    expect(kinds(rowsOf({}, { picks: new Set(['errors'] as const) }))).toEqual(['day', 'session', 'error']);
    expect(kinds(rowsOf({}, { picks: new Set(['slow'] as const) }))).toEqual([
      'day',
      'session',
      'request',
      'pause',
      'day',
      'session',
      'error',
    ]);
  });

  it('have a rail beside them from the first step of a journey to its end, and what became of it', () => {
    const rails = rowsOf({ order: 'oldest' }).flatMap((item) =>
      item.kind === 'event' ? [[item.event.title, item.rail.before, item.rail.after, item.rail.outcome]] : []
    );
    expect(rails).toEqual([
      ['Entered at Cart', false, true, 'abandoned'],
      ['POST /checkout 503', true, true, 'abandoned'],
      ['Abandoned after Cart', true, false, 'abandoned'],
      ['GET /products 200', false, false, undefined],
      ['Entered at Cart', false, true, 'converted'],
      ['GET /cart 200', true, true, 'converted'],
      ['POST /checkout 201', true, true, 'converted'],
      ['Converted at Checkout', true, false, 'converted'],
      ['GET /orders 200', false, false, undefined],
    ]);
  });

  it('have no journeys when told to', () => {
    expect(kinds(rowsOf({ showJourneys: false }))).not.toContain('journey');
  });
});

describe('places of rows', () => {
  it('are known without drawing them', () => {
    const items = arrange(modelOf(timelineFrame()), defaultOptions, NOTHING, 'utc');
    const offsets = offsetsOf(items.map((item) => heightOf(item, false)));
    expect(offsets).toHaveLength(items.length + 1);
    items.forEach((_, index) => {
      expect(rowAt(offsets, offsets[index])).toBe(index);
      expect(rowAt(offsets, offsets[index + 1] - 1)).toBe(index);
    });
  });

  it('tell which of thousands are seen', () => {
    const offsets = offsetsOf(Array.from({ length: 10_000 }, () => 28));
    const [first, last] = rowsSeen(offsets, 28 * 5000, 400);
    expect(first).toBeLessThanOrEqual(5000);
    expect(last).toBeGreaterThanOrEqual(5015);
    expect(last - first).toBeLessThan(40);
    expect(rowsSeen(offsetsOf([]), 0, 400)).toEqual([0, 0]);
  });
});
