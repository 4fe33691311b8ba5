import { configSchema } from '../../config/schema';
import { RequestRecord } from '../normalise';
import { Pseudonymiser } from '../privacy';
import type { NoiseRule } from './config';
import { NoisePolicy } from './noise-policy';

const MINUTE = 60_000_000;
const T = Math.floor(1_795_000_000_000_000 / MINUTE) * MINUTE;
const pseudonymiser = new Pseudonymiser(Buffer.alloc(32, 7));
const rules = (...input: object[]): NoiseRule[] => configSchema.parse({ noise: { rules: input } }).noise.rules;
const policy = (...input: object[]) =>
  new NoisePolicy(rules(...input), (unit) => pseudonymiser.keyedHash('sample', unit));
const record = (fields: Partial<RequestRecord> = {}) =>
  Object.assign(new RequestRecord(), { time: T, method: 'GET' }, fields);

const HEALTH = { name: 'health', match: 'health_checks', action: 'drop' };

test('the first rule that matches decides, and what no rule matches stays', () => {
  const noise = policy(
    { name: 'keep errors', match: { key: 'status', operator: '>=', value: 500 }, action: 'sample', rate: 0.999999 },
    HEALTH
  );
  expect(noise.takesIn(record({ path: '/health', status: 503 }))).toBe(true);
  expect(noise.takesIn(record({ path: '/health', status: 200 }))).toBe(false);
  expect(noise.takesIn(record({ path: '/orders' }))).toBe(true);
});

test('conditions of a list must all hold', () => {
  const noise = policy({
    name: 'x',
    match: ['bots', { key: 'path', operator: '=~', value: '^/blog' }],
    action: 'drop',
  });
  expect(noise.takesIn(record({ path: '/blog/1', user_agent: 'Googlebot/2.1' }))).toBe(false);
  expect(noise.takesIn(record({ path: '/blog/1' }))).toBe(true);
  expect(noise.takesIn(record({ path: '/x', user_agent: 'Googlebot/2.1' }))).toBe(true);
});

test('what is left out is counted by rule, service and minute, once, with the weight it came with', () => {
  const noise = policy(HEALTH);
  noise.begin();
  noise.takesIn(record({ path: '/health', service: 'a' }));
  noise.takesIn(record({ path: '/health', service: 'a', time: T + MINUTE - 1, weight: 10 }));
  noise.takesIn(record({ path: '/health', service: 'a', time: T + MINUTE }));
  noise.takesIn(record({ path: '/health', service: 'b', status: 200 }));
  const counts = noise
    .drain()
    .map(({ time, service, status, requests }) => [(time - T) / MINUTE, service, status, requests]);
  expect(counts).toEqual([
    [0, 'a', undefined, 11],
    [1, 'a', undefined, 1],
    [0, 'b', undefined, 1],
  ]);
  expect(noise.drain()).toEqual([]);
  expect(noise.leftOut()).toEqual([{ rule: 'health', rows: 4 }]);
});

test('the action count tells statuses apart', () => {
  const noise = policy({ ...HEALTH, action: 'count' });
  [200, 200, 503].forEach((status) => expect(noise.takesIn(record({ path: '/health', status }))).toBe(false));
  expect(noise.drain().map(({ status, requests }) => [status, requests])).toEqual([
    [200, 2],
    [503, 1],
  ]);
});

test('a batch that was counted before is not counted again, and one that came to nothing not at all', () => {
  const noise = policy(HEALTH);
  noise.begin({ counted: true, again: true });
  expect(noise.takesIn(record({ path: '/health' }))).toBe(false);
  noise.begin({ again: true });
  noise.takesIn(record({ path: '/health' }));
  noise.begin();
  noise.takesIn(record({ path: '/health' }));
  noise.discard();
  expect(noise.drain().map(({ requests }) => requests)).toEqual([1]);
});

describe('sampling', () => {
  const noise = policy({ name: 'tenth', match: { all: [] }, action: 'sample', rate: 0.1 });
  const customers = Array.from({ length: 20_000 }, (_, index) => `customer ${index}`);

  test('keeps whole customers or none of them, about as many as asked for', () => {
    let kept = 0;
    for (const customer of customers) {
      const taken = [1, 2, 3].map((request) =>
        noise.takesIn(record({ customer, session: `s${request}`, path: `/${request}` }))
      );
      expect(new Set(taken).size).toBe(1);
      kept += taken[0] ? 1 : 0;
    }
    // Four standard deviations of a binomial of 20,000 and 0.1.
    expect(Math.abs(kept - 2000)).toBeLessThan(170);
  });

  test('takes the session where there is no customer, and keeps what has neither', () => {
    const sessions = customers.slice(0, 2000).map((session) => noise.takesIn(record({ session })));
    expect(sessions.filter(Boolean).length).toBeGreaterThan(100);
    expect(sessions.filter(Boolean).length).toBeLessThan(300);
    const alone = record({ path: '/x' });
    expect(noise.takesIn(alone)).toBe(true);
    expect(alone.weight).toBeUndefined();
  });

  test('rows that stay stand for those left out, beside the weight they had', () => {
    const kept = customers.map((customer) => record({ customer, weight: 2 })).filter((one) => noise.takesIn(one));
    expect(new Set(kept.map(({ weight }) => weight))).toEqual(new Set([20]));
  });

  test('at a higher rate the same customers stay, and more', () => {
    const more = policy({ name: 'third', match: { all: [] }, action: 'sample', rate: 0.3 });
    const at = (one: NoisePolicy) => new Set(customers.filter((customer) => one.takesIn(record({ customer }))));
    const [few, many] = [at(noise), at(more)];
    expect([...few].every((customer) => many.has(customer))).toBe(true);
    expect(many.size).toBeGreaterThan(few.size * 2);
  });
});

test.each([
  [{ ...HEALTH, action: 'sample' }, /rate/],
  [{ ...HEALTH, rate: 0.5 }, /rate/],
  [{ ...HEALTH, match: 'robots' }, /no set/],
  [{ ...HEALTH, match: { key: 'route', operator: '=', value: '/a' } }, /not known yet/],
  [{ ...HEALTH, name: 'a|b' }, /letters/],
])('%j is refused', (rule, message) => {
  expect(() => rules(rule)).toThrow(message);
});

test('names must differ', () => {
  expect(() => rules(HEALTH, HEALTH)).toThrow(/twice/);
});
