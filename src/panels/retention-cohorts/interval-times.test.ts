import { retentionMarker } from '../../test-utils/retention-frames';
import { cellTimes, cohortName, cohortTimes, intervalAfter, timesText } from './interval-times';

const at = (text: string) => Date.parse(text);

it('days and months are those of the calendar, also when clocks change', () => {
  const berlin = { interval: 'day', timezone: 'Europe/Berlin' } as const;
  expect(intervalAfter(at('2026-10-24T22:00:00Z'), 1, berlin)).toBe(at('2026-10-25T23:00:00Z'));
  expect(intervalAfter(at('2026-01-31T23:00:00Z'), 1, { ...berlin, interval: 'month' })).toBe(
    at('2026-02-28T23:00:00Z')
  );
  expect(intervalAfter(at('2026-10-24T22:00:00Z'), 2, { ...berlin, interval: 'hour' })).toBe(
    at('2026-10-25T00:00:00Z')
  );
});

it('a cohort starts within the range', () => {
  const marker = retentionMarker({ from: at('2026-11-22T06:00:00Z'), to: at('2026-11-24T12:00:00Z') });
  expect(cohortTimes(at('2026-11-22T00:00:00Z'), marker)).toEqual({
    from: at('2026-11-22T06:00:00Z'),
    to: at('2026-11-23T00:00:00Z'),
  });
  expect(cohortTimes(at('2026-11-24T00:00:00Z'), marker).to).toBe(at('2026-11-24T12:00:00Z'));
});

it('a cell is the column’s interval after it; a rolling one reaches from the first start to the last one’s', () => {
  const marker = retentionMarker();
  const start = at('2026-11-22T00:00:00Z');
  expect(cellTimes(start, { from: 1, to: 3 }, marker)).toEqual({
    from: at('2026-11-23T00:00:00Z'),
    to: at('2026-11-25T00:00:00Z'),
  });
  expect(cellTimes(start, { from: 1, to: 2 }, { ...marker, alignment: 'rolling' })).toEqual({
    from: at('2026-11-23T00:00:00Z'),
    to: at('2026-11-25T00:00:00Z'),
  });
});

it('times are named as short as says enough', () => {
  expect(cohortName(at('2026-11-22T00:00:00Z'), 'day', 'utc', false)).toBe('Sun 22 Nov');
  expect(cohortName(at('2026-11-22T00:00:00Z'), 'month', 'utc', true)).toBe('Nov 2026');
  expect(timesText({ from: at('2026-11-22T00:00:00Z'), to: at('2026-11-23T00:00:00Z') }, 'utc')).toBe('Sun 2026-11-22');
  expect(timesText({ from: at('2026-11-22T00:00:00Z'), to: at('2026-11-24T00:00:00Z') }, 'utc')).toBe(
    'Sun 2026-11-22 – Mon 2026-11-23'
  );
  expect(timesText({ from: at('2026-11-22T06:00:00Z'), to: at('2026-11-22T07:00:00Z') }, 'utc')).toBe(
    'Sun 2026-11-22 06:00 – 07:00'
  );
});
