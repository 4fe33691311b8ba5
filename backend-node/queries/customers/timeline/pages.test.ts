import fc from 'fast-check';

import type { CustomersMarker } from '@apitrail/contract';

import { Bench, type Row } from '../../testing/dataset';

jest.setTimeout(120_000);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const range = { from: '2026-11-02T00:00:00Z', to: '2026-11-03T00:00:00Z' };
const present = () => Date.parse(range.to);
const START = Date.parse(range.from);

type Shown = Record<string, unknown>;
type Data = Awaited<ReturnType<Bench['dataset']>>;
interface Page {
  rows: Shown[];
  marker: CustomersMarker;
}
type Asked = { direction?: 'asc' | 'desc'; kinds?: string[]; limit?: number; offset?: number } & (
  { before?: string; after?: never } | { after?: string; before?: never }
);

const steps = ['/cart', '/pay'].map((route) => ({
  name: route.slice(1),
  filters: [{ key: 'route', operator: '=', value: route }],
}));
const query = {
  ...{ queryType: 'customers', view: 'timeline', customer: 'one', limit: 10_000 },
  funnel: { steps, window: '10m' },
};

async function pageOf(data: Data, asked: Asked): Promise<Page> {
  const [frame] = await bench.answer(data, range, { ...query, ...asked }, { now: present });
  return { rows: frame!.rows, marker: frame!.meta.custom!['apitrail'] as CustomersMarker };
}

/** All pages from the first on, by cursors towards the other end. */
async function walk(data: Data, asked: Asked): Promise<Page[]> {
  const pages = [await pageOf(data, asked)];
  for (;;) {
    const { older, newer } = pages.at(-1)!.marker.cursors!;
    const next =
      asked.direction === 'desc' ? older && { ...asked, before: older } : newer && { ...asked, after: newer };
    if (!next) {
      return pages;
    }
    pages.push(await pageOf(data, next as Asked));
  }
}

const request = (second: number, route: string, extra: Row = {}): Row => ({
  ...{ time: START + second * 1000, customer: 'one', service: 'shop', method: 'GET', route, status: 200 },
  ...extra,
});

/** Whole seconds, sessions that overlap, visits, requests that are alike in everything, journeys. */
const ROWS: Row[] = [
  ...[request(0, '/', { session: 'a' }), request(0, '/', { session: 'a' }), request(0, '/', { session: 'a' })],
  ...[request(0, '/cart', { session: 'a' }), request(0, '/pay', { session: 'a', status: 500 })],
  ...[request(0, '/', { session: 'b' }), request(5, '/cart', { session: 'b' }), request(6, '/', { session: 'a' })],
  ...[request(6, '/pay', { session: 'b' }), request(6, '/'), request(7, '/news', { session: 'b' })],
  ...[request(7200, '/'), request(7200, '/'), request(7201, '/cart'), request(7300, '/', { status: 404 })],
  ...[request(20_000, '/', { session: 'c' }), request(20_000, '/cart', { session: 'c' })],
  // Somebody else, later: what became of journeys is known.
  request(40_000, '/', { customer: 'other' }),
];

describe('pages of a timeline', () => {
  it.each(['asc', 'desc'] as const)('have every row once, in order, of whatever size (%s)', async (direction) => {
    const data = await bench.dataset(`pages-${direction}`, ROWS);
    const all = await pageOf(data, { direction });
    expect(all.rows).toHaveLength(all.marker.total!);
    expect(all.marker).toMatchObject({ direction, offset: 0, cursors: {}, continued: [] });
    for (const limit of [1, 2, 3, 4, 7, all.rows.length - 1, all.rows.length]) {
      const pages = await walk(data, { direction, limit });
      expect(pages.flatMap(({ rows }) => rows)).toEqual(all.rows);
      expect(pages.map(({ marker }) => marker.offset)).toEqual(pages.map((_, index) => index * limit));
      expect(pages.every(({ marker }) => marker.total === all.rows.length)).toBe(true);
    }
  });

  it.each(['asc', 'desc'] as const)('lead back to the pages they came from (%s)', async (direction) => {
    const data = await bench.dataset(`back-${direction}`, ROWS);
    for (const limit of [1, 3, 8]) {
      const pages = await walk(data, { direction, limit });
      for (const [index, { marker }] of pages.entries()) {
        const { older, newer } = marker.cursors!;
        const cursor = direction === 'desc' ? newer : older;
        expect(cursor === undefined).toBe(index === 0);
        if (cursor !== undefined) {
          const asked = direction === 'desc' ? { after: cursor } : { before: cursor };
          const back = await pageOf(data, { direction, limit, ...asked } as Asked);
          expect(back.rows).toEqual(pages[index - 1]!.rows);
          expect(back.marker.offset).toBe(pages[index - 1]!.marker.offset);
        }
      }
    }
  });

  it('are those that limit and offset choose', async () => {
    const data = await bench.dataset('offsets', ROWS);
    for (const direction of ['asc', 'desc'] as const) {
      const pages = await walk(data, { direction, limit: 5 });
      for (const [index, { rows, marker }] of pages.entries()) {
        const same = await pageOf(data, { direction, limit: 5, offset: index * 5 });
        expect([same.rows, same.marker.cursors]).toEqual([rows, marker.cursors]);
      }
      const beyond = await pageOf(data, { direction, limit: 5, offset: 100 });
      expect([beyond.rows, beyond.marker.cursors, beyond.marker.offset]).toEqual([[], {}, 100]);
    }
  });

  it('of kinds have those kinds only', async () => {
    const data = await bench.dataset('kinds', ROWS);
    for (const kinds of [['session'], ['error', 'journey'], ['session', 'journey'], ['request']]) {
      const all = await pageOf(data, { kinds });
      const pages = await walk(data, { kinds, limit: 2 });
      expect(pages.flatMap(({ rows }) => rows)).toEqual(all.rows);
      expect(all.rows.every(({ kind }) => kinds.includes(kind as string))).toBe(true);
    }
  });

  it('stay what they are while requests come in and leave', async () => {
    const before = await bench.dataset('then', ROWS);
    const [first, second] = await walk(before, { direction: 'desc', limit: 6 });
    const older = first!.marker.cursors!.older!;
    const late = [request(30_000, '/'), request(30_000, '/late', { session: 'c' })];
    const grown = await pageOf(await bench.dataset('grown', [...ROWS, ...late]), {
      ...{ direction: 'desc', limit: 6, before: older },
    });
    expect(grown.rows).toEqual(second!.rows);
    const gone = await bench.dataset('gone', ROWS.filter(({ session }) => session !== 'c'));
    const rest = await pageOf(gone, { direction: 'desc', before: older });
    const last = first!.rows.at(-1)!['time'] as number;
    expect(rest.rows.every(({ time }) => (time as number) <= last)).toBe(true);
    expect(rest.rows.slice(0, second!.rows.length)).toEqual(second!.rows);
  });

  it('beyond the ends are empty, and say where they are', async () => {
    const data = await bench.dataset('ends', ROWS);
    const ends = await walk(data, { limit: 1 });
    const [first, last] = [ends[1]!.marker.cursors!.older!, ends.at(-2)!.marker.cursors!.newer!];
    const inner = await pageOf(data, { limit: 1, before: first });
    expect(inner.rows).toEqual(ends[0]!.rows);
    const beginning = '0.0.0.0.1';
    expect((await pageOf(data, { before: beginning })).marker).toMatchObject({ offset: 0, cursors: {} });
    expect((await pageOf(data, { direction: 'desc', before: beginning })).marker).toMatchObject({ offset: 27 });
    expect((await pageOf(data, { limit: 1, after: last })).rows).toEqual(ends.at(-1)!.rows);
  });

  it('say which sessions began on an older page, and how much of them was there', async () => {
    const data = await bench.dataset('continued', ROWS);
    const pages = await walk(data, { limit: 4 });
    expect(pages[0]!.marker.continued).toEqual([]);
    expect(pages[1]!.marker.continued).toEqual([
      { session: 'a', time: START, timeEnd: START + 6000, requests: 6, errors: 1, older: 2 },
      { session: 'b', time: START, timeEnd: START + 7000, requests: 5, errors: 0, older: 0 },
    ]);
    const journeys = await walk(data, { limit: 1, kinds: ['session', 'journey'] });
    const entered = journeys.find(({ rows }) => rows[0]!['kind'] === 'journey')!;
    expect(entered.marker.continued!.map(({ session, older }) => [session, older])).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
    expect(
      (await walk(data, { limit: 2, kinds: ['request'] })).every((page) => page.marker.continued!.length === 0)
    ).toBe(true);
  });
});

/** What `continued` says, from the whole timeline: sessions told by their names, of data without visits. */
function continuedOf(all: Shown[], from: number, to: number) {
  const page = all.slice(from, to);
  const [first, last] = [page[0]!['time'] as number, page.at(-1)!['time'] as number];
  const isRequest = ({ kind }: Shown) => kind === 'request' || kind === 'error';
  const there = all.filter(
    (row) => isRequest(row) && (row['time'] as number) >= first && (row['time'] as number) <= last
  );
  return all
    .slice(0, from)
    .filter(({ kind, session }) => kind === 'session' && there.some((row) => row['session'] === session))
    .map(({ session, requests }) => ({
      ...{ session, requests },
      older: all.slice(0, from).filter((row) => isRequest(row) && row['session'] === session).length,
    }))
    .sort((a, b) => String(a.session).localeCompare(String(b.session)));
}

it('neither lose nor repeat rows, and know their sessions, whatever was requested', async () => {
  const requests = fc.array(
    fc.record({
      second: fc.integer({ min: 0, max: 6 }),
      session: fc.constantFrom('a', 'b', 'c'),
      route: fc.constantFrom('/', '/cart', '/pay'),
      status: fc.constantFrom(200, 500),
    }),
    { minLength: 1, maxLength: 14 }
  );
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(
      ...([requests, fc.integer({ min: 1, max: 5 }), fc.constantFrom('asc' as const, 'desc' as const)] as const),
      async (list, limit, direction) => {
        const rows = list.map(({ second, route, ...extra }) => request(second, route, extra));
        const data = await bench.dataset(`random-${++runs}`, rows);
        const all = await pageOf(data, {});
        const ordered = direction === 'desc' ? [...all.rows].reverse() : all.rows;
        const pages = await walk(data, { direction, limit });
        expect(pages.flatMap((page) => page.rows)).toEqual(ordered);
        for (const { marker, rows: shown } of pages) {
          const end = direction === 'desc' ? all.rows.length - marker.offset! : marker.offset! + shown.length;
          const told = marker.continued!.map(({ session, requests: of, older }) => ({ session, requests: of, older }));
          expect(told.sort((a, b) => a.session!.localeCompare(b.session!))).toEqual(
            continuedOf(all.rows, end - shown.length, end)
          );
        }
      }
    ),
    { numRuns: 25 }
  );
});

it.each([
  [{ before: 'yesterday' }, 'must be a cursor that an answer gave'],
  [{ after: '1.4.0.0.1' }, 'must be a cursor that an answer gave'],
  [{ before: '1.0.0.0.1', after: '1.0.0.0.1' }, 'after does not go with before'],
  [{ before: '1.0.0.0.1', offset: 5 }, 'offset does not go with before'],
  [{ before: '1.0.0.0.1', view: 'list' }, 'before goes with the view timeline'],
])('refuses %j', async (asked, why) => {
  const data = await bench.dataset('refused', ROWS);
  await expect(bench.answer(data, range, { ...query, ...asked }, { now: present })).rejects.toThrow(why);
});
