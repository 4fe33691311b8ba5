import type { PathsMarker } from '@apitrail/contract';

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
const letters = (text: string, row: Row = {}, hour = 13): Row[] =>
  [...text].map((letter, index) => at(`${hour}:${String(index).padStart(2, '0')}:00`, letter, row));
/** Makes the sessions of everything before end in the past. */
const later = at('23:59:00', 'end', { customer: 'clock' });
const route = (value: string) => [{ key: 'route', operator: '=', value }];

let count = 0;
async function ask(rows: Row[], query: object = {}, of: object = {}): Promise<TestFrame> {
  const data = await bench.dataset(`golden-${count++}`, rows);
  const asked = { queryType: 'paths', groupBy: ['route'], ...query };
  const [frame] = await bench.answer(data, { ...range, ...of }, asked, { now: () => epoch('2026-12-31T00:00:00Z') });
  return frame!;
}

const marker = (frame: TestFrame) => frame.meta.custom!['apitrail'] as PathsMarker;
/** Links as `0 A>B 2`: step, nodes, value. */
const texts = ({ rows }: TestFrame) =>
  rows.map(({ step, source, target, value }) => `${step} ${source}>${target} ${value}`);
const links = async (rows: Row[], query: object = {}, of: object = {}) => texts(await ask([...rows, later], query, of));

describe('after an anchor', () => {
  it('which is the first request of a session where none is named', async () => {
    expect(await links(letters('ABC'))).toEqual(['0 A>B 1', '1 B>C 1', '2 C>{drop_off} 1']);
  });

  it('which filters name: of several the first', async () => {
    expect(await links(letters('CABACD'), { anchor: route('A') })).toEqual([
      '0 A>B 1',
      '1 B>A 1',
      '2 A>C 1',
      '3 C>D 1',
      '4 D>{drop_off} 1',
    ]);
  });

  it('as many links as the depth says', async () => {
    expect(await links(letters('ABCD'), { depth: 2 })).toEqual(['0 A>B 1', '1 B>C 1']);
  });

  it('a path is followed past the range', async () => {
    const rows = [at('17:59:00', 'A'), at('18:10:00', 'B')];
    expect(await links(rows)).toEqual(['0 A>B 1', '1 B>{drop_off} 1']);
  });

  it('a session that began before the range does not begin in it', async () => {
    expect(await links([at('11:45:00', 'A'), at('12:05:00', 'B')])).toEqual([]);
    expect(await links([at('11:45:00', 'A'), at('12:05:00', 'B')], { anchor: route('B') })).toEqual([
      '0 B>{drop_off} 1',
    ]);
  });
});

describe('before an anchor', () => {
  it('steps count down, and a path begins where its session does', async () => {
    expect(await links(letters('ABCD'), { anchor: route('C'), direction: 'before' })).toEqual([
      '-1 B>C 1',
      '-2 A>B 1',
      '-3 {start}>A 1',
    ]);
  });

  it('which is the last request of a session where none is named', async () => {
    expect(await links(letters('ABC'), { direction: 'before', depth: 1 })).toEqual(['-1 B>C 1']);
  });

  it('a session that may go on has no last request yet', async () => {
    const now = at('13:20:00', 'end', { customer: null });
    expect(texts(await ask([...letters('ABC'), now], { direction: 'before' }))).toEqual([]);
  });

  it('a path is followed to before the range', async () => {
    const rows = [at('11:50:00', 'A'), at('12:05:00', 'B')];
    expect(await links(rows, { anchor: route('B'), direction: 'before', depth: 1 })).toEqual(['-1 A>B 1']);
  });
});

describe('repeats', () => {
  it('count as one, with all their requests', async () => {
    const frame = await ask([...letters('AABBBC'), later]);
    expect(texts(frame)).toEqual(['0 A>B 1', '1 B>C 1', '2 C>{drop_off} 1']);
    expect(frame.columns['requests']).toEqual([3, 1, 0]);
    // From the first request at the one to the first at the other.
    expect(frame.columns['median_ms']).toEqual([120_000, 180_000, null]);
  });

  it('are told apart where asked for', async () => {
    expect(await links(letters('AAB'), { collapse: false })).toEqual(['0 A>A 1', '1 A>B 1', '2 B>{drop_off} 1']);
  });
});

describe('sessions', () => {
  const rows = [at('13:00:00', 'A'), at('13:30:00', 'B'), at('14:00:01', 'C')];

  it('end with a pause longer than the gap', async () => {
    expect(await links(rows, { counting: 'sessions' })).toEqual(['0 A>B 1', '0 C>{drop_off} 1', '1 B>{drop_off} 1']);
    expect(await links(rows, { sessionGap: '1h' })).toEqual(['0 A>B 1', '1 B>C 1', '2 C>{drop_off} 1']);
  });

  it('by id are followed each for itself, also where they overlap', async () => {
    const mixed = [...letters('ACE', { session: 's1' }), ...letters('BDF', { session: 's2' })];
    expect(await links(mixed, { sessions: 'id', counting: 'sessions', depth: 1 })).toEqual(['0 A>C 1', '0 B>D 1']);
  });

  it('by id are not cut by pauses, but requests without one are', async () => {
    const known = rows.map((row) => ({ ...row, session: 's' }));
    const byId = { sessions: 'id', counting: 'sessions' };
    expect(await links(known, byId)).toEqual(['0 A>B 1', '1 B>C 1', '2 C>{drop_off} 1']);
    expect(await links(rows, byId)).toEqual(['0 A>B 1', '0 C>{drop_off} 1', '1 B>{drop_off} 1']);
  });

  it('that may go on have not dropped off', async () => {
    const now = at('13:30:30', 'end', { customer: null });
    expect(texts(await ask([...letters('AB'), now]))).toEqual(['0 A>B 1', '1 B>{open} 1']);
    expect(texts(await ask([...letters('A'), now]))).toEqual(['0 A>{drop_off} 1']);
  });
});

describe('what is counted', () => {
  const rows = [...letters('ABAC'), ...letters('AD', {}, 16), ...letters('AB', { customer: 'bob' })];
  const query = { anchor: route('A'), depth: 1 };

  it('units: each once, by its first path', async () => {
    expect(await links(rows, query)).toEqual(['0 A>B 2']);
  });

  it('sessions: each once', async () => {
    expect(await links(rows, { ...query, counting: 'sessions' })).toEqual(['0 A>B 2', '0 A>D 1']);
  });

  it('transitions: every anchor', async () => {
    const frame = await ask([...rows, ...letters('AB', {}, 15), later], { ...query, counting: 'transitions' });
    expect(texts(frame)).toEqual(['0 A>B 3', '0 A>C 1', '0 A>D 1']);
    expect(frame.columns['units']).toEqual([2, 1, 1]);
    expect(frame.columns['share']).toEqual([0.6, 0.2, 0.2]);
    expect(marker(frame).paths).toBe(5);
  });

  it('transitions without an anchor: from every request to the next', async () => {
    expect(await links(letters('ABAB'), { counting: 'transitions', depth: 1 })).toEqual([
      '0 A>B 2',
      '0 B>A 1',
      '0 B>{drop_off} 1',
    ]);
  });
});

describe('nodes', () => {
  it('beyond the top of a step are {other}, with all that leads there and away', async () => {
    const rows = ['ABX', 'ABX', 'ABX', 'ACX', 'ACX', 'ADX', 'AEY'].flatMap((text, index) =>
      letters(text, { customer: `c${index}` })
    );
    const frame = await ask([...rows, later], { rowsPerStep: 2, depth: 2 });
    expect(texts(frame)).toEqual([
      '0 A>B 3',
      '0 A>C 2',
      '0 A>{other} 2',
      '1 B>X 3',
      '1 C>X 2',
      '1 {other}>X 1',
      '1 {other}>Y 1',
    ]);
    expect(marker(frame).nodes).toEqual([
      { step: 0, name: 'A', keys: { route: 'A' }, value: 7, requests: 7 },
      { step: 1, name: 'B', keys: { route: 'B' }, value: 3, requests: 3 },
      { step: 1, name: 'C', keys: { route: 'C' }, value: 2, requests: 2 },
      { step: 1, name: '{other}', kind: 'other', value: 2, requests: 2 },
      { step: 2, name: 'X', keys: { route: 'X' }, value: 6, requests: 6 },
      { step: 2, name: 'Y', keys: { route: 'Y' }, value: 1, requests: 1 },
    ]);
  });

  it('are named by method and route, and a value that is not there by (none)', async () => {
    const rows = [at('13:00:00', '/a', { method: 'GET' }), at('13:01:00', '/b')];
    const frame = await ask([...rows, later], { groupBy: undefined, depth: 1 });
    expect(texts(frame)).toEqual(['0 GET /a>(none) /b 1']);
    expect(marker(frame).nodes[1]).toMatchObject({ keys: { method: null, route: '/b' } });
  });

  it('whose values read alike are told apart', async () => {
    const rows = [at('13:00:00', 'b c', { method: 'a' }), at('13:01:00', 'c', { method: 'a b' })];
    expect(await links(rows, { groupBy: ['method', 'route'], depth: 1 })).toEqual(['0 a b c>a b c (2) 1']);
  });

  it('may be of any keys, of numbers too', async () => {
    const rows = [at('13:00:00', 'A'), at('13:01:00', 'B', { status: 503 })];
    expect(await links(rows, { groupBy: ['status'], depth: 1 })).toEqual(['0 200>503 1']);
    expect(await links(rows, { groupBy: ['status_class'], depth: 1 })).toEqual(['0 2xx>5xx 1']);
  });
});

describe('on a step of a funnel', () => {
  const rows = [
    ...letters('ABCX', { customer: 'cem' }),
    ...letters('ABYZ', { customer: 'dan' }),
    ...letters('AQ', { customer: 'eve' }),
    ...letters('QAC', { customer: 'fay' }),
  ];
  const funnel = { steps: ['A', 'B', 'C'].map((name) => ({ name, filters: route(name) })), window: '10m' };

  it('where those go who reached it', async () => {
    expect(await links(rows, { funnel: { ...funnel, step: 2 }, depth: 1 })).toEqual(['0 B>C 1', '0 B>Y 1']);
  });

  it('where those go who reached the step before and not it', async () => {
    const dropped = { ...funnel, step: 3, outcome: 'dropped' };
    expect(await links(rows, { funnel: dropped })).toEqual(['0 B>Y 1', '1 Y>Z 1', '2 Z>{drop_off} 1']);
    expect(await links(rows, { funnel: { ...dropped, step: 2 }, depth: 1 })).toEqual(['0 A>C 1', '0 A>Q 1']);
  });

  it('where those come from', async () => {
    expect(await links(rows, { funnel: { ...funnel, step: 1 }, direction: 'before' })).toEqual([
      '-1 {start}>A 3',
      '-1 Q>A 1',
      '-2 {start}>Q 1',
    ]);
  });

  it('who may still reach it has not dropped', async () => {
    const now = at('13:05:00', 'end', { customer: 'clock' });
    const frame = await ask([...letters('AB', { customer: 'dan' }), now], {
      funnel: { ...funnel, step: 3, outcome: 'dropped' },
    });
    expect(texts(frame)).toEqual([]);
    expect(frame.meta.notices).toContainEqual({
      severity: 'info',
      text: 'No unit dropped at step 3 of the funnel in this range, so there are no paths.',
    });
  });

  it('of any order, where whoever did the steps reached it', async () => {
    const turned = { ...funnel, order: 'any', step: 2 };
    const both = [...letters('BACX'), ...letters('CX', { customer: 'bob' })];
    expect(await links(both, { funnel: turned, depth: 1 })).toEqual(['0 A>C 1']);
  });

  it('that an exclusion ends, where it was left', async () => {
    const excluding = { ...funnel, step: 3, outcome: 'dropped', exclusions: [{ filters: route('Y') }] };
    expect(await links(rows, { funnel: excluding, depth: 1 })).toEqual(['0 B>Y 1']);
    expect(await links(letters('ABYC'), { funnel: excluding, depth: 1 })).toEqual(['0 B>Y 1']);
  });

  it('every attempt, where they and paths are counted so', async () => {
    const total = { ...funnel, counting: 'total', step: 3 };
    const twice = letters('ABCXABCY');
    expect(await links(twice, { funnel: total, counting: 'transitions', depth: 1 })).toEqual(['0 C>X 1', '0 C>Y 1']);
    expect(await links(twice, { funnel: total, depth: 1 })).toEqual(['0 C>X 1']);
  });

  it('knows customers by their sessions there too', async () => {
    const signin = [
      at('13:00:00', 'A', { customer: null, session: 's' }),
      at('13:01:00', 'B', { session: 's' }),
      at('13:02:00', 'X', { session: 's' }),
    ];
    expect(await links(signin, { funnel: { ...funnel, step: 2 }, depth: 1 })).toEqual(['0 B>X 1']);
    expect(await links(signin, { funnel: { ...funnel, step: 2 }, identity: 'strict' })).toEqual([]);
  });
});

describe('weights', () => {
  it('a path counts as much as its anchor, and requests as much as they stand for', async () => {
    const rows = [
      at('13:00:00', 'A', { weight: 10 }),
      at('13:01:00', 'B', { weight: 4 }),
      ...letters('AB', { customer: 'bob' }),
      ...letters('AC', { customer: 'cem' }),
      later,
    ];
    const frame = await ask(rows, { depth: 1 });
    expect(frame.rows).toEqual([
      { step: 0, source: 'A', target: 'B', value: 11, share: 11 / 12, median_ms: 60_000, units: 11, requests: 5 },
      { step: 0, source: 'A', target: 'C', value: 1, share: 1 / 12, median_ms: 60_000, units: 1, requests: 1 },
    ]);
    expect(marker(frame).sampled).toBeGreaterThan(0);
  });
});

describe('who is followed', () => {
  it('requests before signing in are the customer’s', async () => {
    const rows = [at('13:00:00', 'A', { customer: null, session: 's' }), at('13:01:00', 'B', { session: 's' })];
    expect(await links(rows, { depth: 1 })).toEqual(['0 A>B 1']);
    expect(await links(rows, { depth: 1, identity: 'strict' })).toEqual(['0 B>{drop_off} 1']);
  });

  it('may be the values of any key', async () => {
    const rows = letters('AB').map((row, index) => ({ ...row, customer: `c${index}`, instance: 'i' }));
    expect(await links(rows, { unit: 'instance', depth: 1 })).toEqual(['0 A>B 1']);
  });
});

describe('numeric', () => {
  it('is a number per link, with texts that tell them apart', async () => {
    const frame = await ask([...letters('AB'), later], { format: 'numeric', metric: 'median_ms', depth: 1 });
    expect(frame.rows).toEqual([{ step: '0', source: 'A', target: 'B', median_ms: 60_000 }]);
  });
});

describe('a comparison', () => {
  const rows = [...letters('AB', {}, 13), ...letters('AC', { customer: 'bob' }, 13), ...letters('AC', {}, 14), later];
  const hour = { from: '2026-11-02T14:00:00Z', to: '2026-11-02T15:00:00Z' };

  it('has what links were, by the nodes of now; those that are gone with a value of 0', async () => {
    const frame = await ask(rows, { depth: 1, timeShift: '1h' }, hour);
    expect(
      frame.rows.map(({ target, value, value_previous, value_change, share_previous }) => ({
        target,
        value,
        value_previous,
        value_change,
        share_previous,
      }))
    ).toEqual([
      { target: 'C', value: 1, value_previous: 1, value_change: 0, share_previous: 0.5 },
      { target: '{other}', value: 0, value_previous: 1, value_change: -1, share_previous: 0.5 },
    ]);
  });

  it('is one number in numeric', async () => {
    const frame = await ask(rows, { depth: 1, timeShift: '1h', format: 'numeric', compare: 'previous' }, hour);
    expect(frame.rows).toEqual([
      { step: '0', source: 'A', target: 'C', value_previous: 1 },
      { step: '0', source: 'A', target: '{other}', value_previous: 1 },
    ]);
  });
});

describe('what goes wrong', () => {
  it('says that nothing matches the anchor', async () => {
    const frame = await ask([...letters('AB'), later], { anchor: route('Z') });
    expect(frame.meta.notices).toContainEqual({
      severity: 'info',
      text: 'No request of a unit in this range matches anchor, so there are no paths.',
    });
  });

  it('warns when most requests have no unit', async () => {
    const frame = await ask([...letters('AB', { customer: null }), ...letters('C'), later]);
    expect(marker(frame).rowsWithoutUnit).toBeCloseTo(2 / 3);
    expect(frame.meta.notices).toContainEqual({
      severity: 'warning',
      text: 'Only 33 % of the requests in this range have the unit customer: the others are left out. See whether the logs hold it, or follow another unit, such as session.',
    });
  });

  const funnel = { steps: [{ name: 'A' }, { name: 'B' }], step: 2 };
  it.each([
    [{ anchor: route('A'), funnel }, 'anchor is given beside funnel'],
    [{ funnel: { ...funnel, step: 3 } }, 'funnel.step is 3, but the funnel has 2 steps'],
    [{ funnel: { ...funnel, step: 1, outcome: 'dropped' } }, 'funnel.step is 1, where nobody drops'],
    [{ funnel: { ...funnel, window: '0s' } }, 'funnel.window must be from 1s to 366d'],
    [
      { funnel: { ...funnel, steps: [{ name: 'A' }, { name: 'B', optional: true }] } },
      'funnel.steps[1].optional cannot be',
    ],
    [{ funnel: { ...funnel, setp: 1 } }, 'funnel has no field "setp". It has: steps, window'],
    [{ depth: 0 }, 'depth must be at least 1, not 0.'],
    [{ sessionGap: '0m' }, 'sessionGap must be a duration'],
    [{ sessionGap: '400d' }, 'sessionGap must be from 1s to 366d, such as 30m or 1h, not "400d".'],
    [{ groupBy: ['rout'] }, 'Did you mean route?'],
    [{ anchor: [{ key: 'route', operator: '=~', value: '(' }] }, 'anchor[0].value: '],
  ])('refuses %j by name', async (query, text) => {
    await expect(ask(letters('A'), query)).rejects.toThrow(text);
  });
});
