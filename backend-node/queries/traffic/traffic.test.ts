import { Bench, epoch, type Row } from '../testing/dataset';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const at = (minutes: number, row: Row = {}): Row => ({
  time: epoch('2026-11-02T10:00:00Z') + minutes * 60_000,
  duration_ms: 10,
  status: 200,
  service: 'shop',
  method: 'GET',
  route: '/a',
  ...row,
});
const hour = { from: '2026-11-02T10:00:00Z', to: '2026-11-02T11:00:00Z' };
const query = (more: object) => ({ queryType: 'traffic', interval: '15m', ...more });
const values = (frames: Awaited<ReturnType<Bench['answer']>>, metric: string) =>
  frames.filter(({ columns }) => metric in columns).map(({ columns }) => columns[metric]);

describe('traffic over time', () => {
  it('counts requests per bucket, aligned to the epoch, with 0 for empty ones', async () => {
    const data = await bench.dataset('buckets', [at(0), at(14.999), at(15), at(59), at(60), at(-1)]);
    const [frame] = await bench.answer(data, hour, query({}));
    const start = epoch(hour.from);
    expect(frame!.columns).toEqual({ time: [0, 15, 30, 45].map((m) => start + m * 60_000), requests: [2, 1, 0, 1] });
    expect(frame!.meta).toMatchObject({ type: 'timeseries-multi', typeVersion: [0, 1] });
    expect(frame!.fields[0]!.typeInfo).toEqual({ frame: 'time.Time' });
  });

  it('counts what `requests` finds by a text, pseudonyms included', async () => {
    const rows = [
      at(1, { path: '/Checkout/7' }),
      at(2, { customer: 'c1' }),
      at(16, { error_message: 'no CHECKOUT' }),
      at(17),
    ];
    const data = await bench.dataset('searched', rows);
    const pseudonyms = (key: string, value: string) => (key === 'account' && value === 'checkout' ? ['a1'] : []);
    const count = async (search: string) =>
      (await bench.answer(data, hour, query({ search }), { pseudonyms }))[0]!.columns['requests'];
    expect(await count('checkout')).toEqual([1, 1, 0, 0]);
    expect(await count('')).toEqual([2, 2, 0, 0]);
  });

  it('answers percentiles and ratios of empty buckets with null, and the rest with 0', async () => {
    const data = await bench.dataset('empty', [
      at(1, { duration_ms: 10, status: 200, request_bytes: 5, customer: 'c' }),
      at(2, { duration_ms: 20, status: 503, request_bytes: 7, customer: 'd' }),
      at(3, { duration_ms: 40, status: 404 }),
    ]);
    const metrics = [
      'p50',
      'p75',
      'avg',
      'max',
      'apdex',
      'error_rate',
      'server_errors',
      'client_errors',
      'errors',
      'request_bytes',
      'customers',
      'requests_per_second',
      'concurrency',
    ];
    const frames = await bench.answer(data, { from: hour.from, to: '2026-11-02T10:30:00Z' }, query({ metrics }));
    const got = Object.fromEntries(metrics.map((metric) => [metric, values(frames, metric)[0]]));
    expect(got).toEqual({
      p50: [20, null],
      p75: [30, null],
      avg: [70 / 3, null],
      max: [40, null],
      apdex: [1 / 3, null],
      error_rate: [2 / 3, null],
      server_errors: [1, 0],
      client_errors: [1, 0],
      errors: [2, 0],
      request_bytes: [12, 0],
      customers: [2, 0],
      requests_per_second: [3 / 900, 0],
      concurrency: [0.07 / 900, 0],
    });
  });

  it('divides rates by the seconds a bucket really covers', async () => {
    const data = await bench.dataset('covered', [at(10), at(11), at(16)]);
    const [frame] = await bench.answer(
      data,
      { from: '2026-11-02T10:10:00Z', to: '2026-11-02T10:20:00Z' },
      query({ metrics: ['requests_per_second'] })
    );
    expect(frame!.columns['requests_per_second']).toEqual([2 / 300, 1 / 300]);
  });

  it('shows the unfinished bucket with a notice, and leaves it out for alerts', async () => {
    const data = await bench.dataset('unfinished', [at(1), at(16)]);
    const range = { from: hour.from, to: '2026-11-02T10:20:00Z' };
    const [shown] = await bench.answer(data, range, query({}));
    expect(shown!.columns['requests']).toEqual([1, 1]);
    expect(shown!.meta.notices).toEqual([expect.objectContaining({ text: expect.stringContaining('not finished') })]);
    const [alerted] = await bench.answer(data, range, query({}), { forAlerting: true });
    expect(alerted!.columns['requests']).toEqual([1]);
    expect(alerted!.meta.notices).toBeUndefined();
  });

  it('does not answer with buckets that have not begun', async () => {
    const data = await bench.dataset('future', [at(1)]);
    const [frame] = await bench.answer(data, hour, query({}), { now: () => epoch('2026-11-02T10:31:00Z') });
    expect(frame!.columns['requests']).toEqual([1, 0, 0]);
  });

  it('gives a series per metric and group, null keys as an empty label', async () => {
    const data = await bench.dataset('labels', [at(1), at(2), at(3, { service: null }), at(4, { status: 503 })]);
    const frames = await bench.answer(
      data,
      { from: hour.from, to: '2026-11-02T10:15:00Z' },
      query({ groupBy: ['service', 'status_class'], metrics: ['requests', 'p95'] })
    );
    expect(frames.map(({ fields }) => [fields[1]!.name, fields[1]!.labels])).toEqual([
      ['requests', { service: 'shop', status_class: '2xx' }],
      ['requests', { service: 'shop', status_class: '5xx' }],
      ['requests', { service: '', status_class: '2xx' }],
      ['p95', { service: 'shop', status_class: '2xx' }],
      ['p95', { service: 'shop', status_class: '5xx' }],
      ['p95', { service: '', status_class: '2xx' }],
    ]);
    expect(values(frames, 'requests')).toEqual([[2], [1], [1]]);
    expect(frames.slice(0, 3).map(({ fields }) => fields[1]!.config?.displayNameFromDS)).toEqual([
      'Requests shop 2xx',
      'Requests shop 5xx',
      'Requests (none) 2xx',
    ]);
  });

  it.each([
    ['36h', 'in buckets of 2d'],
    ['5217w', 'in buckets of 3640d'],
  ])('says that the interval %s is answered %s', async (interval, text) => {
    const data = await bench.dataset('rounded', [at(1)]);
    const [frame] = await bench.answer(data, hour, { queryType: 'traffic', interval });
    expect(frame!.meta.notices).toContainEqual({ severity: 'info', text: expect.stringContaining(text) });
  });
});
