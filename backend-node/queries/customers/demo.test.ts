import { during } from '../../demo/incidents';
import type { Dataset } from '../../lake/dataset';
import { Bench, type TestFrame } from '../testing/dataset';
import { checkoutSteps, demoDataset, demoShop, PAY } from '../testing/demo';

jest.setTimeout(240_000);

const HOUR = 3_600_000;
const { plan, rows } = demoShop();
const { deploy } = plan.incidents;
const funnel = { steps: checkoutSteps(), window: '1h' };

let bench: Bench;
let data: Dataset;
beforeAll(async () => {
  bench = await Bench.open();
  data = await demoDataset(bench, rows);
});
afterAll(() => bench.close());

/** Whose a session is, from nothing but the generator's rows. */
function owners(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { session, customer } of rows) {
    if (session !== undefined && customer !== undefined) {
      found.set(session, (found.get(session) ?? new Set()).add(customer));
    }
  }
  return found;
}

/** Customers whom the planted error met when they paid, and who did not pay after it until then. */
function planted(until: number): Set<string> {
  const of = owners();
  const broken = new Map<string, number>();
  const paid = new Map<string, number>();
  for (const { route, session, customer, status, error_type, time } of rows) {
    const known = customer ?? [...(of.get(session ?? '') ?? [])][0];
    if (route !== PAY || known === undefined || time / 1000 >= until) {
      continue;
    }
    if (status !== undefined && status < 400) {
      paid.set(known, Math.max(time, paid.get(known) ?? 0));
    } else if (error_type === 'TypeError' && during(deploy, time / 1000)) {
      broken.set(known, Math.max(time, broken.get(known) ?? 0));
    }
  }
  return new Set([...broken].filter(([known, time]) => (paid.get(known) ?? 0) < time).map(([known]) => known));
}

const ranges = {
  'the hours around the incident': { from: deploy.from - 2 * HOUR, to: deploy.to + 2 * HOUR },
  'two days, until a day after it': { from: plan.from, to: plan.to },
};
/** Which journey counts: that of the dashboard, or visits. */
const journeys = { 'the checkout': { funnel }, visits: {} };
const cases = Object.entries(ranges).flatMap(([time, range]) =>
  Object.entries(journeys).map(([name, extra]) => ({ time, name, range, extra }))
);

async function customers(range: { from: number; to: number }, query: object): Promise<TestFrame['rows']> {
  const asked = { queryType: 'customers', limit: 10_000, ...query };
  const [frame] = await bench.answer(data, range, asked, { now: () => range.to });
  return frame!.rows;
}

const isIn = (truth: ReadonlySet<string>) => (row: Record<string, unknown>) => truth.has(row['customer'] as string);

describe('customers whom the demo’s broken payment turned away', () => {
  it('are enough to be measured', () => {
    expect(planted(plan.to).size).toBeGreaterThan(10);
  });

  it.each(cases)('are all in outreach, for that reason ($time, $name)', async ({ range, extra }) => {
    const truth = planted(range.to);
    const found = (await customers(range, { view: 'outreach', ...extra })).filter(isIn(truth));
    expect(found).toHaveLength(truth.size);
    for (const row of found) {
      expect(row).toMatchObject({ reason: 'abandoned', recovered: false, method: 'POST', route: PAY, status: 500 });
    }
  });

  it.each(Object.entries(journeys))(
    'are nine in ten of as many at the top after the incident (%s)',
    async (_, extra) => {
      const range = ranges['the hours around the incident'];
      const truth = planted(range.to);
      const top = (await customers(range, { view: 'outreach', limit: truth.size, ...extra })).filter(isIn(truth));
      expect(top.length / truth.size).toBeGreaterThanOrEqual(0.9);
    }
  );

  it.each(Object.entries(journeys))(
    'have not sunk a day later, among those that fresher failures hit (%s)',
    async (_, extra) => {
      const range = ranges['two days, until a day after it'];
      const truth = planted(range.to);
      const rows = await customers(range, { view: 'outreach', ...extra });
      const top = rows.slice(0, 3 * truth.size).filter(isIn(truth));
      expect(rows.length).toBeGreaterThan(6 * truth.size);
      expect(top).toHaveLength(truth.size);
    }
  );

  it.each(cases)('have the worst tenth of all health ($time, $name)', async ({ range, extra }) => {
    const truth = planted(range.to);
    const rows = await customers(range, extra);
    expect(rows.length).toBeGreaterThan(20 * truth.size);
    expect(rows.slice(0, rows.length / 10).filter(isIn(truth))).toHaveLength(truth.size);
  });
});
