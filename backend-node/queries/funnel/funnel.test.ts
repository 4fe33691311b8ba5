import { Bench, epoch, type Row } from '../testing/dataset';

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
const steps = (names: string) =>
  [...names].map((name) => ({ name, filters: [{ key: 'route', operator: '=', value: name }] }));
/** The same steps, of which no longer can be told from the filters that they exclude each other. */
const vagueSteps = (names: string) =>
  [...names].map((name) => ({ name, filters: [{ key: 'route', operator: '=~', value: `^${name}$` }] }));

let count = 0;
async function units(rows: Row[], names: string, more: object = {}): Promise<unknown> {
  const data = await bench.dataset(`golden-${count++}`, [...rows, later]);
  const answers = [];
  for (const form of [steps(names), vagueSteps(names)]) {
    const [frame] = await bench.answer(data, range, { queryType: 'funnel', steps: form, ...more });
    answers.push(frame!.columns['units']);
  }
  expect(answers[1]).toEqual(answers[0]);
  return answers[0];
}

describe('the meaning of a funnel', () => {
  it('keeps the first entry: a later one does not open a new window', async () => {
    const rows = [at('13:00:00', 'A'), at('13:30:00', 'A'), at('13:45:00', 'B'), at('14:15:00', 'C')];
    expect(await units(rows, 'ABC', { window: '1h' })).toEqual([1, 1, 0]);
  });

  it('does not convert what comes after the window of the first entry', async () => {
    const rows = [at('13:00:00', 'A'), at('13:50:00', 'A'), at('14:10:00', 'B')];
    expect(await units(rows, 'AB', { window: '1h' })).toEqual([1, 0]);
  });

  it('allows other requests between', async () => {
    expect(await units(letters('ABFCDE'), 'ABCDE')).toEqual([1, 1, 1, 1, 1]);
  });

  it('ignores a step that comes too early', async () => {
    expect(await units(letters('ABDCDE'), 'ABCDE')).toEqual([1, 1, 1, 1, 1]);
  });

  it('stops at a step that is missing', async () => {
    expect(await units(letters('ABCE'), 'ABCDE')).toEqual([1, 1, 1, 0, 0]);
  });

  it('counts a unit once, however often it repeats a step', async () => {
    expect(await units(letters('AAABCC'), 'ABC')).toEqual([1, 1, 1]);
    expect(await units(letters('ABCABC'), 'ABC')).toEqual([1, 1, 1]);
  });

  it('converts although the second step also came before the first', async () => {
    expect(await units(letters('BAB'), 'AB')).toEqual([1, 1]);
  });

  it('gives no grace to a step that came before the one it follows', async () => {
    expect(await units([at('13:00:00', 'B'), at('13:00:02', 'A')], 'AB')).toEqual([1, 0]);
  });

  it('orders requests of one moment by step', async () => {
    const rows = [at('13:00:00', 'C'), at('13:00:00', 'B'), at('13:00:00', 'A')];
    expect(await units(rows, 'ABC')).toEqual([1, 1, 1]);
  });

  it.each(['AB', 'BA'])('lets requests of one moment serve the steps that get furthest, stored as %s', async (tie) => {
    const rows = [at('13:00:00', 'A'), ...[...tie].map((route) => at('13:00:05', route))];
    expect(await units(rows, 'ABA')).toEqual([1, 1, 1]);
  });

  it('uses no request of a moment twice', async () => {
    const rows = [at('13:00:00', 'A'), at('13:00:00', 'B')];
    expect(await units(rows, 'ABA')).toEqual([1, 1, 0]);
    expect(await units([...rows, at('13:00:00', 'A')], 'ABA')).toEqual([1, 1, 1]);
  });

  it('takes a step at the very end of the window, and none after it', async () => {
    expect(await units([at('13:00:00', 'A'), at('13:10:00', 'B')], 'AB', { window: '10m' })).toEqual([1, 1]);
    expect(await units([at('13:00:00', 'A'), at('13:10:00.001', 'B')], 'AB', { window: '10m' })).toEqual([1, 0]);
  });

  it('enters from the start of the range up to, but not at, its end, and reads past the end', async () => {
    expect(await units([at('12:00:00', 'A')], 'AB')).toEqual([1, 0]);
    expect(await units([at('18:00:00', 'A')], 'AB')).toEqual([0, 0]);
    expect(await units([at('17:59:00', 'A'), at('18:30:00', 'B')], 'AB')).toEqual([1, 1]);
  });

  it('needs two requests for two steps, even when one matches both', async () => {
    const both = [
      { name: 'any', filters: [] },
      { name: 'B', filters: [{ key: 'route', operator: '=', value: 'B' }] },
    ];
    const ask = async (text: string) => {
      const data = await bench.dataset(`both-${text}`, [...letters(text)]);
      const [frame] = await bench.answer(data, range, { queryType: 'funnel', steps: both });
      return frame!.columns['units'];
    };
    expect(await ask('B')).toEqual([1, 0]);
    expect(await ask('BB')).toEqual([1, 1]);
  });

  it('counts a step only when its request succeeded, unless told otherwise', async () => {
    const rows = [at('13:00:00', 'A'), at('13:01:00', 'B', { status: 500 }), at('13:02:00', 'C')];
    expect(await units(rows, 'ABC')).toEqual([1, 0, 0]);
    expect(await units(rows, 'ABC', { successOnly: false })).toEqual([1, 1, 1]);
    expect(await units([at('13:00:00', 'A', { status: null })], 'AB')).toEqual([0, 0]);
  });

  it('tells who may still go on from who dropped, by the newest data', async () => {
    const rows = [
      at('13:00:00', 'A', { customer: 'gone' }),
      at('14:30:00', 'A', { customer: 'open' }),
      at('14:40:00', 'A', { customer: 'done' }),
      at('14:50:00', 'B', { customer: 'done' }),
      at('15:00:00', 'x', { customer: 'clock' }),
    ];
    const data = await bench.dataset('pending', rows);
    const [frame] = await bench.answer(data, range, { queryType: 'funnel', steps: steps('AB'), window: '1h' });
    expect(frame!.rows).toMatchObject([
      {
        step: 1,
        name: 'A',
        units: 3,
        conversion: 1,
        step_conversion: null,
        dropped: 0,
        pending: 0,
        median_ms: null,
        p90_ms: null,
      },
      {
        step: 2,
        name: 'B',
        units: 1,
        conversion: 1 / 3,
        step_conversion: 1 / 3,
        dropped: 1,
        pending: 1,
        median_ms: 600_000,
        p90_ms: 600_000,
      },
    ]);
  });

  it('answers an empty funnel with zeros and without conversion', async () => {
    const data = await bench.dataset('nobody', [later]);
    const [frame] = await bench.answer(data, range, { queryType: 'funnel', steps: steps('AB') });
    expect(frame!.columns).toMatchObject({ units: [0, 0], conversion: [null, null], dropped: [0, 0], pending: [0, 0] });
  });

  it('counts weighted units by the weight of their entry', async () => {
    const rows = [
      ...letters('AB', { customer: 'one' }),
      ...letters('AB', { customer: 'ten', weight: 10 }),
      ...letters('A', { customer: 'five', weight: 5 }),
    ];
    const data = await bench.dataset('weighted', [...rows, later]);
    const [frame] = await bench.answer(data, range, { queryType: 'funnel', steps: steps('AB') });
    expect(frame!.columns['units']).toEqual([16, 11]);
    expect(frame!.meta.notices).toContainEqual({ severity: 'info', text: expect.stringContaining('sampled') });
  });
});

describe('whose request it is', () => {
  const session = (name: string | null, customer: string | null) => ({ session: name, customer });
  const rows = [
    // What came before signing in counts.
    at('13:00:00', 'A', session('s1', null)),
    at('13:05:00', 'B', session('s1', 'ann')),
    // Two customers in one session: nobody's before signing in.
    at('13:00:00', 'A', session('s2', null)),
    at('13:05:00', 'B', session('s2', 'bob')),
    at('13:06:00', 'x', session('s2', 'cid')),
    // Neither.
    at('13:00:00', 'A', session(null, null)),
  ];
  const ask = async (more: object) => {
    const data = await bench.dataset(`identity-${count++}`, [...rows, later]);
    const [frame] = await bench.answer(data, range, { queryType: 'funnel', steps: steps('AB'), ...more });
    const { rowsWithoutUnit } = frame!.meta.custom!['apitrail'] as { rowsWithoutUnit: number };
    return { units: frame!.columns['units'], rowsWithoutUnit };
  };

  it('is that of the one customer of its session', async () => {
    expect(await ask({ identity: 'session' })).toEqual({ units: [1, 1], rowsWithoutUnit: 2 / 6 });
  });

  it('is nobody’s without a customer when strict', async () => {
    expect(await ask({ identity: 'strict' })).toEqual({ units: [0, 0], rowsWithoutUnit: 3 / 6 });
  });

  it('is the session’s when sessions are counted', async () => {
    expect(await ask({ unit: 'session' })).toEqual({ units: [2, 2], rowsWithoutUnit: 1 / 6 });
  });

  it('resolves sessions of steps past the end of the range', async () => {
    const past = [
      at('17:50:00', 'A', session('s3', 'dee')),
      at('18:10:00', 'B', session('s3', null)),
      at('18:11:00', 'x', session('s3', 'dee')),
    ];
    const data = await bench.dataset('past', [...past, later]);
    const [frame] = await bench.answer(data, range, { queryType: 'funnel', steps: steps('AB') });
    expect(frame!.columns['units']).toEqual([1, 1]);
  });

  const early = [
    { ...at('11:59:00', 'login', session('s5', 'ann')) },
    at('12:01:00', 'A', session('s5', null)),
    at('12:02:00', 'B', session('s5', null)),
  ];

  it('knows who signed in before the range', async () => {
    const data = await bench.dataset('signed-in-before', [...early, later]);
    const [frame] = await bench.answer(data, range, { queryType: 'funnel', steps: steps('AB') });
    expect(frame!.columns['units']).toEqual([1, 1]);
  });

  it('counts the customers of a session outside the range too', async () => {
    const shared = [early[0]!, early[1]!, at('12:02:00', 'B', session('s5', 'bob'))];
    const data = await bench.dataset('two-customers', [...shared, later]);
    const [frame] = await bench.answer(data, range, { queryType: 'funnel', steps: steps('AB') });
    expect(frame!.columns['units']).toEqual([0, 0]);
  });

  it('knows who signed in after the range, past the window', async () => {
    const late = [at('17:59:00', 'A', session('s6', null)), at('23:00:00', 'login', session('s6', 'ann'))];
    const data = await bench.dataset('signed-in-after', [...late, later]);
    const [frame] = await bench.answer(data, range, { queryType: 'funnel', steps: steps('AB'), window: '10m' });
    expect(frame!.columns['units']).toEqual([1, 0]);
  });

  it('uses the session’s customer even when a filter hides the request that names it', async () => {
    const data = await bench.dataset('hidden', [
      at('13:00:00', 'A', session('s4', null)),
      at('13:01:00', 'B', session('s4', null)),
      at('13:02:00', 'login', session('s4', 'eve')),
      later,
    ]);
    const filters = [{ key: 'route', operator: '!=', value: 'login' }];
    const [frame] = await bench.answer(data, range, { queryType: 'funnel', steps: steps('AB'), filters });
    expect(frame!.columns['units']).toEqual([1, 1]);
  });
});

describe('the other answers of a funnel', () => {
  it('distributes the time between steps over buckets that hold every unit', async () => {
    const rows = [1, 2, 4, 60].flatMap((minutes, index) => [
      at('13:00:00', 'A', { customer: `c${index}` }),
      at('13:00:00', 'B', { customer: `c${index}`, time: epoch('2026-11-02T13:00:00Z') + minutes * 60_000 }),
    ]);
    const data = await bench.dataset('times', [...rows, later]);
    const [frame] = await bench.answer(data, range, { queryType: 'funnel', steps: steps('AB'), view: 'times' });
    const { columns } = frame!;
    const bounds = (columns['from_ms'] as number[]).map((from, row) => [from, (columns['to_ms'] as number[])[row]!]);
    [1, 2, 4, 60].forEach((minutes) => {
      const ms = minutes * 60_000;
      const row = bounds.findIndex(([from, to]) => from! < ms && ms <= to!);
      expect((columns['units'] as number[])[row]).toBe(1);
    });
    bounds.slice(1).forEach(([from], row) => expect(from).toBe(bounds[row]![1]));
    expect((columns['units'] as number[]).reduce((sum, one) => sum + one, 0)).toBe(4);
    expect(new Set(columns['median_ms'])).toEqual(new Set([180_000]));
    expect(new Set(columns['name'])).toEqual(new Set(['B']));
  });

  it('gives an alert one number', async () => {
    const data = await bench.dataset('numeric', [
      ...letters('AB', { customer: 'a' }),
      ...letters('A', { customer: 'b' }),
      later,
    ]);
    const ask = async (more: object) => {
      const [frame] = await bench.answer(data, range, {
        queryType: 'funnel',
        steps: steps('ABC'),
        format: 'numeric',
        ...more,
      });
      expect(frame!.meta.type).toBe('numeric-long');
      expect(frame!.fields).toHaveLength(1);
      return frame!.rows;
    };
    expect(await ask({})).toEqual([{ conversion: 0 }]);
    expect(await ask({ step: 2 })).toEqual([{ conversion: 0.5 }]);
    expect(await ask({ step: 1, metric: 'units' })).toEqual([{ units: 2 }]);
    expect(await ask({ step: 3, metric: 'step_conversion' })).toEqual([{ step_conversion: 0 }]);
  });

  it('names the condition that is wrong, as it was written', async () => {
    const data = await bench.dataset('wrong-step', [later]);
    const wrong = ['abc', '2'].map((value) => ({ name: value, filters: [{ key: 'status', operator: '=', value }] }));
    const { results } = await bench.query(data, range, [{ queryType: 'funnel', steps: wrong }]);
    expect(results['A']!.error).toContain('steps[0].filters[0].value: status is a number, "abc" is not');
  });

  it('refuses a step the funnel does not have', async () => {
    const data = await bench.dataset('no-step', [later]);
    const query = { queryType: 'funnel', steps: steps('AB'), format: 'numeric', step: 3 };
    const { results } = await bench.query(data, range, [query]);
    expect(results['A']).toMatchObject({
      status: 400,
      errorSource: 'downstream',
      error: expect.stringContaining('no step 3'),
    });
  });
});
