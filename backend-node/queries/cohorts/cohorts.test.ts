import { parseCohort, type Cohort } from '@apitrail/contract';

import type { Dataset } from '../../lake/dataset';
import { parseLiveQuery } from '../live';
import { Bench, type Row, type TestFrame } from '../testing/dataset';
import { CohortCache } from './cohort-cache';

const FROM = Date.UTC(2026, 10, 2);
const DAY = 86_400_000;
const range = { from: FROM, to: FROM + DAY };
const MINUTE = 60_000;

/**
 * A shop of 60 customers: all open their cart, two of three pay, and those whose number ends in 0 pay first and open their cart
 * after. Every visit begins with a request that names no customer. The first twenty were there a week before, too.
 */
function shop(): Row[] {
  const rows: Row[] = [];
  const visit = (customer: number, begin: number, session: string) => {
    const at = (minute: number) => begin + minute * MINUTE;
    const of = { session, service: 'shop', method: 'GET', status: 200 };
    const known = { ...of, customer: `c${customer}` };
    const cart = { ...known, route: '/cart', duration_ms: 10 + customer };
    const pay = { ...known, route: '/payment', method: 'POST', duration_ms: 100 + customer * 3 };
    rows.push({ ...of, time: at(0), route: '/home', duration_ms: 5 + customer / 10 });
    if (customer % 10 === 0) {
      rows.push({ ...pay, time: at(1) }, { ...cart, time: at(2) });
    } else {
      rows.push({ ...cart, time: at(1) });
      if (customer % 3 !== 0) {
        rows.push({ ...pay, time: at(5) });
      }
    }
    rows.push({
      ...known,
      time: at(20),
      route: '/orders',
      status: customer % 7 === 0 ? 500 : 200,
      duration_ms: customer,
    });
  };
  for (let customer = 1; customer <= 60; customer++) {
    visit(customer, FROM + customer * 10 * MINUTE, `s${customer}`);
    if (customer <= 20) {
      visit(customer + (customer > 10 ? 100 : 0), FROM - 7 * DAY + customer * 10 * MINUTE, `old${customer}`);
    }
  }
  // The last request comes after every window, so that nobody may still go on.
  for (const time of [FROM + 100, FROM + DAY - 1]) {
    rows.push({ time, route: '/health', service: 'shop', method: 'GET', status: 200, duration_ms: 1 });
  }
  return rows;
}

const steps = [
  { name: 'Cart', filters: [{ key: 'route', operator: '=', value: '/cart' }] },
  { name: 'Payment', filters: [{ key: 'route', operator: '=', value: '/payment' }] },
];

const COHORTS = [
  { name: 'dropped-at-payment', funnel: { steps, step: 2, outcome: 'dropped' } },
  { name: 'went-elsewhere', funnel: { steps, step: 2, outcome: 'dropped', reason: 'diverted' } },
  { name: 'went-silent', funnel: { steps, step: 2, outcome: 'dropped', reason: 'silent' } },
  { name: 'paid', funnel: { steps, step: 2 } },
  { name: 'met-errors', filters: [{ key: 'status', operator: '>=', value: '500' }] },
  { name: 'strict-errors', identity: 'strict', filters: [{ key: 'status', operator: '>=', value: '500' }] },
  { name: 'busy', atLeast: 4, filters: [{ key: 'service', operator: '=', value: 'shop' }] },
  { name: 'sessions', unit: 'session', filters: [{ key: 'status_class', operator: '=', value: '5xx' }] },
  { name: 'month', range: { last: '30d' }, filters: [{ key: 'route', operator: '=', value: '/payment' }] },
  { name: 'past', range: { from: FROM - 8 * DAY, to: FROM - 5 * DAY } },
  { name: 'both', filters: [{ key: 'cohort', operator: '=', value: 'met-errors' }], funnel: { steps, step: 2 } },
  { name: 'nobody', filters: [{ key: 'route', operator: '=', value: '/nowhere' }] },
  { name: 'loop', filters: [{ key: 'cohort', operator: '=', value: 'loop-back' }] },
  { name: 'loop-back', filters: [{ key: 'cohort', operator: '!=', value: 'loop' }] },
].map((cohort) => parseCohort(cohort));

let bench: Bench;
let rows: Row[];
let dataset: Dataset;
beforeAll(async () => {
  bench = await Bench.open();
  rows = shop();
  dataset = await bench.dataset('requests', rows);
});
afterAll(() => bench.close());

const context = { cohorts: { list: () => Promise.resolve(COHORTS as readonly Cohort[]) }, now: () => FROM + 2 * DAY };
const ask = (query: Record<string, unknown>, more = {}): Promise<TestFrame[]> =>
  bench.answer(dataset, range, query, { ...context, ...more });
const of = (name: string, operator = '=') => ({ key: 'cohort', operator, value: name });
const requestsOf = async (...filters: unknown[]) => {
  const [frame] = await ask({ queryType: 'endpoints', groupBy: ['service'], metrics: ['requests'], filters });
  return (frame!.rows[0]?.requests as number | undefined) ?? 0;
};

const here = () => rows.filter(({ time }) => (time as number) >= range.from);
/** Whose a row is: that of its session, each of which has one customer. */
const ownerOf = (row: Row) => rows.find(({ session, customer }) => session === row.session && customer)?.customer;
const number = (customer: unknown) => Number(String(customer).slice(1));
const dropped = (customer: unknown) => number(customer) % 10 === 0 || number(customer) % 3 === 0;
const metErrors = (customer: unknown) => number(customer) % 7 === 0;
const count = (keep: (row: Row) => boolean) => here().filter(keep).length;

/** Quantile with linear interpolation between closest ranks. */
function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  return sorted[low]! + (sorted[Math.min(low + 1, sorted.length - 1)]! - sorted[low]!) * (at - low);
}

describe('a filter by cohort', () => {
  it('gives the p95 of those who dropped at payment', async () => {
    const [frame] = await ask({
      queryType: 'endpoints',
      groupBy: ['service'],
      metrics: ['requests', 'p95'],
      filters: [of('dropped-at-payment')],
    });
    const theirs = here().filter((row) => row.session !== undefined && dropped(ownerOf(row)));
    expect(frame!.rows[0]).toMatchObject({
      requests: theirs.length,
      p95: expect.closeTo(
        quantile(
          theirs.map(({ duration_ms }) => duration_ms as number),
          0.95
        ),
        6
      ) as number,
    });
  });

  it('with = and != tells every request to one side', async () => {
    const inside = await requestsOf(of('met-errors'));
    expect(inside).toBe(count((row) => row.session !== undefined && metErrors(ownerOf(row))));
    expect(await requestsOf(of('met-errors', '!='))).toBe(here().length - inside);
  });

  it('with =| and !=| takes whoever is in any of them', async () => {
    const values = ['met-errors', 'paid'];
    const inside = await requestsOf({ key: 'cohort', operator: '=|', values });
    const expected = count((row) => row.session !== undefined && (metErrors(ownerOf(row)) || !dropped(ownerOf(row))));
    expect(inside).toBe(expected);
    expect(await requestsOf({ key: 'cohort', operator: '!=|', values })).toBe(here().length - inside);
    expect(await requestsOf({ key: 'cohort', operator: '=|', values: [] })).toBe(0);
    expect(await requestsOf({ key: 'cohort', operator: '!=|', values: [] })).toBe(here().length);
  });

  it('nests in groups beside other filters', async () => {
    const error = { key: 'status', operator: '=', value: '500' };
    const filter = { any: [{ all: [of('paid'), { key: 'method', operator: '=', value: 'POST' }] }, error] };
    expect(await requestsOf(filter)).toBe(
      count((row) => row.status === 500 || (row.method === 'POST' && !dropped(row.customer)))
    );
  });

  it('of the identity strict leaves out requests that name no customer', async () => {
    expect(await requestsOf(of('strict-errors'))).toBe(
      count((row) => row.customer !== undefined && metErrors(row.customer))
    );
  });

  it('may be of another unit', async () => {
    expect(await requestsOf(of('sessions'))).toBe(count((row) => row.session !== undefined && metErrors(ownerOf(row))));
  });

  it('counts requests, those before signing in included', async () => {
    expect(await requestsOf(of('busy'))).toBe(
      count((row) => row.session !== undefined && (!dropped(ownerOf(row)) || number(ownerOf(row)) % 10 === 0))
    );
  });

  it('looks as far back as the cohort says', async () => {
    const paid = new Set(rows.filter(({ route }) => route === '/payment').map(({ customer }) => customer));
    expect(await requestsOf(of('month'))).toBe(count((row) => row.session !== undefined && paid.has(ownerOf(row))));
    const past = new Set(rows.filter(({ time }) => (time as number) < FROM).map(({ customer }) => customer));
    past.delete(undefined);
    expect(await requestsOf(of('past'))).toBe(count((row) => row.session !== undefined && past.has(ownerOf(row))));
  });

  it('may be of one reason to drop', async () => {
    const [frame] = await ask({ queryType: 'funnel', steps, view: 'reasons' });
    const told = frame!.rows.filter(({ step }) => step === 2);
    const members = async (reason: string) => {
      const [values] = await ask({ queryType: 'values', key: 'customer', filters: [of(reason)] });
      return values!.columns.value!.length;
    };
    const units = (reason: string) =>
      told.filter((row) => row.reason === reason).reduce((sum, row) => sum + Number(row.units), 0);
    expect(units('diverted')).toBeGreaterThan(0);
    expect(await members('went-elsewhere')).toBe(units('diverted'));
    expect(await members('went-silent')).toBe(units('silent'));
  });

  it('may be of one detail of a reason, and is then the units of its row', async () => {
    const failing = [
      { name: 'Cart', filters: [{ key: 'route', operator: '=', value: '/cart' }] },
      { name: 'Orders', filters: [{ key: 'route', operator: '=', value: '/orders' }] },
    ];
    const [frame] = await ask({ queryType: 'funnel', steps: failing, view: 'reasons', step: 2 });
    const row = frame!.rows.find(({ reason }) => reason === 'failed')!;
    const became = { steps: failing, step: 2, outcome: 'dropped', reason: 'failed' };
    const more = [
      { name: 'one-detail', funnel: { ...became, detail: row.detail } },
      { name: 'no-detail', funnel: { ...became, detail: 'GET /orders answered 418' } },
    ].map((cohort) => parseCohort(cohort));
    const cohorts = { list: () => Promise.resolve(more) };
    const members = async (name: string) =>
      (await ask({ queryType: 'values', key: 'customer', filters: [of(name)], limit: 1000 }, { cohorts }))[0]!.columns
        .value;
    const listed = { steps: failing, step: 2, reason: 'failed', detail: row.detail };
    const [units] = await ask({ queryType: 'funnel', view: 'units', ...listed });
    expect(row.units).toBeGreaterThan(0);
    expect(units!.rows).toHaveLength(Number(row.units));
    expect([...(await members('one-detail'))!].sort()).toEqual([...units!.columns.unit!].sort());
    expect(await members('no-detail')).toEqual([]);
    expect(() =>
      parseCohort({ name: 'x', funnel: { steps: failing, step: 2, outcome: 'dropped', detail: 'x' } })
    ).toThrow(/detail goes with a reason|goes with a reason/);
  });

  it('may be of a cohort that others define', async () => {
    expect(await requestsOf(of('both'))).toBe(
      count((row) => row.session !== undefined && metErrors(ownerOf(row)) && !dropped(ownerOf(row)))
    );
  });

  it('stands in the marker with how many members it has, and in what was run', async () => {
    const [frame] = await ask({ queryType: 'endpoints', filters: [of('met-errors')] });
    expect(frame!.meta.custom?.apitrail).toMatchObject({
      savedCohorts: [{ name: 'met-errors', unit: 'customer', members: 8 }],
    });
    expect(frame!.meta.executedQueryString).toMatch(/^-- cohort met-errors: 8\n/);
  });

  it('without members says so', async () => {
    const [frame] = await ask({ queryType: 'endpoints', filters: [of('nobody')] });
    expect(frame!.rows).toEqual([]);
    expect(frame!.meta.notices?.map(({ text }) => text)).toContain('The cohort nobody has no members in its range.');
  });

  it('of an unknown cohort names the nearest', async () => {
    const { results } = await bench.query(dataset, range, [{ queryType: 'endpoints', filters: [of('payd')] }], context);
    expect(results.A).toMatchObject({
      status: 400,
      error: 'filters[0].value: there is no saved cohort "payd". Did you mean paid? [APITRAIL_UNKNOWN_COHORT]',
    });
  });

  it('of a cohort that is defined by itself is refused', async () => {
    await expect(requestsOf(of('loop'))).rejects.toThrow('would be defined by itself: loop → loop-back → loop');
  });

  it('with timeShift has the members of the earlier time beside', async () => {
    const [frame] = await ask({
      ...{ queryType: 'endpoints', groupBy: ['service'], metrics: ['requests'] },
      ...{ filters: [of('dropped-at-payment')], timeShift: '1w' },
    });
    const earlier = rows.filter((row) => (row.time as number) < FROM && dropped(ownerOf(row)));
    expect(frame!.rows[0]).toMatchObject({ requests_previous: earlier.length });
  });

  it('by a fixed range has the same members in the earlier time', async () => {
    const [frame] = await ask({
      ...{ queryType: 'endpoints', groupBy: ['service'], metrics: ['requests'] },
      ...{ filters: [of('past')], timeShift: '1w' },
    });
    expect(frame!.rows[0]).toMatchObject({
      requests_previous: rows.filter(({ time }) => (time as number) < FROM).length,
    });
  });
});

describe('every query type takes it', () => {
  const filters = [of('dropped-at-payment')];
  const funnel = { steps, unit: 'customer' };
  const droppers = Array.from({ length: 60 }, (_, index) => index + 1).filter((one) => dropped(`c${one}`));

  it('traffic', async () => {
    const [frame] = await ask({ queryType: 'traffic', interval: '1d', metrics: ['requests'], filters });
    expect(frame!.columns.requests).toEqual([count((row) => row.session !== undefined && dropped(ownerOf(row)))]);
  });

  it('heatmap', async () => {
    const frames = await ask({ queryType: 'heatmap', metric: 'requests', filters });
    const total = frames[0]!.columns.value?.reduce((sum: number, one) => sum + Number(one ?? 0), 0);
    expect(total).toBe(count((row) => row.session !== undefined && dropped(ownerOf(row))));
  });

  it('funnel, as a filter, in steps and in exclusions', async () => {
    const first = async (query: object) =>
      (await ask({ queryType: 'funnel', ...funnel, ...query }))[0]!.rows.map(({ units }) => units);
    expect(await first({ filters })).toEqual([droppers.length, 0]);
    const step = { ...steps[0], filters: [...steps[0]!.filters, ...filters] };
    expect(await first({ steps: [step, steps[1]] })).toEqual([droppers.length, 0]);
    const exclusions = [{ filters: [of('met-errors')], mode: 'remove' }];
    const [entered] = await first({ exclusions });
    const lost = Array.from({ length: 60 }, (_, index) => index + 1).filter((one) => one % 7 === 0 && one % 3 === 0);
    expect(entered).toBe(60 - lost.length);
  });

  it('funnel, whose steps are of two cohorts', async () => {
    const one = { name: 'A', filters: [of('paid')] };
    const [frame] = await ask({ queryType: 'funnel', steps: [one, { name: 'B', filters: [of('met-errors')] }] });
    const paid = Array.from({ length: 60 }, (_, index) => index + 1).filter((customer) => !dropped(`c${customer}`));
    expect(frame!.columns.units).toEqual([paid.length, paid.filter((customer) => customer % 7 === 0).length]);
  });

  it('paths, as a filter and as an anchor', async () => {
    const [all] = await ask({ queryType: 'paths', filters });
    expect((all!.meta.custom!.apitrail as { paths: number }).paths).toBe(droppers.length);
    const [anchored] = await ask({ queryType: 'paths', anchor: [...steps[0]!.filters, ...filters] });
    expect((anchored!.meta.custom!.apitrail as { paths: number }).paths).toBe(droppers.length);
  });

  it('retention, in its start and its return', async () => {
    const sizes = async (query: object) =>
      ((await ask({ queryType: 'retention', ...query }))[0]!.meta.custom!.apitrail as { sizes: number[] }).sizes;
    expect((await sizes({ start: filters })).reduce((sum, one) => sum + one, 0)).toBe(droppers.length);
    expect((await sizes({ return: filters })).reduce((sum, one) => sum + one, 0)).toBe(60);
  });

  it('errors', async () => {
    const [frame] = await ask({ queryType: 'errors', groupBy: ['status'], filters });
    const errors = count((row) => row.status === 500 && dropped(row.customer));
    expect((frame!.meta.custom!.apitrail as { errors: number }).errors).toBe(errors);
  });

  it('requests', async () => {
    const [frame] = await ask({ queryType: 'requests', limit: 1000, filters });
    expect(frame!.columns.time).toHaveLength(count((row) => row.session !== undefined && dropped(ownerOf(row))));
  });

  it('values', async () => {
    const [frame] = await ask({ queryType: 'values', key: 'customer', filters });
    expect(frame!.columns.value).toHaveLength(droppers.length);
  });

  it('annotations, which have nobody', async () => {
    expect(await ask({ queryType: 'annotations', filters })).toHaveLength(1);
  });

  it('customers', async () => {
    const [frame] = await ask({ queryType: 'customers', filters, limit: 500 });
    expect(frame!.columns.customer).toHaveLength(droppers.length);
  });
});

it('is refused in a live stream', () => {
  const query = { refId: 'A', queryType: 'requests', filters: [{ any: [of('paid')] }] };
  expect(() => parseLiveQuery(query)).toThrow('a live stream cannot be filtered by saved cohorts');
});

describe('values of the key cohort', () => {
  it('are the saved cohorts, by name', async () => {
    const [frame] = await ask({ queryType: 'values', key: 'cohort' });
    expect(frame!.columns.value).toEqual(COHORTS.map(({ name }) => name).sort());
  });

  it('are found by a part of it', async () => {
    const [frame] = await ask({ queryType: 'values', key: 'cohort', search: 'ERR' });
    expect(frame!.columns.value).toEqual(['met-errors', 'strict-errors']);
  });
});

describe('members that are kept', () => {
  it('serve the next query over the same snapshot, and go when another is in their place', async () => {
    const snapshot = await dataset.snapshot();
    const same: Dataset = { name: 'requests', snapshot: () => Promise.resolve(snapshot) };
    const cohortCache = new CohortCache(1);
    const query = {
      queryType: 'endpoints',
      groupBy: ['service'],
      metrics: ['requests'],
      filters: [of('strict-errors')],
    };
    const [one] = await bench.answer(same, range, query, { ...context, cohortCache });
    const [two] = await bench.answer(same, range, query, { ...context, cohortCache });
    expect(two!.rows).toEqual(one!.rows);
    const relation = (frame: TestFrame) => /apitrail_kept_\d+/.exec(frame.meta.executedQueryString!)?.[0];
    expect(relation(two!)).toBe(relation(one!));
    await bench.answer(same, { ...range, to: range.to - 1 }, query, { ...context, cohortCache });
    const [four] = await bench.answer(same, range, query, { ...context, cohortCache });
    expect(relation(four!)).not.toBe(relation(one!));
  });
});
