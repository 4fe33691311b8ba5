import { Bench, epoch } from '../testing/dataset';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const range = { from: '2026-11-09T00:00:00Z', to: '2026-11-10T00:00:00Z' };
const rows = [
  { time: '2026-11-09T10:00:00Z', route: '/now', path: '/now', status: 200 },
  { time: '2026-11-08T10:00:00Z', route: '/then', path: '/then', status: 500 },
  { time: '2026-11-08T09:00:00Z', route: '/then', path: '/then', status: 200 },
];

it('the requests of then are a frame of their own, marked, with the times they had', async () => {
  const data = await bench.dataset('table', rows);
  const frames = await bench.answer(data, range, {
    queryType: 'requests',
    columns: ['time', 'route'],
    timeShift: '1d',
  });
  expect(frames.map(({ rows: found }) => found)).toEqual([
    [{ time: epoch('2026-11-09T10:00:00Z'), route: '/now' }],
    [
      { time: epoch('2026-11-08T10:00:00Z'), route: '/then' },
      { time: epoch('2026-11-08T09:00:00Z'), route: '/then' },
    ],
  ]);
  expect(frames.map(({ meta }) => (meta.custom!['apitrail'] as { shift?: string }).shift)).toEqual([undefined, '1d']);
});

it('log lines too, and it is said of which time there are more', async () => {
  const data = await bench.dataset('logs', rows);
  const frames = await bench.answer(data, range, { queryType: 'requests', format: 'logs', limit: 1, timeShift: '1d' });
  expect(frames.map(({ columns }) => columns['body'])).toEqual([['/now 200'], ['/then 500']]);
  expect(frames[0]!.meta.notices).toContainEqual({
    severity: 'info',
    text: 'Only the first 1 requests of 1d earlier are shown; there are more.',
  });
});
