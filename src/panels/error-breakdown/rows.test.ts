import { errorsFrame, errorsMarker, frameOf, HOUR, json, number, START, text } from '../../test-utils/frames';
import { errorsModel, type ErrorsModel } from './model';
import { errorRows, partsOf, type Sorting, standingOf } from './rows';

function modelOf(...args: Parameters<typeof errorsModel>): ErrorsModel {
  const result = errorsModel(args[0]);
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  return result.model;
}

const most: Sorting = { by: 'requests', direction: 'desc' };
const titles = (model: ErrorsModel, grouping = 'each', search = '', sorting = most) =>
  errorRows(model, grouping, search, sorting).map((row) => row.group.title);

describe('errorsModel on frames of Apitrail', () => {
  it('reads a group with what is known of it', () => {
    expect(modelOf([errorsFrame()]).groups[0]).toMatchObject({
      title: '503 POST /pay: gateway timed out',
      values: { status: '503', service: 'pay', route: '/pay', method: 'POST', error_owner: 'capacity' },
      requests: 50,
      share: 0.5,
      customers: 25,
      sessions: 30,
      firstSeen: START,
      lastSeen: START + 5 * HOUR,
      trend: [10, 40],
    });
  });

  it('offers the dimensions that tell groups apart', () => {
    expect(modelOf([errorsFrame()]).dimensions).toEqual(['status', 'service', 'route', 'method', 'error_owner']);
  });

  it('knows the rest by its name', () => {
    const frame = frameOf(
      [text('error_group', ['a', '{other}']), number('requests', [1, 99])],
      errorsMarker(['error_group'])
    );
    const model = modelOf([frame]);
    expect(model.groups[1]).toMatchObject({ other: true, title: '{other}' });
    expect(titles(model)).toEqual(['a', '{other}']);
  });

  it('leaves a value that requests of a group differ in unknown', () => {
    const frame = frameOf(
      [text('error_group', ['a', 'b']), number('status', [500, null]), number('requests', [2, 1])],
      errorsMarker(['error_group'])
    );
    expect(modelOf([frame]).groups.map((g) => g.values.status)).toEqual(['500', null]);
  });
});

describe('errorsModel on frames of other data sources', () => {
  it('finds a number per row, and reckons the shares', () => {
    const model = modelOf([
      frameOf([number('status_code', [500, 404]), text('handler', ['/a', '/b']), number('count', [30, 10])]),
    ]);
    expect(model.groups.map((g) => [g.title, g.requests, g.share])).toEqual([
      ['500 /a', 30, 0.75],
      ['404 /b', 10, 0.25],
    ]);
    expect(model.keys).toEqual(['status', 'handler']);
  });

  it('reads a trend that came as text', () => {
    const frame = frameOf([text('route', ['/a']), number('errors', [3]), json('trend', ['[1,2]'])]);
    expect(modelOf([frame]).groups[0].trend).toEqual([1, 2]);
  });

  it.each([
    ['nothing', [], 'no errors'],
    ['text alone', [frameOf([text('route', ['/a'])])], 'no column of numbers'],
    ['numbers alone', [frameOf([number('count', [1])])], 'no column that tells the errors apart'],
  ])('says what is missing of %s', (_, frames, message) => {
    expect(errorsModel(frames)).toEqual({ missing: expect.stringContaining(message) });
  });
});

describe('errorRows', () => {
  it.each([
    ['requests', 'desc', ['503 POST', '404 GET', '503 GET']],
    ['customers', 'asc', ['404 GET', '503 GET', '503 POST']],
    ['lastSeen', 'desc', ['503 GET', '404 GET', '503 POST']],
    ['title', 'asc', ['404 GET', '503 GET', '503 POST']],
    ['owner', 'desc', ['404 GET', '503 POST', '503 GET']],
  ] as const)('sorts by %s, %s', (by, direction, expected) => {
    const sorted = titles(modelOf([errorsFrame()]), 'each', '', { by, direction });
    expect(sorted.map((title) => title.split(' ').slice(0, 2).join(' '))).toEqual(expected);
  });

  it('keeps what is not known last in either direction', () => {
    const frame = frameOf([
      text('route', ['a', 'b', 'c']),
      number('count', [3, 2, 1]),
      number('customers', [null, 5, 1]),
    ]);
    expect(titles(modelOf([frame]), 'each', '', { by: 'customers', direction: 'asc' })).toEqual(['c', 'b', 'a']);
    expect(titles(modelOf([frame]), 'each', '', { by: 'customers', direction: 'desc' })).toEqual(['b', 'c', 'a']);
  });

  it('finds all words, anywhere, without regard to case', () => {
    expect(titles(modelOf([errorsFrame()]), 'each', 'POST timed')).toHaveLength(1);
    expect(titles(modelOf([errorsFrame()]), 'each', 'shop 503')).toEqual(['503 GET /items']);
    expect(titles(modelOf([errorsFrame()]), 'each', 'nowhere')).toEqual([]);
  });

  it('puts groups of a status together', () => {
    const [row, other] = errorRows(modelOf([errorsFrame()]), 'status', '', most);
    expect(row.group).toMatchObject({
      title: '503',
      requests: 70,
      share: 0.7,
      firstSeen: START,
      lastSeen: START + 20 * HOUR,
      trend: [30, 40],
    });
    expect(row.group.values).toMatchObject({ error_owner: 'capacity', service: null });
    expect(other.group.title).toBe('404');
  });

  it('says that customers of several groups are at most so many', () => {
    const [row, other] = errorRows(modelOf([errorsFrame()]), 'status', '', most);
    expect([row.group.customers, row.upperBound]).toEqual([35, true]);
    expect([other.group.customers, other.upperBound]).toEqual([3, false]);
  });

  it('falls back to each group for a dimension that is not there', () => {
    expect(titles(modelOf([errorsFrame()]), 'region')).toHaveLength(3);
  });

  it('reads 5,000 groups', () => {
    const routes = Array.from({ length: 5000 }, (_, i) => `/r${i}`);
    const frame = frameOf([
      text('route', routes),
      number(
        'count',
        routes.map((_, i) => i)
      ),
    ]);
    expect(titles(modelOf([frame]))[0]).toBe('/r4999');
  });
});

describe('what is in a row', () => {
  it('splits a status by what its groups differ in', () => {
    const model = modelOf([errorsFrame()]);
    const [row] = errorRows(model, 'status', '', most);
    expect(partsOf(model, row).map((p) => p.dimension)).toEqual(['service', 'route', 'method']);
    expect(partsOf(model, row)[0].parts).toEqual([
      { value: 'pay', requests: 50, share: 50 / 70 },
      { value: 'shop', requests: 20, share: 20 / 70 },
    ]);
  });

  it('says how much of the errors of a status one group makes up', () => {
    const model = modelOf([errorsFrame()]);
    expect(standingOf(model, model.groups[0])).toContainEqual({ dimension: 'status', value: '503', share: 50 / 70 });
    expect(standingOf(model, model.groups[0]).map((s) => s.dimension)).not.toContain('service');
  });
});
