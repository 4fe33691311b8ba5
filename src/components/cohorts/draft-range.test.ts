import { dateTime } from '@grafana/data';

import { cohortRange, lastOf, usualRange } from './draft-range';

const HOUR = 3_600_000;
const range = { from: 10.5, to: 10.5 + 26 * HOUR };
const fixed = { from: dateTime(range.from), to: dateTime(range.to) };

it('goes on with the clock where the dashboard does', () => {
  expect(usualRange({ from: 'now-7d', to: 'now' })).toBe('last');
  expect(usualRange({ from: 'now-7d', to: 'now-1d' })).toBe('fixed');
  expect(usualRange(fixed)).toBe('fixed');
});

it('is as long as it is written, else as long as it is', () => {
  expect(lastOf({ from: 'now-7d', to: 'now' }, range)).toBe('7d');
  expect(lastOf({ from: 'now/d', to: 'now' }, range)).toBe('26h');
  expect(lastOf(fixed, range)).toBe('26h');
});

it('is kept as the cohort says it', () => {
  expect(cohortRange('last', '7d', range)).toEqual({ last: '7d' });
  expect(cohortRange('fixed', '7d', range)).toEqual({ from: 10, to: 11 + 26 * HOUR });
  expect(cohortRange('asked', '7d', range)).toBeUndefined();
});
