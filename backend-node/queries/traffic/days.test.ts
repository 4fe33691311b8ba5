import { DateTime } from 'luxon';

import { Bench, epoch } from '../testing/dataset';
import { groupRows } from '../testing/reference';
import { shopRows } from '../testing/shop';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const CASES: Array<[zone: string, from: string, to: string]> = [
  ['Europe/Berlin', '2026-03-27T10:00:00Z', '2026-04-01T10:00:00Z'],
  ['Europe/Berlin', '2026-10-23T10:00:00Z', '2026-10-28T10:00:00Z'],
  ['America/Sao_Paulo', '2018-11-02T10:00:00Z', '2018-11-06T10:00:00Z'],
  ['Asia/Kathmandu', '2026-11-01T10:00:00Z', '2026-11-04T10:00:00Z'],
];

describe.each(CASES)('days in %s from %s', (zone, from, to) => {
  const rows = shopRows({ rows: 500, from: epoch(from), to: epoch(to), seed: 5 });
  const dayOf = (time: unknown) => DateTime.fromMillis(Number(time), { zone }).startOf('day');

  it('hold the requests between one local midnight and the next', async () => {
    const data = await bench.dataset(`days-${zone.replace('/', '-')}-${from.slice(0, 10)}`, rows);
    const query = { queryType: 'traffic', interval: '1d', timezone: zone };
    const [frame] = await bench.answer(data, { from, to }, query);
    const expected = [...groupRows(rows, ({ time }) => dayOf(time).toMillis())].toSorted(([a], [b]) => a - b);
    expect(frame!.columns).toEqual({
      time: expected.map(([day]) => day),
      requests: expected.map(([, own]) => own.length),
    });
  });

  it('give rates by the seconds they have: 23, 24 or 25 hours', async () => {
    const data = await bench.dataset(`rates-${zone.replace('/', '-')}-${from.slice(0, 10)}`, rows);
    const query = { queryType: 'traffic', interval: '1d', timezone: zone, metrics: ['requests_per_second'] };
    const [frame] = await bench.answer(data, { from, to }, query);
    const expected = [...groupRows(rows, ({ time }) => dayOf(time).toMillis())]
      .toSorted(([a], [b]) => a - b)
      .map(([day, own]) => {
        const start = Math.max(day, epoch(from));
        const end = Math.min(dayOf(day).plus({ days: 1 }).startOf('day').toMillis(), epoch(to));
        return own.length / ((end - start) / 1000);
      });
    expect(frame!.columns['requests_per_second']).toEqual(expected);
  });
});
