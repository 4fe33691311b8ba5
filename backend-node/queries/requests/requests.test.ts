import type { Dataset } from '../../lake/dataset';
import { Bench, epoch, type Row } from '../testing/dataset';
import { shopRows } from '../testing/shop';

const range = { from: '2026-11-02T10:00:00Z', to: '2026-11-02T14:00:00Z' };
const rows: Row[] = shopRows({ rows: 120, from: epoch(range.from), to: epoch(range.to), seed: 41 });

let bench: Bench;
let data: Dataset;
beforeAll(async () => {
  bench = await Bench.open();
  data = await bench.dataset('requests', rows.slice(0, 50), rows.slice(50));
});
afterAll(() => bench.close());
const ask = async (more: object, context = {}) =>
  (await bench.answer(data, range, { queryType: 'requests', ...more }, context))[0]!;

describe('requests as a table', () => {
  it('are the rows, newest first, with columns of their types', async () => {
    const columns = [
      'time',
      'service',
      'status',
      'duration_ms',
      'response_bytes',
      'customer',
      'attributes.plan',
      'status_class',
    ];
    const frame = await ask({ columns });
    const newest = rows.toSorted((a, b) => Number(b['time']) - Number(a['time']));
    const plan = (row: Row) => (row['attributes'] as { plan: string } | null)?.plan ?? null;
    const status = (row: Row) => row['status'] as number | null;
    expect(frame.rows).toEqual(
      newest.map((row) => ({
        time: row['time'],
        service: row['service'],
        status: status(row),
        duration_ms: row['duration_ms'],
        response_bytes: row['response_bytes'],
        customer: row['customer'],
        'attributes.plan': plan(row),
        status_class: status(row) === null ? null : `${Math.floor(status(row)! / 100)}xx`,
      }))
    );
    expect(frame.fields.map(({ type }) => type)).toEqual([
      'time',
      'string',
      'number',
      'number',
      'number',
      'string',
      'string',
      'string',
    ]);
    expect(frame.fields[3]!.config).toMatchObject({ unit: 'ms' });
  });

  it('come in the order asked for, nulls last', async () => {
    const frame = await ask({
      columns: ['status', 'trace_id'],
      orderBy: [{ key: 'status', direction: 'asc' }, { key: 'trace_id' }],
    });
    const expected = rows.toSorted(
      (a, b) =>
        Number(a['status'] ?? 1000) - Number(b['status'] ?? 1000) ||
        (String(a['trace_id']) < String(b['trace_id']) ? 1 : -1)
    );
    expect(frame.columns['trace_id']).toEqual(expected.map((row) => row['trace_id']));
  });

  it('say so when there are more than the limit, and only then', async () => {
    const cut = await ask({ limit: 119 });
    expect(cut.rows).toHaveLength(119);
    expect(cut.meta.notices).toEqual([{ severity: 'info', text: expect.stringContaining('first 119 requests') }]);
    expect((await ask({ limit: 120 })).meta.notices).toBeUndefined();
  });

  it('are found by text in any of the searched columns, without regard to case', async () => {
    const found = async (search: string, context = {}) =>
      (await ask({ columns: ['trace_id'], search }, context)).columns['trace_id'];
    const where = (holds: (row: Row) => boolean) =>
      rows
        .filter(holds)
        .toSorted((a, b) => Number(b['time']) - Number(a['time']))
        .map((row) => row['trace_id']);
    expect(await found('CHECKout')).toEqual(where((row) => row['route'] === '/checkout'));
    expect(await found('out of stock')).toEqual(where((row) => row['error_message'] === 'out of stock'));
    expect(await found('%')).toEqual([]);
    const pseudonyms = (key: string, value: string) =>
      key === 'customer' && value === 'ann@example.org' ? ['c1'] : [];
    expect(await found('ann@example.org', { pseudonyms })).toEqual(where((row) => row['customer'] === 'c1'));
  });

  it('keep microseconds beside the milliseconds', async () => {
    const dataset = await bench.dataset('micros', [{ time: '2026-11-02T10:00:00.123456Z' }]);
    const { results } = await bench.query(dataset, range, [{ queryType: 'requests', columns: ['time'] }]);
    expect(results['A']!.frames![0]!.data).toEqual({
      values: [[epoch('2026-11-02T10:00:00.123Z')]],
      nanos: [[456_000]],
    });
  });
});

describe('requests as logs', () => {
  it('have a time, a line, a severity, an id of their own and labels', async () => {
    const dataset = await bench.dataset('logs', [
      { time: epoch(range.from) + 2, method: 'GET', path: '/a', status: 200, duration_ms: 12.34, service: 'shop' },
      { time: epoch(range.from) + 1, method: 'POST', route: '/b', status: 404 },
      { time: epoch(range.from), error_type: 'timeout', error_message: 'no answer', attributes: { plan: 'pro' } },
      { time: epoch(range.from), status: 503, duration_ms: 1000 },
    ]);
    const query = { queryType: 'requests', format: 'logs', columns: ['time', 'service', 'status', 'attributes.plan'] };
    const [frame] = await bench.answer(dataset, range, query);
    expect(frame!.fields.map(({ name }) => name)).toEqual(['timestamp', 'body', 'severity', 'id', 'labels']);
    expect(frame!.meta).toMatchObject({ type: 'log-lines', preferredVisualisationType: 'logs' });
    expect(frame!.rows.slice(0, 2)).toEqual([
      expect.objectContaining({
        body: 'GET /a 200 12.3 ms',
        severity: 'info',
        labels: { service: 'shop', status: '200' },
      }),
      expect.objectContaining({ body: 'POST /b 404', severity: 'warning', labels: { status: '404' } }),
    ]);
    expect(frame!.columns['body']!.slice(2).toSorted()).toEqual(['503 1000 ms', 'timeout: no answer']);
    expect(frame!.columns['severity']!.slice(2)).toEqual(['error', 'error']);
    expect(new Set(frame!.columns['id']).size).toBe(4);
  });
});
