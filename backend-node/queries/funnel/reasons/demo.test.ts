import { during } from '../../../demo/incidents';
import type { Dataset } from '../../../lake/dataset';
import { Bench, type TestFrame } from '../../testing/dataset';
import { checkoutSteps, demoDataset, demoShop, PAY } from '../../testing/demo';

jest.setTimeout(240_000);

const HOUR = 3_600_000;
const { plan, rows } = demoShop();
const { deploy } = plan.incidents;
const steps = checkoutSteps();

let bench: Bench;
let data: Dataset;
beforeAll(async () => {
  bench = await Bench.open();
  data = await demoDataset(bench, rows);
});
afterAll(() => bench.close());

/**
 * Sessions that were told of the planted error when they paid, in the incident, and never paid: counted from what the generator made, by
 * nothing but its rows.
 */
function planted(): Set<string> {
  const paid = new Set<string>();
  const broken = new Set<string>();
  for (const { route, session, status, error_type, time } of rows) {
    if (route !== PAY || session === undefined) {
      continue;
    }
    if (status !== undefined && status < 400) {
      paid.add(session);
    } else if (error_type === 'TypeError' && during(deploy, time / 1000)) {
      broken.add(session);
    }
  }
  return new Set([...broken].filter((session) => !paid.has(session)));
}

async function paymentReasons(range: { from: number; to: number }, query: object = {}): Promise<TestFrame['rows']> {
  const asked = { queryType: 'funnel', view: 'reasons', unit: 'session', window: '1h', steps, ...query };
  const [frame] = await bench.answer(data, range, asked);
  return frame!.rows.filter(({ step }) => step === steps.length);
}

const ranges = {
  'the time of the incident': { from: deploy.from - HOUR, to: deploy.to },
  'all of the time': { from: plan.from, to: plan.to },
};

describe('the checkout that the demo breaks', () => {
  it('lost enough to be measured', () => {
    expect(planted().size).toBeGreaterThan(15);
  });

  it.each(Object.entries(ranges))(
    'is the first reason of the payment step over %s, as large as it was',
    async (_, range) => {
      const [first] = await paymentReasons(range);
      expect(first).toMatchObject({
        ...{ name: 'Pay', reason: 'failed', method: 'POST', route: PAY, status: 500, error_owner: 'own' },
        error_type: 'TypeError',
        detail: `POST ${PAY} answered 500 (TypeError)`,
      });
      const truth = planted().size;
      expect(first!['units']).toBeGreaterThanOrEqual(0.95 * truth);
      expect(first!['units']).toBeLessThanOrEqual(1.05 * truth);
      expect(first!['odds_low']).toBeGreaterThan(1);
    }
  );

  it('is so for customers, each attempt of theirs', async () => {
    const [first] = await paymentReasons(ranges['all of the time'], { unit: 'customer', counting: 'total' });
    expect(first).toMatchObject({ reason: 'failed', route: PAY, status: 500, error_owner: 'own' });
  });

  it('names the sessions that met it', async () => {
    const [frame] = await bench.answer(data, ranges['all of the time'], {
      ...{ queryType: 'funnel', view: 'units', unit: 'session', window: '1h', steps, limit: 10_000 },
      ...{ reason: 'failed', step: steps.length, reasons: true },
    });
    const broken = frame!.rows.filter(({ detail }) => detail === `POST ${PAY} answered 500 (TypeError)`);
    const truth = planted();
    const found = broken.filter(({ unit }) => truth.has(unit as string)).length;
    expect(found).toBeGreaterThanOrEqual(0.95 * truth.size);
    expect(broken.length).toBeLessThanOrEqual(1.05 * truth.size);
  });

  it('leaves reasons that add up to what the view steps calls dropped and pending', async () => {
    const range = ranges['all of the time'];
    const asked = { queryType: 'funnel', unit: 'session', window: '1h', steps };
    const [lost] = await bench.answer(data, range, asked);
    const [reasons] = await bench.answer(data, range, { ...asked, view: 'reasons' });
    for (const { step, dropped, pending } of lost!.rows.slice(1)) {
      const units = reasons!.rows.filter((row) => row['step'] === step).map((row) => row['units'] as number);
      expect(units.reduce((sum, one) => sum + one, 0)).toBe((dropped as number) + (pending as number));
    }
  });
});
