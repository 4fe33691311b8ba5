import { LogRowContextQueryDirection, type LogRowModel } from '@grafana/data';
import { parseQuery } from '@apitrail/contract';

import type { ApitrailQueryOf } from '../types';
import { contextQuery, contextRequest } from './request-context';

const time = Date.parse('2026-11-02T10:00:00.123Z');
const row = (labels: Record<string, string>) =>
  ({ uid: 'A_1', timeEpochMs: time, timeEpochNs: `${time}456000`, labels }) as unknown as LogRowModel;
const query = {
  refId: 'A',
  queryType: 'requests',
  format: 'logs',
  columns: ['time', 'service', 'customer'],
  filters: [{ key: 'status', operator: '=', value: '500' }],
  search: 'checkout',
} as ApitrailQueryOf<'requests'>;

it('is the same customer before, newest first, to the microsecond, whatever the query filtered by', () => {
  const before = contextQuery(row({ customer: 'c1', session: 's1' }), query, {
    direction: LogRowContextQueryDirection.Backward,
    limit: 50,
  });
  expect(parseQuery(before)).toMatchObject({
    format: 'logs',
    columns: query.columns,
    search: '',
    limit: 50,
    orderBy: [{ key: 'time', direction: 'desc' }],
    filters: [
      { key: 'customer', operator: '=', value: 'c1' },
      { key: 'time', operator: '<=', value: '2026-11-02T10:00:00.123456Z' },
    ],
  });
});

it('compares with no earlier time', () => {
  expect(parseQuery(contextQuery(row({ customer: 'c1' }), { ...query, timeShift: '1d' })).timeShift).toBeUndefined();
});

it('follows nothing that requests have no column for', () => {
  const { filters } = contextQuery(row({ client_ip: '10.1.2.0/24' }), query);
  expect(() => parseQuery({ ...query, filters })).not.toThrow();
});

it('is what came after, oldest first', () => {
  expect(
    contextQuery(row({ customer: 'c1' }), query, { direction: LogRowContextQueryDirection.Forward })
  ).toMatchObject({
    orderBy: [{ key: 'time', direction: 'asc' }],
    filters: [{ key: 'customer' }, { key: 'time', operator: '>=' }],
  });
});

it.each([
  [{ session: 's1', service: 'shop' }, 'session', 's1'],
  [{ client_ip: '10.1.2.0/24', service: 'shop' }, 'client_ip', '10.1.2.0/24'],
  [{ trace_id: 't1', service: 'shop' }, 'trace_id', 't1'],
  [{ service: 'shop' }, 'service', 'shop'],
])('without a customer follows %p', (labels, key, value) => {
  expect(contextQuery(row(labels as Record<string, string>), query).filters).toEqual([{ key, operator: '=', value }]);
});

it('looks a day around the row, or as far as it is told', () => {
  const { range } = contextRequest(row({}), query);
  expect([range.from.valueOf(), range.to.valueOf()]).toEqual([time - 86_400_000, time + 86_400_000]);
  expect(contextRequest(row({}), query, { timeWindowMs: 1000 }).range.to.valueOf()).toBe(time + 1000);
});

it('asks for what came before and after by requests of their own, so that neither cancels the other', () => {
  const [before, after] = [LogRowContextQueryDirection.Backward, LogRowContextQueryDirection.Forward].map(
    (direction) => contextRequest(row({}), query, { direction }).requestId
  );
  expect(before).not.toBe(after);
});
