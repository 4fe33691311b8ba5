import { Bench, type Row } from '../testing/dataset';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const range = { from: '2026-11-02T00:00:00Z', to: '2026-11-03T00:00:00Z' };
const present = () => Date.parse(range.to);
const at = (minutes: number) => Date.parse(range.from) + minutes * 60_000;
const request = (minute: number, customer: string | null, route: string, extra: Row = {}): Row => ({
  ...{ time: at(minute), customer, route, method: 'GET', service: 'shop', status: 200, duration_ms: 10 },
  ...extra,
});
const steps = ['/cart', '/pay'].map((route) => ({
  name: route.slice(1),
  filters: [{ key: 'route', operator: '=', value: route }],
}));
const funnel = { steps, window: '1h' };

const rows: Row[] = [
  // Looks around before signing in, fails to pay, and goes.
  request(0, null, '/', { session: 's1' }),
  request(1, 'gone', '/cart', { session: 's1' }),
  request(2, 'gone', '/pay', { session: 's1', status: 500, error_group: 'g', error_message: 'no card', trace_id: 't' }),
  request(2.001, 'gone', '/charge', { status: 502, trace_id: 't' }),
  // Fails, and pays at the second try.
  request(10, 'back', '/cart', { session: 's2' }),
  request(11, 'back', '/pay', { session: 's2', status: 500 }),
  request(12, 'back', '/pay', { session: 's2' }),
  // Asks for what is not there, and goes.
  request(20, 'lost', '/cart', { session: 's3' }),
  request(21, 'lost', '/nothing', { session: 's3', status: 404 }),
  request(600, 'late', '/'),
];

describe('outreach', () => {
  it.each([
    ['a funnel', { funnel }],
    ['visits', {}],
  ])(
    'has who went after a failure first, then who met one; not who asked for what is not there (%s)',
    async (_, extra) => {
      const data = await bench.dataset('outreach', rows);
      const [frame] = await bench.answer(
        data,
        range,
        { queryType: 'customers', view: 'outreach', ...extra },
        { now: present }
      );
      expect(frame!.rows.map((row) => [row['customer'], row['reason'], row['recovered'], row['failures']])).toEqual([
        ['gone', 'abandoned', false, 1],
        ['back', 'failed', true, 1],
      ]);
      expect(frame!.rows[0]).toMatchObject({ route: '/pay', status: 500, error_group: 'g', abandoned: 1 });
      expect(frame!.columns['detail']![0]).toBe(
        'funnel' in extra ? 'Stopped after cart: GET /pay answered 500' : 'GET /pay answered 500'
      );
    }
  );

  it('takes one reason, and counts for alerts', async () => {
    const data = await bench.dataset('counted', rows);
    const query = {
      queryType: 'customers',
      view: 'outreach',
      reason: 'abandoned',
      format: 'numeric',
      metric: 'customers',
    };
    const [frame] = await bench.answer(data, range, query, { now: present });
    expect(frame!.rows).toEqual([{ customers: 1 }]);
  });
});

describe('a timeline', () => {
  const query = { queryType: 'customers', view: 'timeline', customer: 'gone', funnel };

  it('is what was lived, in order, from before signing in on', async () => {
    const data = await bench.dataset('timeline', rows);
    const [frame] = await bench.answer(data, range, query, { now: present });
    expect(frame!.rows.map((row) => [row['kind'], row['title'], row['outcome']])).toEqual([
      ['session', 'Session: 4 requests, 2 errors', null],
      ['request', 'GET / 200', null],
      ['request', 'GET /cart 200', null],
      ['journey', 'Entered at cart', 'entered'],
      ['error', 'GET /pay 500', null],
      ['error', 'GET /charge 502', null],
      ['journey', 'Abandoned after cart', 'abandoned'],
    ]);
    expect(frame!.meta.custom!['apitrail']).toMatchObject({
      total: 7,
      counts: { sessions: 1, requests: 4, errors: 2, journeys: 2 },
    });
  });

  it('puts requests without a session into the one they fall into or come after, and into visits else, as the list counts them', async () => {
    const own = (minute: number, session: string | null) => request(minute, 'one', '/', { session });
    const data = await bench.dataset('sessions', [
      ...[own(0, null), own(10, 'a'), own(15, null), own(100, 'a'), own(129, null), own(158, null), own(200, null)],
      ...[own(220, 'b'), own(300, 'b'), own(310, 'c'), own(320, null), own(340, null), own(400, null)],
    ]);
    const asked = { queryType: 'customers', view: 'timeline', customer: 'one' };
    const [frame] = await bench.answer(data, range, asked, { now: present });
    const ofKind = (kind: string) => frame!.rows.filter((row) => row['kind'] === kind);
    expect(ofKind('session').map((row) => [row['session'], row['requests']])).toEqual([
      [null, 1],
      ['a', 5],
      [null, 1],
      ['b', 2],
      ['c', 3],
      [null, 1],
    ]);
    expect(ofKind('request').map((row) => row['session'])).toEqual([
      ...[null, 'a', 'a', 'a', 'a', 'a', null],
      ...['b', 'b', 'c', 'c', 'c', null],
    ]);
    const [list] = await bench.answer(data, range, { queryType: 'customers' }, { now: present });
    expect(list!.columns['sessions']).toEqual([6]);
    expect(frame!.meta.custom!['apitrail']).toMatchObject({ counts: { sessions: 6 } });
  });

  it('is given a page at a time, of the kinds asked for, newest first where asked', async () => {
    const data = await bench.dataset('pages', rows);
    const page = { ...query, kinds: ['request', 'error'], direction: 'desc', limit: 2, offset: 1 };
    const [frame] = await bench.answer(data, range, page, { now: present });
    expect(frame!.columns['route']).toEqual(['/pay', '/cart']);
    expect(frame!.meta.custom!['apitrail']).toMatchObject({ total: 4 });
  });

  it('is found by the original id', async () => {
    const data = await bench.dataset('pseudonym', rows);
    const pseudonyms = (key: string, value: string) => (key === 'customer' && value === 'jane' ? ['gone'] : []);
    const asked = { ...query, customer: 'jane', kinds: ['error'] };
    const [frame] = await bench.answer(data, range, asked, { now: present, pseudonyms });
    expect(frame!.columns['status']).toEqual([500, 502]);
  });

  it('says of what is slow how long it usually takes', async () => {
    const others = Array.from({ length: 40 }, (_, index) => request(30 + index, 'other', '/cart', { duration_ms: 5 }));
    const data = await bench.dataset('slow', [...rows, ...others]);
    const [frame] = await bench.answer(data, range, { ...query, kinds: ['request'] }, { now: present });
    const cart = frame!.rows.find((row) => row['route'] === '/cart')!;
    expect([cart['slow'], cart['usual_ms']]).toEqual([true, expect.any(Number)]);
    expect(frame!.rows[0]).toMatchObject({ slow: null, usual_ms: null });
  });

  it('of somebody who is not there says so', async () => {
    const data = await bench.dataset('nobody', rows);
    const [frame] = await bench.answer(data, range, { ...query, customer: 'nobody' }, { now: present });
    expect(frame!.rows).toEqual([]);
    expect(frame!.meta.notices).toContainEqual(expect.objectContaining({ text: expect.stringContaining('nobody') }));
  });
});

describe('a trend', () => {
  it('has what the requests of each bucket alone give, and nothing where nobody came', async () => {
    const data = await bench.dataset('trend', rows);
    const query = { queryType: 'customers', view: 'trend', interval: '6h' };
    const [frame] = await bench.answer(data, range, query, { now: present });
    expect(frame!.columns['customers']).toEqual([3, 1, 0, 0]);
    expect(frame!.columns['requests']).toEqual([9, 1, 0, 0]);
    const [first, second, third] = frame!.columns['failures_part'] as Array<number | null>;
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThan(0);
    expect([third, frame!.columns['health']![2]]).toEqual([null, null]);
  });
});

describe('a list beside an earlier time', () => {
  it('has the trend that a list of that time has, point over point, and nothing of who did not come then', async () => {
    const earlier = rows.map((row) => ({ ...row, time: (row['time'] as number) - 86_400_000 }));
    const data = await bench.dataset('shifted', [...rows, ...earlier, request(60, 'first time', '/')]);
    const query = { queryType: 'customers', interval: '6h' };
    const [frame] = await bench.answer(data, range, { ...query, timeShift: '1d' }, { now: present });
    const before = { from: '2026-11-01T00:00:00Z', to: range.from };
    const [plain] = await bench.answer(data, before, query, { now: present });
    const trends = new Map(plain!.rows.map((row) => [row['customer'], row['trend']]));
    expect(trends.size).toBe(4);
    for (const row of frame!.rows) {
      expect([row['customer'], row['trend_previous']]).toEqual([
        row['customer'],
        trends.get(row['customer']) ?? [null, null, null, null],
      ]);
    }
  });
});
