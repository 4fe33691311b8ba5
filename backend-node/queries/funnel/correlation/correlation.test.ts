import { Bench, epoch, type Row, type TestFrame } from '../../testing/dataset';

jest.setTimeout(120_000);

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const range = { from: '2026-11-02T12:00:00Z', to: '2026-11-02T18:00:00Z' };
const steps = [...'ABC'].map((name) => ({ name, filters: [{ key: 'route', operator: '=', value: name }] }));

/** As many units as asked, each with its requests: a route, how many seconds after noon, and its status. */
const many = (count: number, name: string, text: string, row: Row = {}): Row[] =>
  Array.from({ length: count }, (_, index) =>
    text.split(', ').map((one) => {
      const [route, seconds, status = '200'] = one.split(' ');
      const time = epoch('2026-11-02T12:00:00Z') + Number(seconds) * 1000;
      return { customer: `${name}-${index}`, method: 'GET', route, status: Number(status), time, ...row };
    })
  ).flat();
const end = many(1, 'clock', 'end 80000');

let count = 0;
async function ask(rows: Row[], query: object = {}): Promise<TestFrame> {
  const data = await bench.dataset(`correlation-${count++}`, [...rows, ...end]);
  const asked = { queryType: 'funnel', view: 'correlation', steps: steps.slice(0, 2), ...query };
  const [frame] = await bench.answer(data, range, asked);
  return frame!;
}
const marker = (frame: TestFrame) => frame.meta.custom!['apitrail'] as Record<string, unknown>;
const found = (frame: TestFrame, key: string, value: string) =>
  frame.rows.find((row) => row['key'] === key && row['value'] === value);

/** 100 who convert after a minute, 100 who do not. */
const plain = [
  ...many(70, 'on', 'A 0, B 60', { region: 'eu' }),
  ...many(30, 'on helped', 'A 0, help 20, B 60', { region: 'us' }),
  ...many(90, 'lost', 'A 0', { region: 'eu' }),
  ...many(10, 'lost helped', 'A 0, help 20', { region: 'us' }),
];

describe('what goes with converting', () => {
  it('is told by odds with a prior of one, among those who entered', async () => {
    const frame = await ask(plain);
    expect(found(frame, 'route', 'GET help')).toMatchObject({
      ...{ units_with: 40, converted_with: 30, share_with: 0.75, share_without: 70 / 160, support: 0.2, after_step: 1 },
      // ((30 + 1) (100 - 10 + 1)) / ((100 - 30 + 1) (10 + 1))
      odds_ratio: expect.closeTo((31 * 91) / (71 * 11), 9),
    });
    const row = found(frame, 'route', 'GET help')!;
    expect(row['q_value']).toBeGreaterThanOrEqual(row['p_value'] as number);
    expect(marker(frame)).toMatchObject({ correlation: { step: 2, units: 200, converted: 100 } });
  });

  it('has both directions, the surest first, and filters for each', async () => {
    const frame = await ask(plain);
    expect(new Set(frame.columns['value'])).toEqual(new Set(['GET help', '2xx', 'us', 'eu']));
    expect(found(frame, 'region', 'us')!['odds_ratio']).toBeGreaterThan(1);
    expect(found(frame, 'region', 'eu')!['odds_ratio']).toBeLessThan(1);
    const ps = (frame.columns['p_value'] as number[]).map((p) => Number(p.toPrecision(9)));
    expect([...ps].sort((a, b) => a - b)).toEqual(ps);
    const at = frame.rows.findIndex(({ value }) => value === 'GET help');
    expect((marker(frame)['correlated'] as unknown[])[at]).toEqual({
      filters: [
        { key: 'method', operator: '=', value: 'GET' },
        { key: 'route', operator: '=', value: 'help' },
      ],
    });
    const limited = await ask(plain, { limit: 1, correlate: ['region'] });
    expect(limited.columns['value']).toEqual(['us', 'eu']);
  });

  it('is not that the steps themselves were made, or tried', async () => {
    const frame = await ask([...plain, ...many(20, 'failed', 'A 0, B 20 500', { region: 'eu', error_group: 'stock' })]);
    expect((frame.columns['value'] as string[]).filter((value) => /GET [AB]$/.test(value))).toEqual([]);
    expect(found(frame, 'error_group', 'stock')).toMatchObject({ units_with: 20, converted_with: 0 });
    expect(found(frame, 'status_class', '5xx')!['odds_ratio']).toBeLessThan(1);
  });

  it('is not what was met after converting, or before entering', async () => {
    const frame = await ask([...many(50, 'on', 'thanks 0, A 10, B 60, thanks 70'), ...many(50, 'lost', 'A 0')]);
    expect(frame.columns['key']).not.toContain('route');
  });

  it('is not that there was more time to meet something', async () => {
    // One in five looks at help each minute; who converts does so after a minute, who does not goes on for forty.
    const looks = (index: number, minutes: number) =>
      Array.from(
        { length: minutes },
        (_, minute) => `${(index + minute) % 5 === 0 ? 'help' : 'page'} ${minute * 60 + 30}`
      ).join(', ');
    const rows = Array.from({ length: 100 }, (_, index) => [
      ...many(1, `on ${index}`, `A 0, ${looks(index, 1)}, B 60`),
      ...many(1, `lost ${index}`, `A 0, ${looks(index, 40)}`),
    ]).flat();
    expect(found(await ask(rows), 'route', 'GET help')).toMatchObject({
      units_with: 40,
      converted_with: 20,
      odds_ratio: expect.closeTo(1, 9),
    });
  });

  it('of what comes after a step is compared among those who got there', async () => {
    const frame = await ask(
      [
        ...many(40, 'on', 'A 0, B 10, options 15, C 20'),
        ...many(20, 'on too', 'A 0, B 10, C 20'),
        ...many(30, 'stopped', 'A 0, B 10, options 15'),
        ...many(30, 'stopped too', 'A 0, B 10'),
        ...many(500, 'left', 'A 0'),
      ],
      { steps }
    );
    expect(found(frame, 'route', 'GET options')).toMatchObject({
      ...{ after_step: 2, units_with: 70, converted_with: 40, share_without: 20 / 50, support: 70 / 120 },
    });
  });

  it('of what comes after a step that may be left out is compared among those who left it out too', async () => {
    const optional = steps.map((step, index) => (index === 1 ? { ...step, optional: true } : step));
    const frame = await ask(
      [
        ...many(50, 'took', 'A 0, B 10, page 20, C 60'),
        ...many(50, 'took and stopped', 'A 0, B 10, page 20'),
        ...many(50, 'left out', 'A 0, C 60'),
        ...many(50, 'left out and stopped', 'A 0'),
      ],
      { steps: optional, correlate: ['route'] }
    );
    expect(frame.rows).toMatchObject([
      {
        ...{ value: 'GET page', after_step: 1, units_with: 100, converted_with: 50 },
        share_without: 0.5,
        odds_ratio: 1,
      },
    ]);
  });

  it('is looked at of who stopped at a step that may be left out for as long as of who took it', async () => {
    const optional = steps.map((step, index) => (index === 1 ? { ...step, optional: true } : step));
    const frame = await ask(
      [
        ...many(50, 'took', 'A 0, B 1000, C 1010'),
        ...many(50, 'left out', 'A 0, C 3000'),
        ...many(50, 'took and stopped', 'A 0, B 1000, later 2000'),
      ],
      { steps: optional, correlate: ['route'] }
    );
    expect(found(frame, 'route', 'GET later')).toBeUndefined();
  });

  it('is not that a request excluded, or strayed', async () => {
    const rows = [
      ...many(50, 'on', 'A 0, B 60', { region: 'eu' }),
      ...many(50, 'cancelled', 'A 0, cancel 10 500, B 60', { region: 'us' }),
      ...many(50, 'lost', 'A 0', { region: 'us' }),
    ];
    const values = (frame: TestFrame) => new Set(frame.columns['value']);
    const exclusions = [{ filters: [{ key: 'route', operator: '=', value: 'cancel' }] }];
    const correlate = ['route', 'status_class', 'region'];
    expect(values(await ask(rows, { correlate }))).toEqual(new Set(['GET cancel', '5xx', 'us', 'eu']));
    expect(values(await ask(rows, { exclusions, correlate }))).toEqual(new Set(['us', 'eu']));
    expect(values(await ask(rows, { order: 'strict', correlate }))).toEqual(new Set(['us', 'eu']));
  });

  it('leaves out what few met, and what few did not', async () => {
    const frame = await ask([
      ...many(100, 'on', 'A 0, asset 1, B 60'),
      ...many(100, 'lost', 'A 0, asset 1'),
      ...many(3, 'rare', 'A 0, asset 1, rare 2'),
    ]);
    expect(frame.rows).toEqual([]);
    expect(frame.meta.notices).toContainEqual({
      severity: 'info',
      text: expect.stringContaining('No value was met by enough'),
    });
  });

  it('leaves out who may still convert', async () => {
    const data = await bench.dataset(`correlation-${count++}`, plain);
    const query = { queryType: 'funnel', view: 'correlation', steps: steps.slice(0, 2) };
    const [frame] = await bench.answer(data, range, query, { now: () => epoch('2026-11-02T12:02:00Z') });
    expect(marker(frame!)).toMatchObject({ correlation: { units: 100, converted: 100 } });
    expect(frame!.meta.notices).toContainEqual({
      severity: 'info',
      text: expect.stringContaining('Everybody got to step 2, B'),
    });
  });

  it('can be to an earlier step, of the keys asked for', async () => {
    const rows = [
      ...many(30, 'on', 'A 0, help 5, B 10'),
      ...many(30, 'off', 'A 0', { attributes: { plan: 'free' } }),
      ...many(30, 'pro', 'A 0, B 10', { attributes: { plan: 'pro' } }),
    ];
    const frame = await ask(rows, { steps, step: 2, correlate: ['attributes.plan'] });
    expect(marker(frame)).toMatchObject({
      correlation: { step: 2, units: 90, converted: 60, keys: ['attributes.plan'] },
    });
    expect(frame.rows.map(({ key, value, converted_with }) => [key, value, converted_with])).toEqual([
      ['attributes.plan', 'free', 0],
      ['attributes.plan', 'pro', 30],
    ]);
  });

  it('counts as much as the units weigh, and is as sure as they are many', async () => {
    const heavy = await ask(plain.map((row) => ({ ...row, weight: 10 })));
    const light = await ask(plain);
    const [one, other] = [found(heavy, 'route', 'GET help')!, found(light, 'route', 'GET help')!];
    expect(one).toMatchObject({ units_with: 400, converted_with: 300, share_with: 0.75 });
    expect(one['p_value']).toBeCloseTo(other['p_value'] as number, 12);
  });

  it('says when one side is far larger than the other', async () => {
    const frame = await ask([...many(200, 'lost', 'A 0, help 5'), ...many(5, 'on', 'A 0, B 60')]);
    expect(frame.meta.notices).toContainEqual({
      severity: 'warning',
      text: expect.stringContaining('Skewed: 40 times as many did not get to step 2, B'),
    });
  });

  it('says when nobody converted', async () => {
    const frame = await ask(many(20, 'lost', 'A 0, help 5'));
    expect(frame.rows).toEqual([]);
    expect(frame.meta.notices).toContainEqual({
      severity: 'info',
      text: expect.stringContaining('Nobody got to step 2, B'),
    });
  });

  it.each([
    [{ correlate: ['nope'] }, /correlate\[0\].*nope/],
    [{ correlate: ['region', 'customer'] }, /correlate\[1\]: customer is who goes through/],
    [{ correlate: ['time'] }, /correlate\[0\]: time is a time/],
    [{ correlate: [] }, /correlate/],
    [{ step: 1 }, /step: is 1, which everybody/],
    [{ correlate: ['region'], correlateExcept: [{ key: 'region' }] }, /correlateExcept: leaves out all keys/],
    [{ correlateExcept: [{ key: 'nope' }] }, /correlateExcept\[0\].*nope/],
    [{ correlateExcept: Array.from({ length: 101 }, () => ({ key: 'region' })) }, /correlateExcept/],
  ])('refuses %j', async (query, message) => {
    await expect(ask(plain, query)).rejects.toThrow(message);
  });
});

/** q-values by their definition: the least p × m / rank of all that are at least as likely by chance; of those that are judged. */
function qsByDefinition(rows: TestFrame['rows']): Array<number | null> {
  const judged = rows.filter(({ necessary }) => !necessary).map((row) => row['p_value'] as number);
  const rank = (p: number) => judged.filter((other) => other <= p).length;
  return rows.map((row) => {
    const p = row['p_value'] as number;
    return row['necessary']
      ? null
      : Math.min(1, ...judged.filter((q) => q >= p).map((q) => (q * judged.length) / rank(q)));
  });
}

describe('what is necessary', () => {
  /** 200 that convert, of whom so many meet the options first, and 200 that do not, of whom 20 do. */
  const shop = (withOptions: number) => [
    ...many(withOptions, 'on', 'A 0, options 20, B 60', { region: 'eu' }),
    ...many(200 - withOptions, 'on too', 'A 0, B 60', { region: 'eu' }),
    ...many(20, 'lost there', 'A 0, options 20', { region: 'us' }),
    ...many(30, 'lost and helped', 'A 0, help 20', { region: 'us' }),
    ...many(150, 'lost', 'A 0', { region: 'us' }),
  ];

  it('is what 99 % of those who convert meet on the way, comes last, and is not judged', async () => {
    const frame = await ask(shop(198), { correlate: ['route', 'region'] });
    expect(frame.rows.map(({ value, necessary }) => [value, necessary])).toEqual([
      ['eu', false],
      ['us', false],
      ['GET help', false],
      ['GET options', true],
    ]);
    expect(found(frame, 'route', 'GET options')).toMatchObject({ converted_support: 0.99, q_value: null });
    expect(marker(frame)).toMatchObject({ correlation: { compared: 3, necessary: 1 } });
    const less = await ask(shop(197), { correlate: ['route', 'region'] });
    expect(found(less, 'route', 'GET options')).toMatchObject({ converted_support: 0.985, necessary: false });
  });

  it('is compared like everything else when told to', async () => {
    const frame = await ask(shop(200), { correlate: ['route', 'region'], correlateNecessary: true });
    expect(frame.columns['necessary']).toEqual([false, false, false, false]);
    expect(marker(frame)).toMatchObject({ correlation: { compared: 4, necessary: 0, compareNecessary: true } });
  });

  it('is not what those who convert had from their entry on', async () => {
    const frame = await ask(shop(200), { correlate: ['region'] });
    expect(found(frame, 'region', 'eu')).toMatchObject({ converted_support: 1, necessary: false });
  });

  it('is what all of those meet who did not have it from their entry on', async () => {
    const version = (service_version: string) => ({ service_version });
    const rows = (there: number) =>
      Array.from({ length: 60 }, (_, index) => [
        ...many(1, `on ${index}`, 'A 0', version(index < there ? 'new' : 'old')),
        ...many(1, `on ${index}`, 'other 10', version('new')),
        ...many(1, `on ${index}`, 'B 60', version('old')),
        ...many(1, `lost ${index}`, 'A 0', version('old')),
      ]).flat();
    const asked = { correlate: ['service_version'] };
    expect(found(await ask(rows(30), asked), 'service_version', 'new')).toMatchObject({ necessary: true });
    // Of nine the tenth may not have.
    expect(found(await ask(rows(51), asked), 'service_version', 'new')).toMatchObject({ necessary: false });
  });

  it('is told of ten that convert, not of nine', async () => {
    const rows = (count: number) => [
      ...many(count, 'on', 'A 0, options 20, B 60'),
      ...many(20, 'lost there', 'A 0, options 20'),
      ...many(30, 'lost', 'A 0'),
    ];
    const asked = { correlate: ['route'] };
    expect(found(await ask(rows(10), asked), 'route', 'GET options')).toMatchObject({ necessary: true });
    expect(found(await ask(rows(9), asked), 'route', 'GET options')).toMatchObject({ necessary: false });
    const sampled = rows(9).map((row) => ({ ...row, weight: 10 }));
    expect(found(await ask(sampled, asked), 'route', 'GET options')).toMatchObject({ necessary: false });
  });

  it('says when nothing else is left', async () => {
    const rows = [...many(50, 'on', 'A 0, options 20, B 60'), ...many(50, 'lost', 'A 0')];
    const frame = await ask(rows, { correlate: ['route'] });
    expect(frame.meta.notices).toContainEqual({ severity: 'info', text: expect.stringContaining('left to be judged') });
  });
});

describe('what is left out by name', () => {
  it.each([
    ['a value as it is shown', { key: 'route', value: 'GET help' }, ['2xx', 'us', 'eu'], 1],
    ['a route whatever its method', { key: 'route', value: 'help' }, ['2xx', 'us', 'eu'], 1],
    ['a value', { key: 'region', value: 'eu' }, ['GET help', '2xx', 'us'], 1],
    ['a key', { key: 'region' }, ['GET help', '2xx'], 0],
    ['nothing, by a value nobody met', { key: 'region', value: 'asia' }, ['GET help', '2xx', 'us', 'eu'], 0],
  ])('is %s', async (_, except, values, leftOut) => {
    const frame = await ask(plain, { correlateExcept: [except] });
    expect(new Set(frame.columns['value'])).toEqual(new Set(values));
    expect(marker(frame)).toMatchObject({ correlation: { compared: values.length, leftOut, except: [except] } });
  });

  it('says so when nothing remains', async () => {
    const frame = await ask(plain, { correlate: ['route'], correlateExcept: [{ key: 'route', value: 'GET help' }] });
    expect(frame.rows).toEqual([]);
    const text = expect.stringContaining('No value but the 1 left out by correlateExcept');
    expect(frame.meta.notices).toContainEqual({ severity: 'info', text });
  });
});

describe('against plain counting', () => {
  const colors = ['red', 'green', 'blue', 'grey', 'white'];

  it.each([1, 2, 3, 4])('rows, what is necessary and q-values are the same (seed %i)', async (seed) => {
    let state = seed * 7919;
    const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
    // Each meets pages after its entry, before it converts; all who convert meet the gate, but for those of seed 4.
    const units = Array.from({ length: 400 }, (_, index) => {
      const converted = random() < 0.4;
      const gate = converted ? seed < 4 || random() < 0.9 : random() < 0.3;
      const pages = ['p1', 'p2', 'p3', 'p4'].filter((_page, at) => random() < (converted ? 0.2 + 0.1 * at : 0.3));
      return {
        index,
        converted,
        region: colors[Math.floor(random() * 5)]!,
        met: [...pages, ...(gate ? ['gate'] : [])],
      };
    });
    const rows = units.flatMap(({ index, converted, region, met }) => {
      const text = ['A 0', ...met.map((page) => `${page} 10`), ...(converted ? ['B 60'] : [])].join(', ');
      return many(1, `unit ${index}`, text, { region });
    });
    const except = { key: 'region', value: 'red' };
    const frame = await ask(rows, { correlate: ['route', 'region'], correlateExcept: [except], limit: 1000 });

    const all = units.filter((unit) => unit.converted).length;
    const counted = new Map<string, { units: number; converted: number }>();
    for (const { converted, region, met } of units) {
      for (const name of [...met.map((page) => `GET ${page}`), region].filter((one) => one !== 'red')) {
        const count = counted.get(name) ?? { units: 0, converted: 0 };
        counted.set(name, { units: count.units + 1, converted: count.converted + Number(converted) });
      }
    }
    expect(Object.fromEntries(frame.rows.map((row) => [row['value'], row]))).toMatchObject(
      Object.fromEntries(
        [...counted].map(([name, { units, converted }]) => [
          name,
          {
            units_with: units,
            converted_with: converted,
            converted_support: expect.closeTo(converted / all, 12),
            necessary: name === 'GET gate' && seed < 4,
          },
        ])
      )
    );
    expect(frame.rows).toHaveLength(counted.size);
    const expected = qsByDefinition(frame.rows);
    frame.rows.forEach((row, at) => {
      const [q, should] = [row['q_value'] as number | null, expected[at]!];
      expect(q === null).toBe(should === null);
      expect(q ?? 0).toBeCloseTo(should ?? 0, 12);
    });
  });
});
