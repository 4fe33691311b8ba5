import type { ErrorsMarker } from '@apitrail/contract';

import { Bench, epoch, type Row } from '../testing/dataset';
import { groupRows, weightOf } from '../testing/reference';
import { shopRows } from '../testing/shop';

jest.setTimeout(120_000);

const range = { from: '2026-11-02T10:00:00Z', to: '2026-11-02T14:00:00Z' };
const [from, to] = [epoch(range.from), epoch(range.to)];

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

let count = 0;
async function ask(rows: readonly Row[], more: object = {}) {
  const data = await bench.dataset(`errors-${count++}`, rows);
  const [frame] = await bench.answer(data, range, { queryType: 'errors', ...more });
  return { ...frame!, marker: frame!.meta.custom?.['apitrail'] as ErrorsMarker };
}
const at = (minute: number, row: Row): Row => ({ time: from + minute * 60_000, ...row });
const isError = (row: Row) => (row['status'] == null ? row['error_type'] != null : Number(row['status']) >= 400);

const owned: Row[] = [
  at(1, { status: 500, route: '/a' }),
  at(2, { status: 500, error_owner: 'upstream' }),
  at(3, { status: 404 }),
  at(4, { status: 200 }),
];

describe('the owner of errors', () => {
  it('is grouped by as it is told', async () => {
    const { rows } = await ask(owned, { groupBy: ['error_owner'] });
    expect(rows.map((row) => [row['error_owner'], row['requests']])).toEqual([
      ['client', 1],
      ['own', 1],
      ['upstream', 1],
    ]);
  });

  it('is filtered by as it is told', async () => {
    const filters = [{ key: 'error_owner', operator: '=', value: 'own' }];
    const { rows } = await ask(owned, { groupBy: ['route'], filters });
    expect(rows.map((row) => [row['route'], row['error_owner'], row['requests']])).toEqual([['/a', 'own', 1]]);
  });

  it('is unknown of requests that did not fail', async () => {
    const filters = [{ key: 'error_owner', operator: '!exists' }];
    const data = await bench.dataset('unowned', owned);
    const [frame] = await bench.answer(data, range, { queryType: 'requests', columns: ['status'], filters });
    expect(frame!.columns['status']).toEqual([200]);
  });
});

describe('errors by any keys', () => {
  it.each([false, true])('count what failed, whom it met and when (weighted: %p)', async (weighted) => {
    const rows = shopRows({ rows: 500, from, to, seed: 31, weighted });
    const { rows: answered, marker } = await ask(rows, { groupBy: ['status', 'service'], limit: 1000 });
    const failed = rows.filter(isError);
    const groups = groupRows(failed, (row) => JSON.stringify([row['status'] ?? null, row['service'] ?? null]));
    const distinct = (own: Row[], key: string) =>
      new Set(own.map((row) => row[key]).filter((value) => value != null)).size;
    expect(answered).toHaveLength(groups.size);
    for (const row of answered) {
      const own = groups.get(JSON.stringify([row['status'], row['service']]))!;
      const times = own.map(({ time }) => Number(time));
      expect(row).toMatchObject({
        requests: weightOf(own),
        customers: distinct(own, 'customer'),
        sessions: distinct(own, 'session'),
        first_seen: Math.min(...times),
        last_seen: Math.max(...times),
      });
      expect(row['share']).toBeCloseTo(weightOf(own) / weightOf(failed), 12);
      expect((row['trend'] as number[]).reduce((sum, one) => sum + one, 0)).toBe(weightOf(own));
      expect(row['trend']).toHaveLength(marker.trendTimes.length);
    }
    const counts = answered.map(({ requests }) => Number(requests));
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    expect(marker).toMatchObject({ requests: weightOf(rows), errors: weightOf(failed) });
  });

  it('put what is outside the limit into {other}', async () => {
    const rows = shopRows({ rows: 300, from, to, seed: 32 });
    const { rows: answered } = await ask(rows, { groupBy: ['route'], limit: 2 });
    expect(answered).toHaveLength(3);
    expect(answered[2]).toMatchObject({ route: '{other}', title: '{other}' });
    expect(answered.reduce((sum, { requests }) => sum + Number(requests), 0)).toBe(rows.filter(isError).length);
  });
});

describe('errors by group', () => {
  it('tell those without a group apart by status, method and route, and leave the group null', async () => {
    const { rows } = await ask([
      at(1, { status: 500, method: 'GET', route: '/a', error_group: 'stock', error_message: 'out of stock' }),
      at(2, { status: 503, method: 'GET', route: '/b', error_group: 'stock', error_message: 'out of stock' }),
      at(3, { status: 500, method: 'GET', route: '/a', service: 'shop' }),
      at(4, { status: 500, method: 'GET', route: '/a', service: 'search' }),
      at(5, { status: 404, method: 'POST', route: null }),
      at(6, { error_type: 'timeout', method: 'GET', route: '/a' }),
      at(7, { status: 200, method: 'GET', route: '/a' }),
    ]);
    const picked = rows.map(({ error_group, title, status, route, service, requests }) => ({
      error_group,
      title,
      status,
      route,
      service,
      requests,
    }));
    expect(picked).toHaveLength(4);
    expect(picked).toEqual(
      expect.arrayContaining([
        { error_group: 'stock', title: 'GET: out of stock', status: null, route: null, service: null, requests: 2 },
        { error_group: null, title: '500 GET /a', status: 500, route: '/a', service: null, requests: 2 },
        { error_group: null, title: '404 POST', status: 404, route: null, service: null, requests: 1 },
        { error_group: null, title: 'timeout GET /a', status: null, route: '/a', service: null, requests: 1 },
      ])
    );
  });

  it.each([
    [401, 'auth'],
    [403, 'auth'],
    [404, 'client'],
    [429, 'rate_limit'],
    [499, 'client'],
    [500, 'own'],
    [502, 'network'],
    [503, 'capacity'],
    [504, 'upstream'],
    [599, 'own'],
  ])('say who owns a %d', async (status, owner) => {
    const { columns } = await ask([at(1, { status })]);
    expect(columns['error_owner']).toEqual([owner]);
  });

  it('believe an owner that is stored, and name none where they differ or nothing is known', async () => {
    expect((await ask([at(1, { status: 500, error_owner: 'upstream' })])).columns['error_owner']).toEqual(['upstream']);
    const mixed = [at(1, { status: 500, route: '/a' }), at(2, { status: 502, route: '/a' })];
    expect((await ask(mixed, { groupBy: ['route'] })).columns['error_owner']).toEqual([null]);
    expect((await ask([at(1, { error_type: 'reset' })])).columns['error_owner']).toEqual([null]);
  });
});
