import fc from 'fast-check';

import { parseKey, type Filter, type KeyFilter } from '@apitrail/contract';

import type { Dataset } from '../../lake/dataset';
import { Bench, epoch, type Row } from '../testing/dataset';
import { shopRows } from '../testing/shop';

const range = { from: '2026-11-02T00:00:00Z', to: '2026-11-03T00:00:00Z' };
const rows: Row[] = [
  ...shopRows({ rows: 150, from: epoch(range.from), to: epoch(range.to), seed: 3 }),
  { time: epoch(range.from), route: "it's; --", path: '$1', status: 99, attributes: { plan: 'a"b', items: 'many' } },
  { time: epoch(range.from), route: 'größe', status: 777, attributes: { items: '-3.5' } },
];

jest.setTimeout(120_000);

let bench: Bench;
let data: Dataset;
beforeAll(async () => {
  bench = await Bench.open();
  data = await bench.dataset(
    'filtered',
    rows.map((row, index) => ({ ...row, request_id: String(index) }))
  );
});
afterAll(() => bench.close());

async function found(filters: Filter[], context = {}): Promise<number[]> {
  const query = { queryType: 'requests', columns: ['request_id'], limit: 10_000, filters };
  const [frame] = await bench.answer(data, range, query, context);
  return (frame!.columns['request_id'] as string[]).map(Number).toSorted((a, b) => a - b);
}

/** What the filters mean, without SQL. */
function holds(filter: Filter, row: Row): boolean {
  if ('any' in filter) {
    return filter.any.some((one) => holds(one, row));
  }
  if ('all' in filter) {
    return filter.all.every((one) => holds(one, row));
  }
  const value = valueOf(filter.key, row);
  const { operator } = filter;
  const given = filter.value ?? '';
  const same = (text: string) => (typeof value === 'number' ? value === Number(text) : value === text);
  switch (operator) {
    case 'exists':
      return value !== null;
    case '!exists':
      return value === null;
    case '=':
      return same(given);
    case '!=':
      return !same(given);
    case '=|':
      return filter.values!.some(same);
    case '!=|':
      return !filter.values!.some(same);
    case '=~':
      return value !== null && new RegExp(given).test(String(value));
    case '!~':
      return value === null || !new RegExp(given).test(String(value));
    default:
      return value !== null && compare(value, operator, given, filter.key);
  }
}

function valueOf(key: string, row: Row): string | number | null {
  const parsed = parseKey(key)!;
  if (parsed.kind === 'status_class') {
    const status = row['status'] as number | null;
    return status !== null && status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : null;
  }
  if (parsed.kind === 'attribute') {
    return (row['attributes'] as Record<string, string> | null)?.[parsed.attribute] ?? null;
  }
  return (row[key] ?? null) as string | number | null;
}

function compare(value: string | number, operator: string, text: string, key: string): boolean {
  const numbers =
    typeof value === 'number' ||
    (key.startsWith('attributes.') && !Number.isNaN(Number(value)) && !Number.isNaN(Number(text)));
  const [a, b] = numbers ? [Number(value), Number(text)] : [String(value), text];
  return { '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b }[operator]!;
}

const TEXTS = {
  service: ['shop', 'search', 'none', ''],
  route: ['/', '/cart', "it's; --", 'größe', '/zzz'],
  'attributes.plan': ['free', 'pro', 'a"b'],
  'attributes.items': ['3', '7.5', '11', 'many', '-3.5'],
  'attributes.absent': ['x'],
  status_class: ['2xx', '5xx', '9xx', 'other'],
} as const;
const NUMBERS = {
  status: ['200', '404', '500', '99.5'],
  duration_ms: ['10', '250.5'],
  response_bytes: ['50000'],
} as const;
const PATTERNS = ['^/', 'a', 'o+p$', '^\\d+$', '[^a-z]', '', '5|4', '\\$1', '/p/1.$'];

const keyFilter: fc.Arbitrary<KeyFilter> = fc
  .constantFrom(...Object.entries({ ...TEXTS, ...NUMBERS }))
  .chain(([key, values]) => {
    const value = fc.constantFrom(...(values as readonly string[]));
    return fc.oneof(
      fc.record({ key: fc.constant(key), operator: fc.constantFrom('=', '!=', '<', '<=', '>', '>='), value }),
      fc.record({
        key: fc.constant(key),
        operator: fc.constantFrom('=|', '!=|'),
        values: fc.array(value, { maxLength: 3 }),
      }),
      fc.record({ key: fc.constant(key), operator: fc.constantFrom('exists', '!exists') }),
      fc.record({ key: fc.constant(key), operator: fc.constantFrom('=~', '!~'), value: fc.constantFrom(...PATTERNS) })
    ) as fc.Arbitrary<KeyFilter>;
  });
const anyFilter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    keyFilter,
    fc.record({ any: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ all: fc.array(tie('filter'), { maxLength: 3 }) })
  ),
})).filter;

describe('filters', () => {
  it('keep the rows for which they hold, and no others', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyFilter, { maxLength: 3 }), async (filters) => {
        const expected = rows.flatMap((row, index) => (filters.every((filter) => holds(filter, row)) ? [index] : []));
        expect(await found(filters)).toEqual(expected);
      }),
      { numRuns: 150 }
    );
  });

  it('compare times given as ISO 8601 or epoch milliseconds', async () => {
    const noon = epoch('2026-11-02T12:00:00Z');
    const after = rows.flatMap((row, index) => (Number(row['time']) >= noon ? [index] : []));
    expect(await found([{ key: 'time', operator: '>=', value: '2026-11-02T12:00:00Z' }])).toEqual(after);
    expect(await found([{ key: 'time', operator: '>=', value: String(noon) }])).toEqual(after);
  });

  it('take the original id of a customer for the pseudonym that is stored', async () => {
    const context = {
      pseudonyms: (key: string, value: string) => (key === 'customer' && value === 'ann' ? ['c3'] : []),
    };
    const ofC3 = rows.flatMap((row, index) => (row['customer'] === 'c3' ? [index] : []));
    expect(ofC3.length).toBeGreaterThan(0);
    expect(await found([{ key: 'customer', operator: '=', value: 'ann' }], context)).toEqual(ofC3);
    expect(await found([{ key: 'customer', operator: '=|', values: ['x', 'ann'] }], context)).toEqual(ofC3);
    expect(await found([{ key: 'customer', operator: '!=', value: 'ann' }], context)).toHaveLength(
      rows.length - ofC3.length
    );
    expect(await found([{ key: 'customer', operator: '=', value: 'c3' }], context)).toEqual(ofC3);
  });

  const refused: Array<[string, Filter[], string, string]> = [
    [
      'a pattern RE2 does not know',
      [{ all: [{ key: 'route', operator: '=~', value: 'a(?=b)' }] }],
      'filters[0].all[0].value',
      'BAD_REGEX',
    ],
    ['a pattern that is not one', [{ key: 'route', operator: '!~', value: '(' }], 'filters[0].value', 'BAD_REGEX'],
    ['a text for a number', [{ key: 'status', operator: '=', value: 'ok' }], 'filters[0].value', 'BAD_VALUE'],
    ['a pattern for a time', [{ key: 'time', operator: '=~', value: '2026' }], 'filters[0].operator', 'BAD_VALUE'],
    ['a time that is none', [{ key: 'time', operator: '>', value: 'noon' }], 'filters[0].value', 'BAD_VALUE'],
    ['a key the record does not have', [{ key: 'colour', operator: '=', value: 'red' }], 'filters[0]', 'UNKNOWN_KEY'],
  ];
  it.each(refused)('refuse %s and say where', async (_, filters, where, code) => {
    const { results } = await bench.query(data, range, [{ queryType: 'traffic', filters }]);
    expect(results['A']).toMatchObject({ status: 400, errorSource: 'downstream' });
    expect(results['A']!.error).toContain(where);
    expect(results['A']!.error).toContain(`[APITRAIL_${code}]`);
  });
});

it.each([
  ['=', '2026-11-02', ['2026-11-02']],
  ['>', '2026-11-01', ['2026-11-02', '2026-11-03']],
  ['=~', '-0[13]$', ['2026-11-01', '2026-11-03']],
])('takes the date of a time in UTC as a key: date %s %s', async (operator, value, dates) => {
  const own = await bench.dataset(
    'dated',
    ['01', '02', '03'].map((day) => ({ time: `2026-11-${day}T23:30:00Z`, route: day }))
  );
  const query = { queryType: 'endpoints', groupBy: ['date'], filters: [{ key: 'date', operator, value }] };
  const [frame] = await bench.answer(own, { from: '2026-11-01T00:00:00Z', to: '2026-11-04T00:00:00Z' }, query);
  expect(frame!.columns['date']).toEqual(dates);
});

it('matches whole durations as they are read, without a fraction', async () => {
  const own = await bench.dataset(
    'whole',
    [5, 5.5, 50].map((duration) => ({ time: epoch(range.from), duration_ms: duration }))
  );
  const filters = [{ key: 'duration_ms', operator: '=~', value: '^\\d+$' }];
  const query = { queryType: 'requests', columns: ['duration_ms'], filters };
  const [frame] = await bench.answer(own, range, query);
  expect((frame!.columns['duration_ms'] as number[]).toSorted((a, b) => a - b)).toEqual([5, 50]);
});

it('takes what is no finite number for text', async () => {
  const values = ['nan', 'inf', '10', '9', '1e999'];
  const own = await bench.dataset(
    'not-finite',
    values.map((n) => ({ time: epoch(range.from), attributes: { n } }))
  );
  const filters = [{ key: 'attributes.n', operator: '>', value: '9' }];
  const query = { queryType: 'requests', columns: ['attributes.n'], filters };
  const [frame] = await bench.answer(own, range, query);
  // As texts, nan and inf come after 9.
  expect(frame!.columns['attributes.n']!.toSorted()).toEqual(['10', 'inf', 'nan']);
});

it('compares times to the microsecond', async () => {
  const dataset = await bench.dataset(
    'micros',
    ['455', '456', '457'].map((micros) => ({ time: `2026-11-02T10:00:00.123${micros}Z`, route: micros }))
  );
  const found = async (operator: string, value: string) => {
    const query = { queryType: 'requests', columns: ['route'], filters: [{ key: 'time', operator, value }] };
    return (await bench.answer(dataset, range, query))[0]!.columns['route']!.toSorted();
  };
  expect(await found('=', '2026-11-02T10:00:00.123456Z')).toEqual(['456']);
  expect(await found('>', '2026-11-02T11:00:00.123456+01:00')).toEqual(['457']);
  expect(await found('<=', '2026-11-02T10:00:00.123456Z')).toEqual(['455', '456']);
});

it.each(['99999999999999999', '-99999999999999999'])('refuses the time %s', async (value) => {
  const query = { queryType: 'traffic', filters: [{ key: 'time', operator: '>', value }] };
  const { results } = await bench.query(data, range, [query]);
  expect(results['A']).toMatchObject({
    status: 400,
    error: expect.stringContaining('filters[0].value: time is a time'),
  });
});
