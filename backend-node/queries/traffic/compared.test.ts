import { Bench, epoch, type Row, type TestFrame } from '../testing/dataset';
import { shopRows } from '../testing/shop';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const WEEK = 7 * 86_400_000;
const range = { from: '2026-11-09T00:00:00Z', to: '2026-11-10T00:00:00Z' };
const weekBefore = { from: '2026-11-02T00:00:00Z', to: '2026-11-03T00:00:00Z' };
const rows = [range, weekBefore].flatMap(({ from, to }, index) =>
  shopRows({ rows: 400, from: epoch(from), to: epoch(to), seed: index + 3 })
);

const shiftOf = ({ meta }: TestFrame) => (meta.custom!['apitrail'] as { shift?: string }).shift;
const labelsOf = ({ fields }: TestFrame) => fields[1]!.labels;
const texts = (frames: TestFrame[]) => frames[0]!.meta.notices?.map(({ text }) => text) ?? [];

describe('series', () => {
  const query = {
    queryType: 'traffic',
    metrics: ['requests', 'p95', 'error_rate'],
    groupBy: ['service'],
    interval: '3h',
  };

  it('come once more, marked, with the labels and times of the first', async () => {
    const data = await bench.dataset('marked', rows);
    const frames = await bench.answer(data, range, { ...query, timeShift: '1w' });
    const [own, earlier] = [frames.filter((frame) => !shiftOf(frame)), frames.filter(shiftOf)];
    expect(own.length).toBeGreaterThan(6);
    expect(earlier.map(labelsOf)).toEqual(own.map(labelsOf));
    expect(earlier.map(({ columns }) => columns['time'])).toEqual(own.map(({ columns }) => columns['time']));
    expect(earlier.map(shiftOf)).toEqual(own.map(() => '1w'));
  });

  it('hold what the plain question holds a week earlier', async () => {
    const data = await bench.dataset('plain', rows);
    const frames = await bench.answer(data, range, { ...query, limit: 500, timeShift: '1w' });
    const plain = await bench.answer(data, weekBefore, { ...query, limit: 500 });
    const metric = ({ fields }: TestFrame) => JSON.stringify([fields[1]!.name, fields[1]!.labels]);
    const byName = (all: TestFrame[]) =>
      new Map(all.map((frame) => [metric(frame), frame.columns[frame.fields[1]!.name]]));
    expect(byName(frames.filter(shiftOf))).toEqual(byName(plain));
    const times = (all: TestFrame[]) => all[0]!.columns['time'] as number[];
    expect(times(frames.filter(shiftOf)).map((time) => time - WEEK)).toEqual(times(plain));
  });

  it('are drawn by Grafana as ghosts that say how much earlier they are', async () => {
    const data = await bench.dataset('ghost', rows);
    const frames = await bench.answer(data, range, { queryType: 'traffic', interval: '1h', timeShift: '1w' });
    expect(frames[1]!.fields[1]!.config).toMatchObject({
      displayNameFromDS: 'Requests (1w earlier)',
      unit: 'short',
      custom: { lineStyle: { fill: 'dash' }, fillOpacity: 0, timeCompare: { diffMs: -WEEK, isTimeShiftQuery: true } },
    });
    expect(frames[0]!.fields[1]!.config!.custom).toBeUndefined();
  });

  it('give {other} all that is not one of the groups of now, whoever led then', async () => {
    const data = await bench.dataset('other', rows);
    const frames = await bench.answer(data, range, {
      queryType: 'traffic',
      groupBy: ['route'],
      limit: 2,
      interval: '1d',
      timeShift: '1w',
    });
    const top = frames.filter((frame) => !shiftOf(frame)).map((frame) => labelsOf(frame)!['route']!);
    const before = rows.filter(({ time }) => Number(time) < epoch(weekBefore.to));
    const count = (holds: (route: string) => boolean) =>
      before.filter(({ route }) => holds((route as string | null) ?? '')).length;
    expect(top[2]).toBe('{other}');
    expect(frames.filter(shiftOf).map(({ columns }) => columns['requests'])).toEqual([
      [count((route) => route === top[0])],
      [count((route) => route === top[1])],
      [count((route) => route !== top[0] && route !== top[1])],
    ]);
  });

  it('keep a group that is gone', async () => {
    const data = await bench.dataset('gone', [
      { time: '2026-11-09T01:00:00Z', service: 'here' },
      { time: '2026-11-02T01:00:00Z', service: 'gone' },
      { time: '2026-11-02T01:00:00Z', service: 'here' },
    ]);
    const frames = await bench.answer(data, range, {
      queryType: 'traffic',
      groupBy: ['service'],
      interval: '1d',
      timeShift: '1w',
    });
    expect(frames.map((frame) => [labelsOf(frame)!['service'], shiftOf(frame), frame.columns['requests']])).toEqual([
      ['here', undefined, [1]],
      ['gone', undefined, [0]],
      ['here', '1w', [1]],
      ['gone', '1w', [1]],
    ]);
  });

  it('say on every frame what they are compared with', async () => {
    const data = await bench.dataset('marker', rows);
    const frames = await bench.answer(data, range, { queryType: 'traffic', timeShift: '1w' });
    for (const { meta } of frames) {
      expect(meta.custom!['apitrail']).toMatchObject({
        from: epoch(range.from),
        comparison: {
          timeShift: '1w',
          from: epoch(weekBefore.from),
          to: epoch(weekBefore.to),
          until: epoch(range.to),
          diffMs: -WEEK,
        },
      });
    }
  });
});

describe('a range that is not over', () => {
  const now = epoch('2026-11-09T10:30:00Z');
  const hourly = (from: string, hours: number): Row[] =>
    Array.from({ length: hours * 4 }, (_, index) => ({ time: epoch(from) + index * 900_000 }));

  it('is compared with as much of the earlier one, in series and numbers alike', async () => {
    const data = await bench.dataset('cut', [...hourly(weekBefore.from, 24), ...hourly(range.from, 10.5)]);
    const query = { queryType: 'traffic', metrics: ['requests'], interval: '1h', timeShift: '1w' };
    const frames = await bench.answer(data, range, query, { now: () => now });
    expect(frames[1]!.columns['requests']).toEqual(frames[0]!.columns['requests']);
    expect(frames[1]!.columns['requests']!.at(-1)).toBe(2);
    expect(texts(frames)).toContainEqual(
      'This range is not over: what was 1w earlier is counted up to the same moment, 2026-11-02T10:30:00.000Z.'
    );
    const [number] = await bench.answer(data, range, { ...query, format: 'numeric' }, { now: () => now });
    expect(number!.rows).toEqual([{ requests_change: 0 }]);
  });

  it('has rates of the seconds that were compared', async () => {
    const data = await bench.dataset('cut-rate', [...hourly(weekBefore.from, 24), ...hourly(range.from, 10.5)]);
    const query = { queryType: 'traffic', metrics: ['requests_per_second'], interval: '1d', timeShift: '1w' };
    const frames = await bench.answer(data, range, query, { now: () => now });
    expect(frames.map(({ columns }) => columns['requests_per_second'])).toEqual([[1 / 900], [1 / 900]]);
  });
});

describe('a range that has not begun', () => {
  const now = epoch('2026-11-08T20:00:00Z');

  it.each(['endpoints', 'traffic', 'heatmap', 'errors'])('has nothing to compare with: %s', async (queryType) => {
    const hourly = Array.from({ length: 48 }, (_, index) => ({
      ...{ time: epoch(weekBefore.from) + index * 3_600_000, service: 'shop', route: '/', status: 500 },
    }));
    const data = await bench.dataset(`future-${queryType}`, hourly);
    const metrics =
      queryType === 'heatmap' || queryType === 'errors' ? {} : { metrics: ['requests', 'requests_per_second'] };
    const query = { queryType, ...metrics, timeShift: '1w' };
    const frames = await bench.answer(data, range, query, { now: () => now });
    const counts = frames.flatMap(({ columns }) => [
      ...(columns['requests'] ?? []),
      ...(columns['requests_previous'] ?? []),
    ]);
    expect(counts.filter((count) => count)).toEqual([]);
    expect(texts(frames)).toContainEqual('This range has not begun: of what was 1w earlier nothing is counted.');
  });
});

describe('over a change of the clock', () => {
  /** A request every half hour of the local days, which begin at 22:00 and 23:00 UTC. */
  const halfHours = (from: string, to: string): Row[] => {
    const times: Row[] = [];
    for (let time = epoch(from); time < epoch(to); time += 1_800_000) {
      times.push({ time });
    }
    return times;
  };
  const timezone = 'Europe/Berlin';

  it('a day is compared with a day, of 25 hours too', async () => {
    const data = await bench.dataset('dst', halfHours('2026-10-24T22:00:00Z', '2026-10-26T23:00:00Z'));
    const monday = { from: '2026-10-25T23:00:00Z', to: '2026-10-26T23:00:00Z' };
    const query = { queryType: 'traffic', format: 'table', interval: '1d', timezone, timeShift: '1d' };
    const [frame] = await bench.answer(data, monday, query);
    expect(frame!.rows).toEqual([
      { time: epoch(monday.from), requests: 48, requests_previous: 50, requests_change: expect.closeTo(-0.04) },
    ]);
  });

  it('an hour is compared with the same hour of the wall clock', async () => {
    const busy = '2026-10-18T10:00:00Z';
    const data = await bench.dataset('dst-hours', [{ time: busy }, { time: '2026-10-25T11:00:00Z' }]);
    const sunday = { from: '2026-10-24T22:00:00Z', to: '2026-10-25T23:00:00Z' };
    const frames = await bench.answer(data, sunday, {
      queryType: 'traffic',
      interval: '1h',
      timezone,
      timeShift: '1w',
    });
    expect(frames[1]!.columns['requests']!.indexOf(1)).toBe(frames[0]!.columns['requests']!.indexOf(1));
    // 02:00 came twice that Sunday, and once a week before.
    expect(frames[1]!.columns['requests']!.filter((value) => value === null)).toHaveLength(1);
  });
});

describe('tables and numbers', () => {
  it('have what each bucket of each group was, and the change', async () => {
    const at = (day: number, hour: number, service: string) => ({
      time: `2026-11-0${day}T0${hour}:30:00Z`,
      service,
      duration_ms: 100 * hour + 10 * day,
    });
    const data = await bench.dataset('table', [
      at(9, 1, 'a'),
      at(9, 2, 'a'),
      at(9, 2, 'a'),
      at(2, 1, 'a'),
      at(2, 2, 'a'),
    ]);
    const [frame] = await bench.answer(
      data,
      { from: '2026-11-09T01:00:00Z', to: '2026-11-09T03:00:00Z' },
      { queryType: 'traffic', format: 'table', metrics: ['requests', 'max'], interval: '1h', timeShift: '1w' }
    );
    expect(frame!.rows).toEqual([
      {
        time: epoch('2026-11-09T01:00:00Z'),
        ...{ requests: 1, requests_previous: 1, requests_change: 0 },
        ...{ max: 190, max_previous: 120, max_change: expect.closeTo(70 / 120) },
      },
      {
        time: epoch('2026-11-09T02:00:00Z'),
        ...{ requests: 2, requests_previous: 1, requests_change: 1 },
        ...{ max: 290, max_previous: 220, max_change: expect.closeTo(70 / 220) },
      },
    ]);
  });

  const numbers: Row[] = [
    ...new Array<Row>(6).fill({ time: '2026-11-09T01:00:00Z', service: 'more', weight: 2 }),
    ...new Array<Row>(8).fill({ time: '2026-11-02T01:00:00Z', service: 'more' }),
    { time: '2026-11-09T01:00:00Z', service: 'new' },
    { time: '2026-11-02T01:00:00Z', service: 'gone' },
  ];

  it.each([
    [undefined, 'requests_change', [0.5, null, -1]],
    ['change', 'requests_change', [0.5, null, -1]],
    ['difference', 'requests_difference', [4, 1, -1]],
    ['previous', 'requests_previous', [8, 0, 1]],
  ])('numeric answers with compare %p one number, %s', async (compare, name, expected) => {
    const data = await bench.dataset('numeric', numbers);
    const [frame] = await bench.answer(
      data,
      range,
      {
        queryType: 'traffic',
        format: 'numeric',
        groupBy: ['service'],
        timeShift: '1w',
        ...(compare ? { compare } : {}),
      },
      { forAlerting: true }
    );
    expect(frame!.columns).toEqual({ service: ['more', 'new', 'gone'], [name]: expected });
    expect(frame!.meta.type).toBe('numeric-long');
  });

  it('without timeShift compare changes nothing', async () => {
    const data = await bench.dataset('numeric-plain', numbers);
    const [frame] = await bench.answer(data, range, { queryType: 'traffic', format: 'numeric', compare: 'previous' });
    expect(frame!.columns).toEqual({ requests: [13] });
  });

  it('are all an alert rule may ask for: series of two times have the same labels', async () => {
    const data = await bench.dataset('alert', numbers);
    const { results } = await bench.query(data, range, [{ queryType: 'traffic', timeShift: '1w' }], {
      forAlerting: true,
    });
    expect(results['A']).toMatchObject({
      status: 400,
      error: expect.stringMatching(/^timeShift: an alert rule .* numeric, .*\[APITRAIL_UNSUPPORTED_FORMAT]$/),
    });
  });
});

it('an alert rule is told that SQL is not compared, whatever its format', async () => {
  const data = await bench.dataset('alert-sql', [{ time: range.from }]);
  for (const format of ['time_series', 'table', 'numeric']) {
    const query = { queryType: 'sql', sql: 'SELECT 1', format, timeShift: '1w' };
    const { results } = await bench.query(data, range, [query], { forAlerting: true });
    expect(results['A']!.error).toMatch('timeShift: SQL is not compared for an alert rule.');
  }
});

describe('what there is to compare with', () => {
  const query = { queryType: 'traffic', timeShift: '1w' };

  it('is nothing before data begins, and it is said', async () => {
    const data = await bench.dataset('none', [{ time: '2026-11-09T01:00:00Z' }]);
    expect(texts(await bench.answer(data, range, query))).toContainEqual(
      'There is no data to compare with: 1w earlier is 2026-11-02T00:00:00.000Z to 2026-11-03T00:00:00.000Z, and data begins at 2026-11-09T01:00:00.000Z.'
    );
  });

  it('is a part where data begins within it, and it is said', async () => {
    const data = await bench.dataset('part', [{ time: '2026-11-02T12:00:00Z' }, { time: '2026-11-09T01:00:00Z' }]);
    expect(texts(await bench.answer(data, range, query))).toContainEqual(
      'Data begins at 2026-11-02T12:00:00.000Z: of what was 1w earlier, from 2026-11-02T00:00:00.000Z on, a part is missing.'
    );
  });

  it('may be sampled where the present is not, and it is said', async () => {
    const data = await bench.dataset(
      'sampled',
      [{ time: '2026-11-09T01:00:00Z' }],
      [{ time: '2026-11-02T00:00:00Z', weight: 10 }]
    );
    const frames = await bench.answer(data, range, query);
    expect(texts(frames)).toContainEqual('100 % of the rows 1w earlier are sampled.');
    expect(frames[1]!.columns['requests']!.reduce((sum: number, one) => sum + Number(one), 0)).toBe(10);
  });

  it('is filtered by times that are moved along', async () => {
    const data = await bench.dataset('filtered', rows);
    const from = '2026-11-09T12:00:00Z';
    const filters = [{ key: 'time', operator: '>=', value: from }];
    const counted = async (of: typeof range, extra: object) => {
      const [frame] = await bench.answer(data, of, { queryType: 'traffic', format: 'numeric', ...extra });
      return Object.values(frame!.rows[0]!)[0];
    };
    const moved = [{ key: 'time', operator: '>=', value: '2026-11-02T12:00:00Z' }];
    expect(await counted(range, { filters, timeShift: '1w', compare: 'previous' })).toBe(
      await counted(weekBefore, { filters: moved })
    );
    const dates = [{ any: [{ key: 'date', operator: '=', value: '2026-11-09' }] }];
    expect(await counted(range, { filters: dates, timeShift: '1w', compare: 'previous' })).toBe(400);
  });
});

describe('what cannot be', () => {
  it.each([
    ['-1w', 'timeShift must be how much earlier to look, such as 1h, 1d, 1w or 4w, or none, not "-1w".'],
    ['0d', 'timeShift must be how much earlier to look, such as 1h, 1d, 1w or 4w, or none, not "0d".'],
    ['1M', 'timeShift must be how much earlier to look, such as 1h, 1d, 1w or 4w, or none, not "1M".'],
    ['40000d', 'timeShift must be at most 100 years, such as 1h, 1d, 1w or 4w, not "40000d".'],
  ])('timeShift %p is refused', async (timeShift, message) => {
    const data = await bench.dataset('bad', []);
    const { results } = await bench.query(data, range, [{ queryType: 'traffic', timeShift }]);
    expect(results['A']!.error).toBe(`${message} [APITRAIL_BAD_VALUE]`);
  });

  it('a time before the year 1700 is refused', async () => {
    const data = await bench.dataset('early', []);
    const { results } = await bench.query(data, { from: '1700-01-10T00:00:00Z', to: '1700-01-11T00:00:00Z' }, [
      { queryType: 'traffic', timeShift: '4w' },
    ]);
    expect(results['A']).toMatchObject({ status: 400, error: expect.stringContaining('lies before the year 1700') });
  });

  it.each(['none', ''])('timeShift %p compares with nothing, as a variable may say', async (timeShift) => {
    const data = await bench.dataset('off', rows);
    expect(await bench.answer(data, range, { queryType: 'traffic', timeShift })).toHaveLength(1);
  });
});
