import type { RetentionMarker } from '@apitrail/contract';

import { Bench, epoch, type Row, type TestFrame } from '../testing/dataset';

jest.setTimeout(120_000);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const range = { from: '2026-11-02T00:00:00Z', to: '2026-11-06T00:00:00Z' };
const on = (customer: string, day: number, clock = '12:00:00', row: Row = {}): Row => ({
  time: epoch(`2026-11-${String(day).padStart(2, '0')}T${clock}Z`),
  customer,
  ...row,
});
/** The newest data there is: what lies after it may still happen. */
const until = (day: number) => on('clock', day, '00:00:00', { route: 'end' });
const route = (value: string) => [{ key: 'route', operator: '=', value }];

/** All of it has been. */
const now = () => epoch('2026-12-31T00:00:00Z');

let count = 0;
async function ask(rows: Row[], query: object, of: object = {}): Promise<TestFrame> {
  const data = await bench.dataset(`golden-${count++}`, rows);
  const [frame] = await bench.answer(data, { ...range, ...of }, { queryType: 'retention', ...query }, { now });
  return frame!;
}

const marker = (frame: TestFrame) => frame.meta.custom!['apitrail'] as RetentionMarker;
const cells = (frame: TestFrame) =>
  frame.rows.map(({ cohort, ...row }) => [
    new Date(cohort as number).toISOString().slice(5, 10),
    ...Object.values(row),
  ]);

/** Ann comes on 2, 3 and 5, Bob on 2 and 4, Cem on 3 only. */
const visits = [
  ...[2, 3, 5].map((day) => on('ann', day)),
  ...[2, 4].map((day) => on('bob', day)),
  on('cem', 3),
  until(20),
];

describe('the modes', () => {
  const counts = {
    periods: 3,
    metric: 'units',
    starts: 'first',
    filters: [{ key: 'route', operator: '!=', value: 'end' }],
  };

  it('on: who returned in that interval', async () => {
    expect(cells(await ask(visits, { ...counts, mode: 'on' }))).toEqual([
      ['11-02', 2, 0, 1, 1, 1],
      ['11-03', 1, 0, 0, 0, 0],
      ['11-04', 0, 0, 0, 0, 0],
      ['11-05', 0, 0, 0, 0, 0],
    ]);
  });

  it('on or after: who returned then or later', async () => {
    expect(cells(await ask(visits, { ...counts, mode: 'on_or_after' }))[0]).toEqual(['11-02', 2, 2, 2, 2, 1]);
  });

  it('on or after: also who returned after the last column only', async () => {
    const late = [on('dan', 2), on('dan', 15), ...visits];
    expect(cells(await ask(late, { ...counts, mode: 'on_or_after' }))[0]).toEqual(['11-02', 3, 3, 3, 3, 2]);
    expect(cells(await ask(late, { ...counts, mode: 'on' }))[0]).toEqual(['11-02', 3, 0, 1, 1, 1]);
  });

  it('streak: who returned in each interval until then', async () => {
    const daily = [2, 3, 4, 6].map((day) => on('dan', day));
    expect(cells(await ask([...visits, ...daily], { ...counts, mode: 'streak' }))[0]).toEqual(['11-02', 3, 0, 2, 1, 0]);
  });
});

describe('who is in a cohort', () => {
  const counts = { periods: 2, mode: 'on', metric: 'units' };

  it('every: a unit is in that of each interval it starts in', async () => {
    const frame = await ask(visits, { ...counts, filters: [{ key: 'customer', operator: '=', value: 'ann' }] });
    expect(cells(frame)).toEqual([
      ['11-02', 1, 0, 1, 0],
      ['11-03', 1, 0, 0, 1],
      ['11-04', 0, 0, 0, 0],
      ['11-05', 1, 0, 0, 0],
    ]);
  });

  it('first: only in that of its first start, also when that was before the range', async () => {
    const rows = [on('old', 1), on('old', 2), on('new', 2), on('new', 3), until(20)];
    const frame = await ask(rows, { ...counts, starts: 'first' });
    expect(frame.columns['size']).toEqual([1, 0, 0, 0]);
    expect(frame.columns['day_1']).toEqual([1, 0, 0, 0]);
  });

  it('start and return are requests of their own: one that is both is not its own return', async () => {
    const rows = [on('ann', 2), on('bob', 2), on('bob', 2, '12:00:01'), until(20)];
    const frame = await ask(rows, { ...counts, filters: [{ key: 'route', operator: '!exists' }] });
    expect(frame.columns['day_0']).toEqual([1, 0, 0, 0]);
  });

  it('start and return are told by filters', async () => {
    const rows = [
      on('ann', 2, '12:00:00', { route: 'signup' }),
      on('ann', 3, '12:00:00', { route: 'pay' }),
      on('bob', 2, '12:00:00', { route: 'signup' }),
      on('bob', 3, '12:00:00', { route: 'look' }),
      on('cem', 2, '12:00:00', { route: 'look' }),
      until(20),
    ];
    const frame = await ask(rows, { ...counts, start: route('signup'), return: route('pay') });
    expect(cells(frame)[0]).toEqual(['11-02', 2, 0, 1, 0]);
  });

  it('requests before signing in count, unless the identity is strict', async () => {
    const rows = [
      on('ann', 2, '12:00:00', { customer: null, session: 's1' }),
      on('ann', 2, '12:05:00', { session: 's1', route: 'signin' }),
      on('ann', 3),
      until(20),
    ];
    const start = [{ key: 'route', operator: '!exists' }];
    expect((await ask(rows, { ...counts, start })).columns['day_1']).toEqual([1, 0, 0, 0]);
    const strict = await ask(rows, { ...counts, start, identity: 'strict' });
    expect(strict.columns['size']).toEqual([0, 1, 0, 0]);
  });

  it('any key may be the unit', async () => {
    const rows = [on('a', 2, '12:00:00', { instance: 'i' }), on('b', 3, '12:00:00', { instance: 'i' }), until(20)];
    const frame = await ask(rows, { ...counts, unit: 'instance' });
    expect(cells(frame)[0]).toEqual(['11-02', 1, 0, 1, 0]);
    expect(marker(frame).rowsWithoutUnit).toBe(0);
  });
});

describe('intervals', () => {
  const units = { mode: 'on', metric: 'units', filters: [{ key: 'route', operator: '!=', value: 'end' }] };

  it('of the calendar begin at midnight in the zone; rolling ones at the start itself', async () => {
    const rows = [on('ann', 2, '23:00:00'), on('ann', 3, '01:00:00'), until(20)];
    expect((await ask(rows, { ...units, periods: 1 })).rows[0]).toMatchObject({ day_0: 0, day_1: 1 });
    expect((await ask(rows, { ...units, periods: 1, alignment: 'rolling' })).rows[0]).toMatchObject({
      day_0: 1,
      day_1: 0,
    });
    const berlin = await ask(rows, { ...units, periods: 1, timezone: 'Europe/Berlin' });
    expect(berlin.rows[0]).toMatchObject({ cohort: epoch('2026-11-01T23:00:00Z'), size: 0 });
    expect(berlin.rows[1]).toMatchObject({ cohort: epoch('2026-11-02T23:00:00Z'), size: 1, day_0: 1, day_1: 0 });
  });

  it('a rolling day is over 24 hours after its begin, which then belongs to the next', async () => {
    const rows = [on('ann', 2), on('ann', 3, '11:59:59'), on('bob', 2), on('bob', 3), until(20)];
    const frame = await ask(rows, { ...units, periods: 1, alignment: 'rolling', starts: 'first' });
    expect(frame.rows[0]).toMatchObject({ size: 2, day_0: 1, day_1: 1 });
  });

  it('a day is as long as the clock makes it', async () => {
    // On 2026-10-25 Berlin's clock went back: the day had 25 hours and ended at 23:00 UTC.
    const october = { from: '2026-10-24T22:00:00Z', to: '2026-10-27T23:00:00Z' };
    const at = (text: string, customer: string) => ({ time: epoch(text), customer });
    const rows = [
      at('2026-10-24T22:00:00Z', 'ann'),
      at('2026-10-25T22:59:59Z', 'ann'),
      at('2026-10-24T22:00:00Z', 'bob'),
      at('2026-10-25T23:00:00Z', 'bob'),
      until(20),
    ];
    const frame = await ask(rows, { ...units, periods: 1, timezone: 'Europe/Berlin', starts: 'first' }, october);
    expect(frame.columns['cohort']!.map((time) => new Date(time as number).toISOString())).toEqual([
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
      '2026-10-26T23:00:00.000Z',
    ]);
    expect(frame.rows[0]).toMatchObject({ size: 2, day_0: 1, day_1: 1 });
  });

  it('weeks begin on Monday, months on the first', async () => {
    const october = (customer: string, day: string, clock = '12:00:00') => ({
      time: epoch(`2026-10-${day}T${clock}Z`),
      customer,
    });
    const rows = [
      ...[october('ann', '05'), october('ann', '12', '00:00:00')],
      ...[october('bob', '11', '23:59:59'), on('bob', 2)],
      until(20),
    ];
    const months = { from: '2026-10-05T00:00:00Z', to: '2026-11-10T00:00:00Z' };
    const weekly = await ask(rows, { ...units, interval: 'week', periods: 4, starts: 'first' }, months);
    expect(cells(weekly)[0]).toEqual(['10-05', 2, 0, 1, 0, 0, 1]);
    const monthly = await ask(rows, { ...units, interval: 'month', periods: 1 }, months);
    expect(cells(monthly)).toEqual([
      ['10-01', 2, 1, 1],
      ['11-01', 1, 0, null],
    ]);
  });

  it('a day that a zone left out is no cohort', async () => {
    // Apia went over the date line: after 29 December 2011 came the 31st.
    const apia = { from: '2011-12-29T10:00:00Z', to: '2011-12-31T10:00:00Z' };
    const rows = [{ time: epoch('2011-12-29T12:00:00Z'), customer: 'ann' }, until(20)];
    const frame = await ask(rows, { ...units, periods: 1, timezone: 'Pacific/Apia' }, apia);
    expect(frame.columns['cohort']!.map((time) => new Date(time as number).toISOString())).toEqual([
      '2011-12-29T10:00:00.000Z',
      '2011-12-30T10:00:00.000Z',
    ]);
  });

  it('brackets are columns of several intervals', async () => {
    const rows = [on('ann', 2), on('ann', 4), on('ann', 5), on('bob', 2), on('bob', 8), until(20)];
    const frame = await ask(rows, { ...units, brackets: [0, 1, 4, 8], starts: 'first' });
    expect(frame.rows[0]).toMatchObject({ size: 2, day_0: 0, day_1_3: 1, day_4_7: 1 });
    expect(marker(frame).columns).toEqual([
      { name: 'day_0', label: 'Day 0', from: 0, to: 1 },
      { name: 'day_1_3', label: 'Days 1–3', from: 1, to: 4 },
      { name: 'day_4_7', label: 'Days 4–7', from: 4, to: 8 },
    ]);
  });
});

describe('what is complete', () => {
  /** Data ends within 4 November. */
  const rows = [on('ann', 2), on('ann', 3), on('bob', 2), on('cem', 3), on('cem', 4), on('dan', 4)];
  const query = { mode: 'on', periods: 2, starts: 'first' };

  it('says which columns are over, shows what there is of those that are not, and nothing of those to come', async () => {
    const frame = await ask(rows, query);
    expect(cells(frame)).toEqual([
      ['11-02', 2, 0, 0.5, 0],
      ['11-03', 1, 0, 1, null],
      ['11-04', 1, 0, null, null],
    ]);
    expect(marker(frame)).toMatchObject({
      complete: [
        [true, true, false],
        [true, false, false],
        [false, false, false],
      ],
      sizes: [2, 1, 1],
    });
  });

  it('rolling intervals are complete when they are over for whoever started last', async () => {
    const frame = await ask([...rows, until(5)], {
      ...query,
      alignment: 'rolling',
      start: [{ key: 'route', operator: '!exists' }],
    });
    expect(marker(frame).complete).toEqual([
      [true, true, false],
      [true, false, false],
      [false, false, false],
      [false, false, false],
    ]);
  });

  it('the mean is of complete cohorts only, weighted by their sizes', async () => {
    const more = [on('eve', 3), on('fay', 3), on('fay', 4), until(6)];
    const start = [{ key: 'route', operator: '!exists' }];
    const frame = await ask([...rows, ...more], { ...query, start });
    // Of 2 on the 2nd 1 returned, of 3 on the 3rd 2, of 1 on the 4th none; the 5th has nobody.
    expect(marker(frame).mean).toEqual([0, 3 / 6, 0]);
    const curve = await ask([...rows, ...more], { ...query, start, view: 'curve' });
    expect(curve.rows).toEqual([
      { interval: 0, name: 'Day 0', rate: 0, units: 0, size: 6, cohorts: 3 },
      { interval: 1, name: 'Day 1', rate: 0.5, units: 3, size: 6, cohorts: 3 },
      { interval: 2, name: 'Day 2', rate: 0, units: 0, size: 5, cohorts: 2 },
    ]);
  });

  it('returns are looked for past the range', async () => {
    const frame = await ask([on('ann', 5), on('ann', 7), until(20)], { mode: 'on', periods: 2, metric: 'units' });
    expect(cells(frame).at(-1)).toEqual(['11-05', 1, 0, 0, 1]);
  });
});

describe('weights', () => {
  it('a unit counts as much as the request it started with, the heaviest of several at that moment', async () => {
    const rows = [
      on('ann', 2, '12:00:00', { weight: 10 }),
      on('ann', 2, '12:00:00', { weight: 4 }),
      on('ann', 3, '12:00:00', { weight: 7 }),
      on('bob', 2),
      until(20),
    ];
    const frame = await ask(rows, { mode: 'on', periods: 1, starts: 'first' });
    expect(frame.rows[0]).toMatchObject({ size: 11, day_0: 0, day_1: 10 / 11 });
    expect(marker(frame).sampled).toBeGreaterThan(0);
  });
});

describe('numeric', () => {
  const filters = [{ key: 'route', operator: '!=', value: 'end' }];
  const query = { format: 'numeric', mode: 'on', periods: 2, starts: 'first', filters };

  it('is the mean of a column, by default of the first after the start', async () => {
    expect((await ask(visits, query)).rows).toEqual([{ rate: 1 / 3 }]);
    expect((await ask(visits, { ...query, column: 2, metric: 'units' })).rows).toEqual([{ units: 1 }]);
  });

  it('is null while no cohort is complete', async () => {
    expect((await ask([on('ann', 2)], query)).rows).toEqual([{ rate: null }]);
  });

  it('is compared with an earlier time', async () => {
    const rows = [on('old', 1), on('old', 2), on('new', 3), until(20)];
    const one = { from: '2026-11-03T00:00:00Z', to: '2026-11-04T00:00:00Z' };
    const compared = { ...query, timeShift: '2d', compare: 'previous' };
    expect((await ask(rows, compared, one)).rows).toEqual([{ rate_previous: 1 }]);
  });

  it('names the columns there are', async () => {
    await expect(ask(visits, { ...query, column: 3 })).rejects.toThrow(
      'column: there are 3 columns, 0 (Day 0) to 2 (Day 2), and no column 3.'
    );
  });
});

describe('a comparison', () => {
  it('has the cohorts of then in a frame of their own, and the rates of then beside the curve', async () => {
    const rows = [on('old', 1), on('old', 2), on('new', 3), until(20)];
    const data = await bench.dataset('compared', rows);
    const one = { from: '2026-11-03T00:00:00Z', to: '2026-11-04T00:00:00Z' };
    const query = { queryType: 'retention', mode: 'on', periods: 1, starts: 'first', timeShift: '2d' };
    const [own, before] = await bench.answer(data, one, query, { now });
    expect(cells(own!)).toEqual([['11-03', 1, 0, 0]]);
    expect(cells(before!)).toEqual([['11-01', 1, 0, 1]]);
    expect(marker(before!)).toMatchObject({ shift: '2d', earlier: { sizes: [1], complete: [[true, true]] } });
    const [curve] = await bench.answer(data, one, { ...query, view: 'curve' }, { now });
    expect(curve!.rows[1]).toMatchObject({ rate: 0, rate_previous: 1, rate_change: -1 });
  });
});

describe('what goes wrong', () => {
  it('says that nobody starts', async () => {
    const frame = await ask(visits, { start: route('nowhere') });
    expect(frame.meta.notices).toContainEqual({
      severity: 'info',
      text: 'No request of a unit in this range matches start: nobody starts, so nobody can return.',
    });
  });

  it('warns when most requests have no unit', async () => {
    const frame = await ask([on('ann', 2), on('ann', 3, '12:00:00', { customer: null }), until(20)], {
      identity: 'strict',
    });
    expect(marker(frame).rowsWithoutUnit).toBe(0.5);
    expect(frame.meta.notices).toContainEqual({
      severity: 'warning',
      text: 'Only 50 % of the requests in this range have the unit customer: the others are left out. See whether the logs hold it, use the identity session, or follow another unit, such as session.',
    });
  });

  it('refuses more cohorts than anybody reads', async () => {
    const year = { from: '2025-11-01T00:00:00Z', to: '2026-11-01T00:00:00Z' };
    await expect(ask(visits, { interval: 'hour' }, year)).rejects.toThrow(
      'interval: the range has 8760 hours, and at most 400 cohorts are answered. Choose a shorter range, or day.'
    );
  });

  it.each([
    [{ interval: '1d' }, 'interval must be one of hour, day, week, month, not "1d".'],
    [
      { brackets: [0, 3, 3] },
      'brackets[2] is 3 after 3: each must be greater than the one before, such as [0, 1, 4, 8].',
    ],
    [
      { brackets: [0, 3], periods: 3 },
      'periods is given beside brackets, which say the columns already; leave one out.',
    ],
    [{ brackets: [1] }, 'brackets must have at least 2 entries, not 1.'],
    [{ unit: 'custmer' }, 'Did you mean customer?'],
    [{ mode: 'after' }, 'mode must be one of on_or_after, on, streak'],
  ])('refuses %j by name', async (query, text) => {
    await expect(ask(visits, query)).rejects.toThrow(text);
  });
});
