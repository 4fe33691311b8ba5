import type { Dataset } from '../../lake/dataset';
import { Bench, epoch, type Row } from '../testing/dataset';
import { groupRows, weightOf } from '../testing/reference';
import { shopRows } from '../testing/shop';

const range = { from: '2026-11-02T10:00:00Z', to: '2026-11-02T14:00:00Z' };
const rows: Row[] = shopRows({ rows: 200, from: epoch(range.from), to: epoch(range.to), seed: 51, weighted: true });

let bench: Bench;
let data: Dataset;
beforeAll(async () => {
  bench = await Bench.open();
  data = await bench.dataset('values', rows);
});
afterAll(() => bench.close());
const ask = async (more: object, context = {}) =>
  (await bench.answer(data, range, { queryType: 'values', ...more }, context))[0]!;

const expected = (valueOf: (row: Row) => string | null) =>
  [...groupRows(rows, valueOf)]
    .flatMap(([value, own]) => (value === null ? [] : [{ value, requests: weightOf(own) }]))
    .toSorted((a, b) => b.requests - a.requests || (a.value < b.value ? -1 : 1));

describe('values of a key', () => {
  it('are times to the microsecond', async () => {
    const micros = range.from.replace('Z', '.000001Z');
    const close = await bench.dataset('close', [{ time: micros }, { time: micros }, { time: range.from }]);
    const [frame] = await bench.answer(close, range, { queryType: 'values', key: 'time' });
    expect(frame!.columns['value']).toEqual(['2026-11-02T10:00:00.000001Z', '2026-11-02T10:00:00.000Z']);
  });

  it.each(['route', 'customer', 'attributes.plan', 'status', 'status_class'])(
    'are those of %s, most frequent first',
    async (key) => {
      const status = (row: Row) => row['status'] as number | null;
      const valueOf = (row: Row): string | null => {
        if (key === 'attributes.plan') {
          return (row['attributes'] as { plan: string } | null)?.plan ?? null;
        }
        const value =
          key === 'status_class' ? (status(row) === null ? null : `${Math.floor(status(row)! / 100)}xx`) : row[key];
        return value == null ? null : String(value);
      };
      expect((await ask({ key })).rows).toEqual(expected(valueOf));
    }
  );

  it('can be searched, as the text a person reads', async () => {
    expect((await ask({ key: 'route', search: 'CH' })).columns['value']!.toSorted()).toEqual(['/checkout', '/search']);
    expect((await ask({ key: 'status', search: '50' })).columns['value']!.toSorted()).toEqual(['500', '502', '503']);
    expect((await ask({ key: 'status_class', search: '5x' })).columns['value']).toEqual(['5xx']);
  });

  it('find a customer by the original id', async () => {
    const pseudonyms = (key: string, value: string) => (key === 'customer' && value === 'ann' ? ['c2'] : []);
    expect((await ask({ key: 'customer', search: 'ann' }, { pseudonyms })).columns['value']).toEqual(['c2']);
  });

  it('obey the filters, and say when there are more than the limit', async () => {
    const filters = [{ key: 'status', operator: '=', value: '404' }];
    const frame = await ask({ key: 'service', filters, limit: 1 });
    expect(frame.rows).toHaveLength(1);
    expect(frame.meta.notices).toContainEqual({ severity: 'info', text: expect.stringContaining('1 most frequent') });
    const all = expected((row) => (row['status'] === 404 ? ((row['service'] as string | null) ?? null) : null));
    expect(frame.rows[0]).toEqual(all[0]);
  });
});
