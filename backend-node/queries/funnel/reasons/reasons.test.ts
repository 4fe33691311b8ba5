import { Bench, epoch, type Row, type TestFrame } from '../../testing/dataset';

jest.setTimeout(120_000);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const range = { from: '2026-11-02T12:00:00Z', to: '2026-11-02T18:00:00Z' };
const steps = [...'ABC'].map((name) => ({ name, filters: [{ key: 'route', operator: '=', value: name }] }));

/** A unit's requests, each a route, how many seconds after noon, and what else is to be said of it: `A 0, B 5 500`. */
const journey = (customer: string, text: string, row: Row = {}): Row[] =>
  text.split(', ').map((one) => {
    const [route, seconds, status = '200'] = one.split(' ');
    const time = epoch('2026-11-02T12:00:00Z') + Number(seconds) * 1000;
    return { customer, service: 's', method: 'GET', route, status: Number(status), duration_ms: 10, time, ...row };
  });
const many = (count: number, name: string, text: string, row: Row = {}): Row[] =>
  Array.from({ length: count }, (_, index) => journey(`${name}-${index}`, text, row)).flat();
/** Data goes on, so that nothing is pending. */
const end = journey('clock', 'end 80000');

let count = 0;
async function ask(rows: Row[], query: object = {}, context: object = {}): Promise<TestFrame> {
  const data = await bench.dataset(`reasons-${count++}`, [...rows, ...end]);
  const [frame] = await bench.answer(data, range, { queryType: 'funnel', view: 'reasons', steps, ...query }, context);
  return frame!;
}
const marker = (frame: TestFrame) => frame.meta.custom!['apitrail'] as Record<string, unknown>;
/** Each row in short: step, reason, detail, units. */
const short = (frame: TestFrame) => frame.rows.map(({ step, reason, detail, units }) => [step, reason, detail, units]);

describe('a unit that got no further', () => {
  it('failed when it tried the next step and got an error, the last of which counts', async () => {
    const frame = await ask(journey('a', 'A 0, B 5 503, B 9 500, X 12, other 20'), {});
    expect(frame.rows).toEqual([
      {
        ...{
          step: 2,
          name: 'B',
          reason: 'failed',
          detail: 'GET B answered 500',
          service: 's',
          method: 'GET',
          route: 'B',
        },
        ...{ status: 500, error_group: null, error_owner: 'own', error_type: null, units: 1, share: 1 },
        ...{ control_units: 0, control_share: null, compared_units: 0 },
        ...{ odds_ratio: null, odds_low: null, odds_high: null, p_value: null },
      },
    ]);
  });

  it('tries a step also when the step is told by its status', async () => {
    const created = {
      name: 'B',
      filters: [
        {
          all: [
            { key: 'route', operator: '=', value: 'B' },
            { key: 'status', operator: '=', value: '201' },
          ],
        },
      ],
    };
    const frame = await ask(journey('a', 'A 0, B 5 422'), { steps: [steps[0], created, steps[2]] });
    expect(short(frame)).toEqual([[2, 'failed', 'GET B answered 422', 1]]);
  });

  it('tries no step that is told by the answer alone', async () => {
    const failing = { name: 'Refused', filters: [{ key: 'status', operator: '=', value: '403' }] };
    const frame = await ask(journey('a', 'A 0, X 5 500'), { steps: [steps[0], failing], successOnly: false });
    expect(short(frame)).toEqual([[2, 'silent', null, 1]]);
  });

  it('tries a step by those of its alternatives that say what is asked, when there is nothing else', async () => {
    const is = (key: string, value: string) => ({ key, operator: '=', value });
    const made = (filters: object[]) => [steps[0], { name: 'Made', filters }];
    const either = made([{ any: [is('route', 'B'), is('status', '201')] }]);
    expect(short(await ask(journey('a', 'A 0, X 3 500, B 5 422'), { steps: either }))).toEqual([
      [2, 'failed', 'GET B answered 422', 1],
    ]);
    const beside = made([is('route', 'B'), { any: [is('region', 'eu'), is('status', '201')] }]);
    expect(short(await ask(journey('a', 'A 0, B 5 422'), { steps: beside }))).toEqual([
      [2, 'failed', 'GET B answered 422', 1],
    ]);
  });

  it('was slow when the step was slower than it may be and than usual, and not diverted to it', async () => {
    const quick = {
      name: 'B',
      filters: [...steps[1]!.filters, { key: 'duration_ms', operator: '<', value: '500' }],
    };
    const tried = (name: string, ms: number) => [...journey(name, 'A 0'), ...journey(name, 'B 5', { duration_ms: ms })];
    const asked = { steps: [steps[0], quick] };
    expect(short(await ask(tried('a', 900), asked))).toEqual([[2, 'silent', null, 1]]);
    expect(short(await ask([...many(60, 'on', 'A 0, B 10'), ...tried('a', 900)], asked))).toEqual([
      [2, 'slow', 'GET B took over 3 times its usual p95', 1],
    ]);
    expect(short(await ask([...tried('a', 900), ...journey('a', 'X 9')], asked))).toEqual([
      [2, 'diverted', 'GET X', 1],
    ]);
  });

  it('is not diverted to the step it tried, whose answer nobody logged', async () => {
    const frame = await ask([...journey('a', 'A 0'), ...journey('a', 'B 5', { status: null })]);
    expect(short(frame)).toEqual([[2, 'silent', null, 1]]);
  });

  it('has not failed by what happened before the last step, or after the window', async () => {
    const frame = await ask(journey('a', 'B 0 500, A 10, B 4000 500'));
    expect(short(frame)).toEqual([[2, 'silent', null, 1]]);
  });

  it('has not failed at the step when it did get there later', async () => {
    const frame = await ask(journey('a', 'A 0, B 5 500, B 9, C 12 404'));
    expect(short(frame)).toEqual([[3, 'failed', 'GET C answered 404', 1]]);
  });

  it('failed when nobody answered, and gave up when it was the client who went', async () => {
    const frame = await ask([
      ...journey('a', 'A 0'),
      ...journey('a', 'B 5', { status: null, error_type: 'ECONNRESET' }),
      ...journey('b', 'A 0, B 5 499'),
      ...journey('c', 'A 0'),
      ...journey('c', 'B 5', { status: null, error_type: 'ClientAbortException' }),
    ]);
    expect(short(frame)).toEqual([
      [2, 'failed', 'GET B had no answer (ECONNRESET)', 1],
      [2, 'slow', 'GET B was given up by the client', 1],
      [2, 'slow', 'GET B was given up by the client', 1],
    ]);
  });

  it('is pending while it may still get there, and excluded when an exclusion ended it', async () => {
    const rows = [...journey('a', 'A 0, B 5 500'), ...journey('b', 'A 0, stop 3, B 5 500')];
    const data = await bench.dataset(`reasons-${count++}`, rows);
    const exclusions = [{ filters: [{ key: 'route', operator: '=', value: 'stop' }] }];
    const [frame] = await bench.answer(
      data,
      range,
      { queryType: 'funnel', view: 'reasons', steps, exclusions },
      { now: () => epoch('2026-11-02T12:00:10Z') }
    );
    expect(short(frame!)).toEqual([
      [2, 'excluded', null, 1],
      [2, 'pending', null, 1],
    ]);
  });

  it('is diverted to where it went first, another route before the one of its last step', async () => {
    const frame = await ask([
      ...journey('a', 'A 0, A 3, X 5, Y 9'),
      ...journey('b', 'A 0, A 4'),
      ...journey('c', 'A 0'),
    ]);
    expect(short(frame)).toEqual([
      [2, 'diverted', 'GET A', 1],
      [2, 'diverted', 'GET X', 1],
      [2, 'silent', null, 1],
    ]);
  });

  it('is not diverted by what nearly all who got on request on their way', async () => {
    const frame = await ask([
      ...many(20, 'on', 'A 0, asset 1, B 10, C 12'),
      ...journey('a', 'A 0, asset 1'),
      ...journey('b', 'A 0, asset 1, X 5'),
    ]);
    expect(short(frame)).toEqual([
      [2, 'diverted', 'GET X', 1],
      [2, 'silent', null, 1],
    ]);
  });
});

describe('an error elsewhere', () => {
  const onward = many(40, 'on', 'A 0, B 10, C 20');
  const lost = many(12, 'lost', 'A 0, stock 5 503');

  it('is a reason when it goes with dropping', async () => {
    const frame = await ask([...onward, ...many(2, 'despite', 'A 0, stock 5 503, B 10, C 20'), ...lost]);
    expect(frame.rows).toHaveLength(1);
    expect(frame.rows[0]).toMatchObject({
      ...{
        step: 2,
        reason: 'failed_elsewhere',
        detail: 'GET stock answered 503',
        status: 503,
        error_owner: 'capacity',
      },
      ...{ units: 12, share: 1, control_units: 2, control_share: 2 / 42, compared_units: 12 },
      // (12.5 × 40.5) / (0.5 × 2.5)
      odds_ratio: expect.closeTo(405, 6),
    });
    const se = Math.sqrt(1 / 12.5 + 1 / 0.5 + 1 / 2.5 + 1 / 40.5);
    expect(frame.rows[0]!['odds_low']).toBeCloseTo(405 * Math.exp(-1.959963984540054 * se), 6);
    expect(frame.rows[0]!['odds_high']).toBeCloseTo(405 * Math.exp(1.959963984540054 * se), 3);
    expect(marker(frame)['reasons']).toEqual([
      {
        ...{ step: 2, reason: 'failed_elsewhere' },
        filters: [
          ...[
            ['service', 's'],
            ['method', 'GET'],
            ['route', 'stock'],
            ['status', '503'],
            ['error_owner', 'capacity'],
          ].map(([key, value]) => ({ key, operator: '=', value })),
        ],
      },
    ]);
    expect(marker(frame)['reasonSteps']).toEqual([
      { step: 2, dropped: 12, pending: 0, converted: 42 },
      { step: 3, dropped: 0, pending: 0, converted: 42 },
    ]);
  });

  it('that everybody gets is not blamed', async () => {
    const frame = await ask([
      ...many(40, 'on', 'A 0, favicon 1 404, B 10, C 20'),
      ...many(12, 'lost', 'A 0, favicon 1 404'),
      ...many(5, 'lost too', 'A 0, favicon 1 404, stock 2 503'),
    ]);
    expect(short(frame)).toEqual([
      [2, 'failed_elsewhere', 'GET stock answered 503', 5],
      [2, 'silent', null, 12],
    ]);
  });

  it('that comes with time is not blamed for there being more time to meet it in', async () => {
    // One in five asks for the icon each minute; who gets on does so after one minute, who does not goes on looking for ten.
    const looks = (index: number, minutes: number) =>
      Array.from({ length: minutes }, (_, minute) =>
        (index + minute) % 5 === 0 ? `favicon ${minute * 60 + 30} 404` : `page ${minute * 60 + 30}`
      ).join(', ');
    const rows = Array.from({ length: 60 }, (_, index) => [
      ...journey(`on-${index}`, `A 0, ${looks(index, 1)}, B 60, C 70`),
      ...journey(`lost-${index}`, `A 0, ${looks(index, 10)}`),
    ]).flat();
    const frame = await ask(rows);
    expect(frame.rows.map(({ reason }) => reason)).toEqual(['diverted']);
  });

  it('is a reason of nobody when there is nobody to compare with', async () => {
    const frame = await ask(lost);
    expect(short(frame)).toEqual([[2, 'silent', null, 12]]);
    expect(frame.meta.notices).toContainEqual({
      severity: 'info',
      text: expect.stringContaining('Nobody got to step 2'),
    });
  });
});

describe('a slow request', () => {
  const usual = many(400, 'on', 'A 0, B 10, C 20');
  const waiting = (count: number, name: string, ms: number, text = 'A 0') =>
    many(count, name, text, { duration_ms: ms });

  it('is a reason when it took far longer than usual and goes with dropping', async () => {
    const frame = await ask([...usual, ...waiting(8, 'slow', 31), ...waiting(8, 'bearable', 29)]);
    expect(short(frame)).toEqual([
      [2, 'slow', 'GET A took over 3 times its usual p95', 8],
      [2, 'silent', null, 8],
    ]);
    expect(marker(frame)).toMatchObject({ slowFactor: 3 });
    const [slow] = marker(frame)['reasons'] as Array<{ filters: unknown[] }>;
    expect(slow!.filters.at(-1)).toEqual({
      key: 'duration_ms',
      operator: '>',
      value: expect.stringMatching(/^\d+(\.\d+)?$/),
    });
  });

  it('is what the factor says', async () => {
    const rows = [...usual, ...waiting(3, 'slow', 31)];
    expect(short(await ask(rows, { slowFactor: 10 }))).toEqual([[2, 'silent', null, 3]]);
  });

  it('that those who got on waited for as well is not blamed', async () => {
    const frame = await ask([
      ...many(600, 'on', 'A 0, B 10, C 20'),
      ...waiting(10, 'patient', 500, 'A 0, B 10, C 20'),
      ...waiting(1, 'one', 500),
      ...many(60, 'gone', 'A 0'),
    ]);
    expect(short(frame).filter(([step]) => step === 2)).toEqual([[2, 'silent', null, 61]]);
  });

  it('is none of a route too rarely asked for to say what is usual', async () => {
    const frame = await ask([...many(20, 'on', 'A 0, B 10, C 20'), ...waiting(5, 'slow', 500)]);
    expect(short(frame)).toEqual([[2, 'silent', null, 5]]);
  });
});

describe('reasons', () => {
  it('come by step, what is ours first, then what is the client’s, then where they went', async () => {
    const frame = await ask([
      ...many(3, 'declined', 'A 0, B 5 402'),
      ...journey('broken', 'A 0, B 5 500'),
      ...many(2, 'gone', 'A 0'),
      ...many(4, 'away', 'A 0, X 5'),
      ...journey('late', 'A 0, B 5, C 9 502'),
    ]);
    expect(short(frame)).toEqual([
      [2, 'failed', 'GET B answered 500', 1],
      [2, 'failed', 'GET B answered 402', 3],
      [2, 'diverted', 'GET X', 4],
      [2, 'silent', null, 2],
      [3, 'failed', 'GET C answered 502', 1],
    ]);
    expect(frame.columns['share']).toEqual([0.1, 0.3, 0.4, 0.2, 1]);
  });

  it('are of one step when that is asked', async () => {
    const rows = [...journey('a', 'A 0, B 5, C 9 502'), ...journey('b', 'A 0, B 5 500')];
    expect(short(await ask(rows, { step: 3 }))).toEqual([[3, 'failed', 'GET C answered 502', 1]]);
    const asked = ask(rows, { step: 1 });
    await expect(asked).rejects.toThrow(/step.*first/);
  });

  it('put the details beyond the limit together', async () => {
    const rows = [500, 501, 502].flatMap((status, index) => many(3 - index, `s${status}`, `A 0, B 5 ${status}`));
    const frame = await ask(rows, { reasonLimit: 1 });
    expect(short(frame)).toEqual([
      [2, 'failed', 'GET B answered 500', 3],
      [2, 'failed', '{other}', 3],
    ]);
    expect((marker(frame)['reasons'] as Array<{ filters: unknown[] }>)[1]!.filters).toEqual([]);
  });

  it('are told apart by the breakdown', async () => {
    const rows = [...many(2, 'eu', 'A 0, B 5 500', { region: 'eu' }), ...journey('us', 'A 0', { region: 'us' })];
    const frame = await ask(rows, { breakdown: 'region' });
    expect(frame.rows.map(({ region, reason, units, share }) => [region, reason, units, share])).toEqual([
      ['eu', 'failed', 2, 1],
      ['us', 'silent', 1, 1],
    ]);
    expect((marker(frame)['reasons'] as Array<{ segment: number }>).map(({ segment }) => segment)).toEqual([0, 1]);
  });

  it('of a value’s own funnel look at its own requests', async () => {
    const rows = [...journey('a', 'A 0', { region: 'eu' }), ...journey('a', 'A 1, B 5 500', { region: 'us' })];
    const frame = await ask(rows, { breakdown: 'region', attribution: 'all' });
    expect(frame.rows.map(({ region, reason }) => [region, reason])).toEqual([
      ['eu', 'silent'],
      ['us', 'failed'],
    ]);
  });

  it('skip optional steps, and look from the last step that was reached', async () => {
    const optional = [steps[0], { ...steps[1], optional: true }, steps[2]];
    const frame = await ask([...journey('a', 'A 0, C 2 500, B 5, C 9 503'), ...journey('b', 'A 0, C 3 500')], {
      steps: optional,
    });
    expect(short(frame)).toEqual([
      [3, 'failed', 'GET C answered 500', 1],
      [3, 'failed', 'GET C answered 503', 1],
    ]);
  });

  it('in any order are of whichever step was tried', async () => {
    const frame = await ask([...journey('a', 'B 0, A 5, C 9 500'), ...journey('b', 'C 0, A 5 500')], { order: 'any' });
    expect(frame.rows.map(({ step, name, detail }) => [step, name, detail])).toEqual([
      [2, '2 of A, B, C', 'GET A answered 500'],
      [3, '3 of A, B, C', 'GET C answered 500'],
    ]);
  });

  it('in any order are not of steps that were done already', async () => {
    const polling = (status: string) => [
      ...many(60, 'on', `A 0, A 5 ${status}, B 60`),
      ...many(60, 'off', `A 0, A 5 ${status}`),
    ];
    const any = { order: 'any', steps: steps.slice(0, 2) };
    expect(short(await ask(polling('500'), any))).toEqual([[2, 'silent', null, 60]]);
    expect(short(await ask(polling('499'), any))).toEqual([[2, 'silent', null, 60]]);
    // Whichever was done first; and an anchored step closes what came before it.
    const anchored = [
      steps[0],
      steps[1],
      { ...steps[2], anchored: true },
      { name: 'D', filters: [{ key: 'route', operator: '=', value: 'D' }] },
    ];
    const rows = [...journey('a', 'B 0, B 3 500, A 5 503'), ...journey('b', 'B 0, A 3, C 6, C 9 500, D 12 500')];
    expect(short(await ask(rows, { order: 'any', steps: anchored }))).toEqual([
      [2, 'failed', 'GET A answered 503', 1],
      [4, 'failed', 'GET D answered 500', 1],
    ]);
  });

  it('of a strict funnel are looked for after the unit strayed', async () => {
    const frame = await ask(journey('a', 'A 0, B 5 500, B 9, C 12'), { order: 'strict' });
    expect(short(frame)).toEqual([[2, 'failed', 'GET B answered 500', 1]]);
  });

  it('of every attempt end where the unit’s next one begins', async () => {
    const rows = journey('a', 'A 0, stop 5, A 10, B 20 500');
    const exclusions = [{ filters: [{ key: 'route', operator: '=', value: 'stop' }] }];
    const frame = await ask(rows, { counting: 'total', exclusions });
    expect(short(frame)).toEqual([
      [2, 'failed', 'GET B answered 500', 1],
      [2, 'excluded', null, 1],
    ]);
  });

  it('try only with the values held constant', async () => {
    const tries = (cart: string) => journey('a', 'B 5 500', { attributes: { cart } });
    const held = { holdConstant: ['attributes.cart'] };
    const entered = journey('a', 'A 0', { attributes: { cart: '1' } });
    expect(short(await ask([...entered, ...tries('1')], held))).toEqual([[2, 'failed', 'GET B answered 500', 1]]);
    expect(short(await ask([...entered, ...tries('2')], held))).toEqual([[2, 'silent', null, 1]]);
  });

  it('count as much as the units weigh', async () => {
    const frame = await ask([
      ...journey('a', 'A 0, B 5 500', { weight: 4 }),
      ...journey('b', 'A 0, B 5', { weight: 2 }),
    ]);
    expect(frame.rows[0]).toMatchObject({ units: 4, share: 1, control_units: 0 });
    expect(marker(frame)['reasonSteps']).toContainEqual({ step: 2, dropped: 4, pending: 0, converted: 2 });
  });

  it('have those of the earlier time beside them, also of what is gone', async () => {
    const earlier = (rows: Row[]) => rows.map((row) => ({ ...row, time: (row['time'] as number) - 7 * 3_600_000 }));
    const rows = [
      ...journey('a', 'A 0, B 5 500'),
      ...earlier([...many(2, 'x', 'A 0, B 5 500'), ...journey('y', 'A 0, B 5 502')]),
    ];
    const frame = await ask(rows, { timeShift: '7h' });
    expect(
      frame.rows.map(({ detail, units, previous_units, previous_share }) => [
        detail,
        units,
        previous_units,
        previous_share,
      ])
    ).toEqual([
      ['GET B answered 500', 1, 2, 2 / 3],
      ['GET B answered 502', 0, 1, 1 / 3],
    ]);
  });

  it('name a step that no request matches', async () => {
    const frame = await ask(journey('a', 'A 0, B 5'), {
      steps: [steps[0], { name: 'Nowhere', filters: [{ key: 'route', operator: '=', value: 'nowhere' }] }],
    });
    expect(frame.meta.notices!.map(({ text }) => text)).toContainEqual(expect.stringContaining('Nowhere'));
  });
});

describe('units', () => {
  const rows = [...journey('a', 'A 0, B 5 500'), ...journey('b', 'A 1, B 5, C 9'), ...journey('c', 'A 2, B 5, X 7')];

  it('say why they got no further', async () => {
    const frame = await ask(rows, { view: 'units', reasons: true });
    expect(frame.rows.map(({ unit, step, reason, detail }) => [unit, step, reason, detail])).toEqual([
      ['c', 2, 'diverted', 'GET X'],
      ['b', 3, null, null],
      ['a', 1, 'failed', 'GET B answered 500'],
    ]);
  });

  it('can be those with a reason, at the step they did not reach', async () => {
    const found = async (query: object) => (await ask(rows, { view: 'units', ...query })).columns['unit'];
    expect(await found({ reason: 'failed', step: 2 })).toEqual(['a']);
    expect(await found({ reason: 'failed', step: 3 })).toEqual([]);
    expect(await found({ reason: 'diverted' })).toEqual(['c']);
  });

  it('can be those of one detail: every row of reasons lists as many as it counts', async () => {
    const many = [
      ...rows,
      ...journey('d', 'A 3, B 6 502'),
      ...journey('e', 'A 4, B 6 500', { error_type: "O'Brien" }),
      ...journey('f', 'A 5, X 7, Y 8'),
      ...journey('g', 'A 6, Y 9'),
      ...journey('h', 'A 7, B 9 499'),
      ...journey('i', 'A 8'),
    ];
    const told = await ask(many);
    const details = told.rows.filter(({ detail }) => detail !== null);
    expect(new Set(details.map(({ reason }) => reason))).toContain('failed');
    for (const { step, reason, detail, units } of details) {
      const listed = await ask(many, { view: 'units', reasons: true, step, reason, detail });
      expect([detail, listed.rows.length]).toEqual([detail, units]);
      expect(new Set(listed.columns['detail'])).toEqual(new Set([detail]));
    }
    expect((await ask(many, { view: 'units', reason: 'failed', detail: 'GET B answered 418' })).rows).toEqual([]);
  });

  it('have a detail only with a reason', async () => {
    await expect(ask(rows, { view: 'units', detail: 'GET B answered 500' })).rejects.toThrow(/goes with a reason only/);
  });

  it('of a segment’s attempt have its reason', async () => {
    const told = [...journey('a', 'A 0', { region: 'eu' }), ...journey('a', 'A 1, B 5 500', { region: 'us' })];
    const frame = await ask(told, { view: 'units', reasons: true, breakdown: 'region', attribution: 'all' });
    expect(frame.rows.map(({ region, reason }) => [region, reason])).toEqual([
      ['us', 'failed'],
      ['eu', 'silent'],
    ]);
  });
});
