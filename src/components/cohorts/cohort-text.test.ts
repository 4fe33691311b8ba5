import { cohortText, membersText, rangeText } from './cohort-text';

const failed = { key: 'status', operator: '>=' as const, value: '500' };
const steps = ['Cart', 'Payment'].map((name) => ({ name, filters: [] }));

it.each([
  [{ filters: [failed] }, 'Customers that made a request with status >= 500'],
  [{ unit: 'account', filters: [], atLeast: 5 }, 'Accounts that made at least 5 requests'],
  [
    { unit: 'session', filters: [], funnel: { steps, step: 2 } },
    'Sessions that got to “Payment”, of Cart → Payment within 1h',
  ],
  [
    {
      filters: [failed],
      funnel: { steps, step: 2, outcome: 'dropped' as const, reason: 'failed' as const, window: '30m' },
    },
    'Customers that stopped before “Payment” because the step failed, of Cart → Payment within 30m, by requests with status >= 500',
  ],
  [
    {
      filters: [],
      funnel: {
        steps,
        step: 2,
        outcome: 'dropped' as const,
        reason: 'failed' as const,
        detail: 'POST /pay answered 500',
      },
    },
    'Customers that stopped before “Payment” because the step failed (POST /pay answered 500), of Cart → Payment within 1h',
  ],
  [
    { unit: 'attributes.cart', filters: [], funnel: { steps, step: 2, outcome: 'pending' as const } },
    'Values of cart that may still get to “Payment”, of Cart → Payment within 1h',
  ],
])('says who is in it: %#', (cohort, text) => {
  expect(cohortText(cohort)).toBe(text);
});

it('counts one and many', () => {
  expect([membersText(1), membersText(1200, 'session'), membersText(2, 'attributes.cart')]).toEqual([
    '1 customer',
    '1,200 sessions',
    '2 values of cart',
  ]);
});

it('says of which time they are', () => {
  expect(rangeText(undefined, 'utc')).toBe('in the time range that is asked for');
  expect(rangeText({ last: '30d' }, 'utc')).toBe('in the 30d up to the end of the range that is asked for');
  expect(rangeText({ from: Date.UTC(2026, 10, 1), to: '2026-11-01T12:00:00Z' }, 'utc')).toMatch(
    /2026-11-01 00:00 – 12:00/
  );
});
