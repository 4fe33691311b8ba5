import { raw } from '../../engine/sql';
import { Bench, epoch, type Row, type TestFrame } from '../testing/dataset';

jest.setTimeout(120_000);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const range = { from: '2026-11-02T12:00:00Z', to: '2026-11-02T18:00:00Z' };
const at = (clock: string, route: string, row: Row = {}): Row => ({
  time: epoch(`2026-11-02T${clock}Z`),
  route,
  status: 200,
  customer: 'ann',
  ...row,
});
/** Requests to routes named by letters, a minute apart. */
const letters = (text: string, row: Row = {}): Row[] =>
  [...text].map((letter, index) => at(`13:${String(index).padStart(2, '0')}:00`, letter, row));
/** Makes the windows of everything before lie in the past. */
const later = at('23:59:00', 'end', { customer: 'clock' });
const route = (value: string) => [{ key: 'route', operator: '=', value }];
const steps = (names: string, more: Record<string, object> = {}) =>
  [...names].map((name) => ({ name, filters: route(name), ...more[name] }));

let count = 0;
async function ask(rows: Row[], query: object): Promise<TestFrame> {
  const data = await bench.dataset(`options-${count++}`, [...rows, later]);
  const [frame] = await bench.answer(data, range, { queryType: 'funnel', ...query });
  return frame!;
}
const units = async (rows: Row[], names: string, more: object = {}) =>
  (await ask(rows, { steps: steps(names), ...more })).columns['units'];
const notices = ({ meta }: TestFrame) => (meta.notices ?? []).map(({ text }) => text);

describe('re-entry and counting', () => {
  const reentered = [at('13:00:00', 'A'), at('13:30:00', 'A'), at('13:45:00', 'B'), at('14:15:00', 'C')];

  it('optimised: a later entry whose window holds all steps converts', async () => {
    expect(await units(reentered, 'ABC', { window: '1h' })).toEqual([1, 1, 0]);
    expect(await units(reentered, 'ABC', { window: '1h', reentry: 'optimised' })).toEqual([1, 1, 1]);
  });

  it('counts every attempt: an entry within the window of another is none, but for optimised', async () => {
    const rows = [at('13:00:00', 'A'), at('13:30:00', 'A'), at('14:15:00', 'B')];
    expect(await units(rows, 'AB', { window: '1h', counting: 'total' })).toEqual([1, 0]);
    expect(await units(rows, 'AB', { window: '1h', counting: 'total', reentry: 'optimised' })).toEqual([2, 1]);
  });

  it('counts a journey as often as it is made', async () => {
    expect(await units(letters('ABCABC'), 'ABC')).toEqual([1, 1, 1]);
    expect(await units(letters('ABCABC'), 'ABC', { counting: 'total' })).toEqual([2, 2, 2]);
  });

  it.each(['first', 'optimised'])('counts entries of one moment by their own weights, %s', async (reentry) => {
    const rows = [
      ...[1, 4, 2].map((weight) => at('13:00:00', 'A', { weight })),
      at('13:00:00', 'B'),
      at('13:00:00', 'B'),
    ];
    for (const one of [rows, rows.toReversed()]) {
      const [first, second] = (await units(one, 'AB', { counting: 'total', reentry })) as number[];
      expect([first, second]).toEqual([7, 6]);
    }
  });

  it('enters again once the window of an attempt is over', async () => {
    const rows = [at('13:00:00', 'A'), at('15:00:00', 'A'), at('15:01:00', 'B')];
    expect(await units(rows, 'AB', { counting: 'total', window: '1h' })).toEqual([2, 1]);
  });

  it('counts what entered with each attempt, and says it counts attempts', async () => {
    const frame = await ask(letters('ABAB'), { steps: steps('AB'), counting: 'total' });
    expect(frame.fields.find(({ name }) => name === 'units')!.config!.displayNameFromDS).toBe('Attempts');
    expect(frame.columns['conversion']).toEqual([1, 1]);
  });
});

describe('orders', () => {
  it('strict: nothing may lie between, of what the filters leave', async () => {
    expect(await units(letters('ABC'), 'ABC', { order: 'strict' })).toEqual([1, 1, 1]);
    expect(await units(letters('ABxC'), 'ABC', { order: 'strict' })).toEqual([1, 1, 0]);
    const filters = [{ key: 'route', operator: '!=', value: 'x' }];
    expect(await units(letters('ABxC'), 'ABC', { order: 'strict', filters })).toEqual([1, 1, 1]);
  });

  it('strict: who strayed has stopped, although the window is open', async () => {
    const data = await bench.dataset('strayed', letters('Ax'));
    const [frame] = await bench.answer(data, range, { queryType: 'funnel', steps: steps('AB'), order: 'strict' });
    expect(frame!.rows[1]).toMatchObject({ dropped: 1, pending: 0 });
  });

  it('any: the steps in whichever order, counted as they come', async () => {
    const frame = await ask([...letters('CAB'), ...letters('BC', { customer: 'bob' })], {
      steps: steps('ABC'),
      order: 'any',
    });
    expect(frame.columns['units']).toEqual([2, 2, 1]);
    expect(frame.columns['name']).toEqual(['1 of A, B, C', '2 of A, B, C', '3 of A, B, C']);
  });

  it('any: an anchored step keeps its place', async () => {
    const anchored = { steps: steps('ABCD', { C: { anchored: true } }), order: 'any' };
    expect((await ask(letters('BACD'), anchored)).columns['units']).toEqual([1, 1, 1, 1]);
    expect((await ask(letters('CBAD'), anchored)).columns['units']).toEqual([1, 1, 0, 0]);
    expect((await ask(letters('BACD'), anchored)).columns['name']).toEqual(['1 of A, B', '2 of A, B', 'C', 'D']);
  });

  it('any: one request is not two steps', async () => {
    const both = [
      { name: 'A or B', filters: [{ key: 'route', operator: '=~', value: '[AB]' }] },
      { name: 'A', filters: route('A') },
    ];
    expect((await ask(letters('A'), { steps: both, order: 'any' })).columns['units']).toEqual([1, 0]);
    // The first could have been either; the second leaves it only one.
    expect((await ask(letters('AB'), { steps: both, order: 'any' })).columns['units']).toEqual([1, 1]);
  });
});

describe('optional steps', () => {
  const optional = { steps: steps('ABC', { B: { optional: true } }) };

  it('may be left out, and lose nobody', async () => {
    const rows = [
      ...letters('ABC', { customer: 'with' }),
      ...letters('AC', { customer: 'without' }),
      ...letters('AB', { customer: 'stopped' }),
    ];
    const frame = await ask(rows, optional);
    expect(frame.rows).toEqual([
      expect.objectContaining({ units: 3, dropped: 0 }),
      expect.objectContaining({ units: 2, dropped: 0, pending: 0, step_conversion: 2 / 3 }),
      expect.objectContaining({ units: 2, dropped: 1, pending: 0, step_conversion: 2 / 3 }),
    ]);
  });

  it('take their time from the step before that was there', async () => {
    const rows = [at('13:00:00', 'A'), at('13:01:00', 'B'), at('13:10:00', 'C')];
    expect((await ask(rows, optional)).columns['median_ms']).toEqual([null, 60_000, 540_000]);
    const without = [at('13:00:00', 'A'), at('13:10:00', 'C')];
    expect((await ask(without, optional)).columns['median_ms']).toEqual([null, null, 600_000]);
  });

  it('cannot be the first or the last', async () => {
    const data = await bench.dataset('ends', [later]);
    for (const name of ['A', 'C']) {
      const query = { queryType: 'funnel', steps: steps('ABC', { [name]: { optional: true } }) };
      const { results } = await bench.query(data, range, [query]);
      expect(results['A']!.error).toContain('begins with its first step and ends with its last');
    }
  });
});

describe('exclusions', () => {
  const without = (letter: string, more: object = {}) => ({ exclusions: [{ filters: route(letter), ...more }] });

  it('cut: the attempt counts up to the step it had reached', async () => {
    const frame = await ask(letters('ABxC'), { steps: steps('ABC'), ...without('x') });
    expect(frame.columns).toMatchObject({ units: [1, 1, 0], dropped: [0, 0, 1], excluded: [0, 0, 1] });
  });

  it('remove: the unit does not count at all', async () => {
    const rows = [...letters('ABxC'), ...letters('ABC', { customer: 'bob' })];
    expect(await units(rows, 'ABC', without('x', { mode: 'remove' }))).toEqual([1, 1, 1]);
  });

  it('matter between the steps they name only', async () => {
    const between = { fromStep: 2, toStep: 3 };
    expect(await units(letters('AxBC'), 'ABC', without('x', between))).toEqual([1, 1, 1]);
    expect(await units(letters('ABxC'), 'ABC', without('x', between))).toEqual([1, 1, 0]);
    expect(await units(letters('xABCx'), 'ABC', without('x'))).toEqual([1, 1, 1]);
  });

  it('end an attempt, and what excluded it is no entry', async () => {
    const rows = letters('AAAB');
    expect(await units(rows, 'AB', { ...without('A'), counting: 'total' })).toEqual([2, 1]);
  });

  it('do not hit a request of the same moment that may have come after', async () => {
    const rows = [at('13:00:00', 'A'), at('13:05:00', 'x'), at('13:05:00', 'B')];
    expect(await units(rows, 'AB', without('x'))).toEqual([1, 1]);
  });

  it('count requests that failed', async () => {
    const rows = [at('13:00:00', 'A'), at('13:01:00', 'x', { status: 500 }), at('13:02:00', 'B')];
    expect(await units(rows, 'AB', without('x'))).toEqual([1, 0]);
  });

  it('name what is wrong with the steps between which they are', async () => {
    const data = await bench.dataset('wrong', [later]);
    const query = { queryType: 'funnel', steps: steps('AB'), ...without('x', { fromStep: 2, toStep: 2 }) };
    const { results } = await bench.query(data, range, [query]);
    expect(results['A']!.error).toContain('exclusions[0].fromStep is 2; it must be before toStep, which is 2');
  });
});

describe('values held constant', () => {
  const order = (id: string | null) => ({ attributes: id === null ? {} : { order: id } });
  const held = { holdConstant: ['attributes.order'] };

  it('are those of the entry', async () => {
    const rows = [at('13:00:00', 'A', order('1')), at('13:01:00', 'B', order('2')), at('13:02:00', 'C', order('1'))];
    expect(await units(rows, 'AC', held)).toEqual([1, 1]);
    expect(await units(rows, 'AB', held)).toEqual([1, 0]);
  });

  it('must be there', async () => {
    expect(await units([at('13:00:00', 'A', order(null)), at('13:01:00', 'B', order(null))], 'AB', held)).toEqual([
      0, 0,
    ]);
  });

  it('optimised finds the entry whose value went on, counted in total each on its own', async () => {
    const rows = [at('13:00:00', 'A', order('1')), at('13:01:00', 'A', order('2')), at('13:02:00', 'B', order('2'))];
    expect(await units(rows, 'AB', held)).toEqual([1, 0]);
    expect(await units(rows, 'AB', { ...held, reentry: 'optimised' })).toEqual([1, 1]);
    expect(await units(rows, 'AB', { ...held, reentry: 'optimised', counting: 'total' })).toEqual([2, 1]);
  });

  it('do not let another order’s cancellation exclude', async () => {
    const rows = (cancelled: string) => [
      at('13:00:00', 'A', order('1')),
      at('13:01:00', 'x', order(cancelled)),
      at('13:02:00', 'B', order('1')),
    ];
    const query = { ...held, exclusions: [{ filters: route('x') }] };
    expect(await units(rows('2'), 'AB', query)).toEqual([1, 1]);
    expect(await units(rows('1'), 'AB', query)).toEqual([1, 0]);
  });
});

describe('a breakdown', () => {
  const item = (value: string | null) => ({ attributes: value === null ? {} : { item: value } });
  const bySegment = (frame: TestFrame, key = 'attributes.item') => {
    const found: Record<string, unknown[]> = {};
    frame.rows.forEach((row) => (found[String(row[key])] ??= []).push(row['units']));
    return found;
  };
  const told = async (rows: Row[], names: string, more: object = {}) =>
    bySegment(await ask(rows, { steps: steps(names), breakdown: 'attributes.item', ...more }));

  it('counts entries by what each attempt entered with', async () => {
    const rows = ['shirt', 'jeans', null, 'shoes'].map((value, index) =>
      at(`13:0${index}:00`, value === null ? 'B' : 'A', item(value))
    );
    expect(await told(rows, 'AB', { counting: 'total', reentry: 'optimised' })).toMatchObject({ shoes: [1, 0] });
    expect(await told(rows, 'AB', { counting: 'total' })).toEqual({ shirt: [1, 1], shoes: [1, 0] });
  });

  const touched = [at('13:00:00', 'A', item('Chrome')), at('13:01:00', 'B', item('Firefox'))];

  it('takes the first value, the last, or that of a step', async () => {
    expect(await told(touched, 'AB')).toEqual({ Chrome: [1, 1] });
    expect(await told(touched, 'AB', { attribution: 'last' })).toEqual({ Firefox: [1, 1] });
    expect(await told(touched, 'AB', { attribution: 2 })).toEqual({ Firefox: [1, 1] });
    expect(await told([touched[0]!], 'AB', { attribution: 2 })).toEqual({});
    expect(await told([at('13:00:00', 'A'), touched[1]!], 'AB')).toEqual({ Firefox: [1, 1] });
  });

  it('all: every value has a funnel of its own', async () => {
    const rows = ['A Chrome', 'A Firefox', 'B Chrome', 'C Chrome', 'C Firefox'].map((text, index) => {
      const [name, value] = text.split(' ') as [string, string];
      return at(`13:0${index}:00`, name, item(value));
    });
    expect(await told(rows, 'ABC', { attribution: 'all' })).toEqual({ Chrome: [1, 1, 1], Firefox: [1, 0, 0] });
  });

  const many = Array.from({ length: 12 }, (_, index) =>
    Array.from({ length: index + 1 }, (__, unit) =>
      letters(unit === 0 ? 'AB' : 'A', { customer: `c${index}-${unit}`, ...item(`v${index}`) })
    ).flat()
  ).flat();

  it('shows the values with the most units, and the rest as one', async () => {
    const frame = await ask(many, { steps: steps('AB'), breakdown: 'attributes.item', breakdownLimit: 2 });
    expect(bySegment(frame)).toEqual({ v11: [12, 1], v10: [11, 1], '{other}': [55, 10] });
    expect(frame.meta.custom!['apitrail']).toMatchObject({
      breakdown: 'attributes.item',
      segments: [
        { value: 'v11', units: 12 },
        { value: 'v10', units: 11 },
        { value: null, other: true, values: 10, units: 55 },
      ],
    });
    expect(notices(frame)).toContainEqual(expect.stringContaining('has 12 values; the 2 with the most units'));
  });

  it('says of thousands of values that they are too many', async () => {
    const rows = Array.from({ length: 1500 }, (_, index) =>
      at('13:00:00', 'A', { customer: `c${index}`, ...item(`v${index}`) })
    );
    const frame = await ask(rows, { steps: steps('AB'), breakdown: 'attributes.item' });
    expect(frame.rows).toHaveLength(22);
    expect(notices(frame)).toContainEqual(expect.stringContaining('has 1,500 values: too many'));
  });

  it('compares the same values with what they were', async () => {
    const week = (day: string, row: Row): Row => ({ ...row, time: epoch(`2026-${day}T13:00:00Z`) });
    const rows = [
      week('11-02', at('', 'A', { customer: 'a', ...item('x') })),
      week('11-02', at('', 'A', { customer: 'b', ...item('x') })),
      week('11-02', at('', 'A', { customer: 'c', ...item('y') })),
      week('10-26', at('', 'A', { customer: 'd', ...item('y') })),
      week('10-26', at('', 'A', { customer: 'e', ...item('z') })),
    ];
    const query = { steps: steps('AB'), breakdown: 'attributes.item', breakdownLimit: 1, timeShift: '1w' };
    const frame = await ask(rows, query);
    expect(frame.rows.filter(({ step }) => step === 1)).toMatchObject([
      { 'attributes.item': 'x', units: 2, previous_units: 0 },
      { 'attributes.item': '{other}', units: 1, previous_units: 2 },
    ]);
  });

  it('gives an alert a number per value', async () => {
    const frame = await ask(letters('AB', item('x')), {
      ...{ steps: steps('AB'), breakdown: 'attributes.item', format: 'numeric' },
    });
    expect(frame.rows).toEqual([{ 'attributes.item': 'x', conversion: 1 }]);
  });
});

describe('whose steps', () => {
  it('are of any key, told as text', async () => {
    const rows = [at('13:00:00', 'A', { status: 201, customer: null }), at('13:01:00', 'B', { status: 201 })];
    expect(await units(rows, 'AB', { unit: 'status' })).toEqual([1, 1]);
    const tenants = ['t1', 't2'].map((tenant) => ({ attributes: { tenant } }));
    const frame = await ask([at('13:00:00', 'A', tenants[0]), at('13:01:00', 'B', tenants[1])], {
      ...{ steps: steps('AB'), unit: 'attributes.tenant' },
    });
    expect(frame.columns['units']).toEqual([1, 0]);
    expect(frame.meta.custom!['apitrail']).toMatchObject({ unit: 'attributes.tenant', rowsWithoutUnit: 0 });
  });

  it('says when most requests have none', async () => {
    const rows = [...letters('AB'), ...letters('ABABABAB', { customer: null })];
    expect(notices(await ask(rows, { steps: steps('AB') }))).toContainEqual(
      expect.stringContaining('Only 20 % of the requests in this range have the unit customer')
    );
  });
});

it('sampled requests make attempts weigh as much as their entries, however units are followed', async () => {
  const rows = [
    ...letters('AB', { weight: 10 }),
    ...letters('AAB', { customer: 'bob', weight: 4 }),
    ...letters('A', { customer: 'cid' }),
  ];
  expect(await units(rows, 'AB', { counting: 'total' })).toEqual([15, 14]);
  expect(await units(rows, 'AB', { counting: 'total', reentry: 'optimised' })).toEqual([15, 14]);
  expect(await units(rows, 'AB', { breakdown: 'customer', breakdownLimit: 1 })).toEqual([10, 10, 5, 4]);
});

describe('what cannot be', () => {
  it('says that no request has the unit', async () => {
    const frame = await ask(letters('AB', { customer: null }), { steps: steps('AB'), unit: 'account' });
    expect(notices(frame)).toContainEqual(expect.stringContaining('No request in this range has the unit account'));
  });

  it.each(['time', 'date', 'duration_ms', 'request_bytes', 'weight'])('refuses %s as the unit', async (unit) => {
    await expect(ask(letters('AB'), { steps: steps('AB'), unit })).rejects.toThrow(new RegExp(`unit: ${unit} is a`));
  });

  it('says which step matches nothing', async () => {
    const frame = await ask(letters('AB'), { steps: steps('AZ') });
    expect(notices(frame)).toContainEqual(expect.stringContaining('Step 2 (Z) matches no request'));
    const there = notices(await ask(letters('BA'), { steps: steps('AB') }));
    expect(there).not.toContainEqual(expect.stringContaining('Step'));
  });

  it('says when a step is there but never succeeds', async () => {
    const frame = await ask([at('13:00:00', 'A'), at('13:01:00', 'B', { status: 500 })], { steps: steps('AB') });
    expect(notices(frame)).toContainEqual(
      expect.stringContaining('Step 2 (B) matches requests, but none of them succeeded')
    );
  });

  it.each([
    [{ window: '0s' }, 'window must be from 1s to 366d'],
    [{ window: '367d' }, 'window must be from 1s to 366d'],
    [{ steps: steps('ABCDEFGHIJKLMNOPQRSTUVWXYZabcde') }, 'steps must have at most 30 entries, not 31'],
    [{ steps: steps('AB', { B: { anchored: true } }) }, 'steps[1].anchored goes with the order any only'],
    [{ steps: steps('AB'), attribution: 'middle' }, 'attribution must be first, last, all or the number of a step'],
    [{ steps: steps('AB'), attribution: 3 }, 'attribution is step 3, but the funnel has 2 steps'],
    [{ steps: steps('AB'), fromStep: 2 }, 'fromStep is 2; it must be before toStep'],
    [{ steps: steps('AB'), holdConstant: ['no.such'] }, 'holdConstant[0]'],
    [{ steps: steps('AB'), unit: 'custmer' }, 'Did you mean customer?'],
  ])('refuses %j', async (query, message) => {
    const data = await bench.dataset(`refused-${count++}`, [later]);
    const { results } = await bench.query(data, range, [{ queryType: 'funnel', steps: steps('AB'), ...query }]);
    expect(results['A']).toMatchObject({ status: 400, error: expect.stringContaining(message) });
  });

  it('has thirty steps', async () => {
    const names = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcd';
    expect(await units(letters(names), names)).toEqual(Array.from({ length: 30 }, () => 1));
    expect(await units(letters(names), names, { counting: 'total' })).toEqual(Array.from({ length: 30 }, () => 1));
  });
});

it('leaves nothing in the engine behind', async () => {
  await ask(letters('AB'), { steps: steps('AB'), breakdown: 'customer', timeShift: '1d' });
  const tables = await bench.engine.run(
    raw(`SELECT count(*)::INTEGER FROM duckdb_tables() WHERE table_name LIKE 'apitrail_kept%'`)
  );
  expect(tables.values).toEqual([[0]]);
});

it('a plain funnel is the same however it is answered', async () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  const rows = Array.from({ length: 300 }, () => ({
    ...at('13:00:00', 'ABCx'[random(4)]!, { customer: `c${random(23)}` }),
    time: epoch(range.from) + random(720) * 60_000,
  }));
  const query = { steps: steps('ABC'), window: '2h' };
  const plain = await ask(rows, query);
  // An exclusion that nothing matches makes the state machine answer.
  const followed = await ask(rows, { ...query, exclusions: [{ filters: route('never') }] });
  expect(plain.columns['units']![1]).toBeGreaterThan(3);
  Object.keys(plain.columns).forEach((name) =>
    expect([name, followed.columns[name]]).toEqual([name, plain.columns[name]])
  );
});
