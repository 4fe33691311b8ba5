import { Bench, epoch, type Row, type TestFrame } from '../../testing/dataset';

jest.setTimeout(120_000);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const range = { from: '2026-11-02T12:00:00Z', to: '2026-11-02T18:00:00Z' };
const steps = [...'ABC'].map((name) => ({ name, filters: [{ key: 'route', operator: '=', value: name }] }));
/** A customer's requests: `A 13:00, B 13:05`. */
const journey = (customer: string, text: string, row: Row = {}): Row[] =>
  text.split(', ').map((one) => {
    const [route, clock] = one.split(' ');
    return { customer, route, status: 200, time: epoch(`2026-11-02T${clock}:00Z`), ...row };
  });
const clock = (text: string) => journey('clock', `end ${text}`);

let count = 0;
async function ask(rows: Row[], query: object, context: object = {}): Promise<TestFrame[]> {
  const data = await bench.dataset(`views-${count++}`, rows);
  return bench.answer(data, range, { queryType: 'funnel', steps, ...query }, context);
}
const marker = (frame: TestFrame) => frame.meta.custom!['apitrail'] as Record<string, unknown>;

describe('the trend', () => {
  const rows = [
    ...journey('a', 'A 13:00, B 13:05, C 13:10'),
    ...journey('b', 'A 13:30'),
    ...journey('c', 'A 13:50, B 14:20, C 14:40'),
    ...journey('d', 'A 16:30'),
    ...clock('17:00'),
  ];
  const query = { view: 'trend', interval: '1h', window: '1h' };
  const now = () => epoch('2026-11-02T17:01:00Z');

  it('counts a unit when it entered, and marks what is not over', async () => {
    const [frame] = await ask(rows, query, { now });
    expect(frame!.rows.map(({ units, converted, pending }) => [units, converted, pending])).toEqual([
      ...[[0, 0, 0]],
      ...[[3, 2, 0]],
      ...[[0, 0, 0]],
      ...[[0, 0, 0]],
      ...[[1, 0, 1]],
      ...[[0, 0, 0]],
    ]);
    expect(frame!.columns['conversion']).toEqual([null, 2 / 3, null, null, 0, null]);
    expect(frame!.columns['time']![1]).toBe(epoch('2026-11-02T13:00:00Z'));
    // Wilson’s interval of 2 of 3
    expect(frame!.rows[1]).toMatchObject({
      conversion_low: expect.closeTo(0.2076596, 6),
      conversion_high: expect.closeTo(0.9385081, 6),
    });
    expect(marker(frame!)).toMatchObject({ incompleteFrom: epoch('2026-11-02T16:00:00Z'), interval: 3_600_000 });
    expect(frame!.meta.notices!.map(({ text }) => text)).toContainEqual(
      expect.stringContaining('entered from 2026-11-02T16:00:00.000Z on may still convert')
    );
  });

  it('is of the step asked for', async () => {
    const [frame] = await ask([...rows, ...journey('e', 'A 13:01, B 13:02')], { ...query, step: 2 }, { now });
    expect(frame!.columns['converted']![1]).toBe(3);
  });

  it('marks nothing when all windows are over', async () => {
    const [frame] = await ask([...rows, ...clock('23:00')], query);
    expect(marker(frame!)).not.toHaveProperty('incompleteFrom');
  });

  it('has a series per value of the breakdown', async () => {
    const told = [...journey('a', 'A 13:00', { region: 'eu' }), ...journey('b', 'A 13:00', { region: 'us' })];
    const [frame] = await ask([...told, ...clock('23:00')], { ...query, breakdown: 'region' });
    const units = frame!.fields.filter(({ name }) => name === 'units');
    expect(units.map(({ labels }) => labels)).toEqual([{ region: 'eu' }, { region: 'us' }]);
  });

  it('has the earlier time beside it, over the same buckets', async () => {
    const before = journey('a', 'A 12:10, B 12:20, C 12:30');
    const [own, earlier] = await ask([...before, ...journey('b', 'A 13:10'), ...clock('23:00')], {
      ...query,
      timeShift: '1h',
    });
    expect(own!.columns['units']).toEqual([1, 1, 0, 0, 0, 0]);
    expect(earlier!.columns['units']).toEqual([0, 1, 1, 0, 0, 0]);
    expect(earlier!.columns['conversion']!.slice(0, 3)).toEqual([null, 1, 0]);
  });
});

describe('the units', () => {
  const rows = [
    ...journey('ann', 'A 13:00, B 13:05, C 13:10'),
    ...journey('bob', 'A 14:00, B 14:30'),
    ...journey('cid', 'A 15:00'),
    ...clock('23:00'),
  ];

  it('are listed with how far they got, the last to enter first', async () => {
    const [frame] = await ask(rows, { view: 'units' });
    expect(frame!.rows).toEqual([
      {
        ...{ unit: 'cid', step: 1, name: 'A', ended: 'stopped', duration_ms: 0 },
        ...{ entry: epoch('2026-11-02T15:00:00Z'), last: epoch('2026-11-02T15:00:00Z') },
      },
      expect.objectContaining({ unit: 'bob', step: 2, name: 'B', ended: 'stopped', duration_ms: 1_800_000 }),
      expect.objectContaining({ unit: 'ann', step: 3, name: 'C', ended: 'converted' }),
    ]);
    expect(marker(frame!)).toMatchObject({ view: 'units', total: 3 });
  });

  it('can be those who stopped at a step', async () => {
    const ofStep = async (more: object) => (await ask(rows, { view: 'units', ...more }))[0]!.columns['unit'];
    expect(await ofStep({ step: 2 })).toEqual(['bob']);
    expect(await ofStep({ outcome: 'converted' })).toEqual(['ann']);
    expect(await ofStep({ step: 1, outcome: 'pending' })).toEqual([]);
  });

  it('come in pages, and say how many there are', async () => {
    const [second] = await ask(rows, { view: 'units', limit: 1, offset: 1 });
    expect(second!.columns['unit']).toEqual(['bob']);
    expect(marker(second!)).toMatchObject({ total: 3 });
    expect(second!.meta.notices).toContainEqual({ severity: 'info', text: expect.stringContaining('2 to 2 of 3') });
    const [after] = await ask(rows, { view: 'units', limit: 1, offset: 9 });
    expect(after!.rows).toEqual([]);
    expect(marker(after!)).toMatchObject({ total: 3 });
  });

  it('have each attempt when every one counts, and the value of the breakdown', async () => {
    const twice = [
      ...journey('ann', 'A 13:00, B 13:05, C 13:10', { region: 'eu' }),
      ...journey('ann', 'A 13:20', { region: 'us' }),
      ...clock('23:00'),
    ];
    const [frame] = await ask(twice, { view: 'units', counting: 'total', breakdown: 'region' });
    expect(frame!.rows.map(({ unit, attempt, region, step }) => [unit, attempt, region, step])).toEqual([
      ['ann', 2, 'us', 1],
      ['ann', 1, 'eu', 3],
    ]);
  });
});

describe('times', () => {
  it('are between the two steps asked for', async () => {
    const [frame] = await ask(
      [...journey('a', 'A 13:00, B 13:05, C 13:20'), ...journey('b', 'A 13:00, B 13:30'), ...clock('23:00')],
      { view: 'times', fromStep: 1, toStep: 3 }
    );
    expect(new Set(frame!.columns['step'])).toEqual(new Set([3]));
    expect(frame!.rows.filter(({ units }) => units === 1)).toMatchObject([{ name: 'C', median_ms: 1_200_000 }]);
  });

  it('are told apart by the breakdown', async () => {
    const rows = [
      ...journey('a', 'A 13:00, B 13:05', { region: 'eu' }),
      ...journey('b', 'A 13:00, B 13:30', { region: 'us' }),
      ...clock('23:00'),
    ];
    const [frame] = await ask(rows, { view: 'times', fromStep: 1, toStep: 2, breakdown: 'region' });
    const medians = new Map(frame!.rows.map(({ region, median_ms }) => [region, median_ms]));
    expect(medians).toEqual(
      new Map([
        ['eu', 300_000],
        ['us', 1_800_000],
      ])
    );
    expect(frame!.rows.filter(({ units }) => units === 1).map(({ region }) => region)).toEqual(['eu', 'us']);
  });
});

describe('confidence', () => {
  it('rests on the units of the step a share is of', async () => {
    const rows = [
      ...journey('a', 'A 13:00, B 13:05, C 13:10'),
      ...journey('b', 'A 13:00, B 13:05'),
      ...journey('c', 'A 13:00'),
      ...clock('23:00'),
    ];
    const [frame] = await ask(rows, {});
    // Wilson’s intervals of 1 of 3 and 1 of 2
    expect(frame!.rows[2]).toMatchObject({
      ...{ conversion_low: expect.closeTo(0.0614919, 6), conversion_high: expect.closeTo(0.7923404, 6) },
      ...{ step_conversion_low: expect.closeTo(0.0945312, 6), step_conversion_high: expect.closeTo(0.9054688, 6) },
    });
    expect(frame!.rows[0]).toMatchObject({ step_conversion_low: null, step_conversion_high: null });
    expect(marker(frame!)).toMatchObject({ confidence: 0.95 });
  });

  it('takes sampled units for as many as they say as much as', async () => {
    const rows = ['a', 'b'].flatMap((customer) => [
      ...journey(customer, customer === 'a' ? 'A 13:00, B 13:05' : 'A 13:00', { weight: 10 }),
    ]);
    const [frame] = await ask([...rows, ...clock('23:00')], {});
    // Two of ten each say as much as two, not as twenty.
    expect(frame!.rows[1]).toMatchObject({
      ...{ units: 10, conversion: 0.5 },
      ...{ conversion_low: expect.closeTo(0.0945312, 6), conversion_high: expect.closeTo(0.9054688, 6) },
    });
  });
});
