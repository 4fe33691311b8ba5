import { SHOP } from './shop';
import { demoDays, generateDay, planDemo, type DemoOptions } from './generate';
import { during } from './incidents';
import type { DemoRow } from './row';

const DAY = 86_400_000;
const to = Date.UTC(2026, 10, 23);
const options: DemoOptions = { seed: 7, from: to - 7 * DAY, to, rows: 60_000 };

function generate(given: DemoOptions): DemoRow[] {
  const plan = planDemo(given);
  return demoDays(plan).flatMap((day) => [...generateDay(plan, day)]);
}

const rows = generate(options);
const plan = planDemo(options);
const payments = rows.filter((row) => row.route === '/api/checkout/{id}/payment');
const share = (of: DemoRow[], test: (row: DemoRow) => boolean) => of.filter(test).length / of.length;

describe('the generated shop', () => {
  it('is the same for the same seed', () => {
    expect(generate(options)).toEqual(rows);
  });

  it('is another for another seed', () => {
    expect(generate({ ...options, seed: 8 }).slice(0, 50)).not.toEqual(rows.slice(0, 50));
  });

  it('gives a day the same rows whichever days are generated beside it', () => {
    const day = demoDays(plan)[3]!;
    const alone = [...generateDay(plan, day)];
    const ids = new Set(alone.map((row) => row.request_id));
    const inside = rows.filter((row) => row.request_id !== undefined && ids.has(row.request_id));
    expect(inside).toEqual(alone.filter((row) => row.request_id !== undefined));
  });

  it('has about as many rows as were asked for', () => {
    expect(rows.length).toBeGreaterThan(options.rows * 0.85);
    expect(rows.length).toBeLessThan(options.rows * 1.15);
  });

  it('stays within its range', () => {
    expect(rows.every((row) => row.time >= options.from * 1000 && row.time < options.to * 1000)).toBe(true);
  });

  it('has six services and some sixty routes', () => {
    expect(Object.keys(SHOP)).toHaveLength(6);
    expect(new Set(rows.map((row) => row.service)).size).toBe(6);
    expect(Object.values(SHOP).flat()).toHaveLength(60);
  });

  it('is busier in the evening than at night', () => {
    const at = (hour: number) => rows.filter((row) => row.session && Math.floor(row.time / 3.6e9) % 24 === hour).length;
    expect(at(19)).toBeGreaterThan(3 * at(3));
  });

  it('gives a session one customer at most', () => {
    const customers = new Map<string, Set<string>>();
    for (const row of rows.filter((each) => each.session && each.customer)) {
      customers.set(row.session!, (customers.get(row.session!) ?? new Set()).add(row.customer!));
    }
    expect([...customers.values()].every((set) => set.size === 1)).toBe(true);
  });

  it('breaks most payments during the bad deploy, and only then', () => {
    const { deploy } = plan.incidents;
    const broken = (row: DemoRow) => row.error_type === 'TypeError';
    expect(
      share(
        payments.filter((row) => during(deploy, row.time / 1000)),
        broken
      )
    ).toBeGreaterThan(0.6);
    expect(payments.filter((row) => !during(deploy, row.time / 1000)).some(broken)).toBe(false);
  });

  it('changes the version of checkout at the deploy and when it is mended', () => {
    expect(
      new Set(
        rows.filter((row) => row.service === 'checkout' && row.route !== '/health').map((row) => row.service_version)
      )
    ).toEqual(new Set(plan.incidents.versions));
  });

  it('slows the third party down while it is planted to be slow', () => {
    const { slowUpstream } = plan.incidents;
    const charges = rows.filter((row) => row.direction === 'client');
    const median = (of: DemoRow[]) =>
      of.map((row) => row.duration_ms).sort((a, b) => a - b)[Math.floor(of.length / 2)]!;
    const slow = charges.filter((row) => during(slowUpstream, row.time / 1000));
    expect(median(slow)).toBeGreaterThan(4 * median(charges.filter((row) => !during(slowUpstream, row.time / 1000))));
  });

  it('has a scanner that is answered 404', () => {
    const scanned = rows.filter((row) => row.user_agent?.includes('zgrab'));
    expect(scanned.length).toBeGreaterThan(100);
    expect(share(scanned, (row) => row.status === 404)).toBeGreaterThan(0.9);
    expect(scanned.every((row) => during(plan.incidents.scanner, row.time / 1000))).toBe(true);
  });
});
