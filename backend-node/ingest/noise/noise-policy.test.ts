import { configSchema } from '../../config/schema';
import { RequestRecord } from '../normalise';
import { Pseudonymiser } from '../privacy';
import type { NoiseRule } from './config';
import { Journeys, type JourneyState } from './journeys';
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
  expect(noise.leftOut()).toEqual([{ rule: 'health', rows: 0 }]);
  expect(noise.drain().map(({ requests }) => requests)).toEqual([1]);
});

test('counts of very many minutes and services become those of days, and none is lost', () => {
  const noise = new NoisePolicy(rules(HEALTH), undefined, null, 10);
  Array.from({ length: 200 }, (_, index) =>
    noise.takesIn(record({ path: '/health', service: `s${index}`, time: T + index * MINUTE }))
  );
  const counts = noise.drain();
  expect(counts.length).toBeLessThanOrEqual(12);
  expect(counts.reduce((sum, { requests }) => sum + requests, 0)).toBe(200);
  noise.takesIn(record({ path: '/health', service: 'after' }));
  expect(noise.drain()).toMatchObject([{ service: 'after', time: T, requests: 1 }]);
});

test('a rule that counts does so by class of status, without what was discarded', () => {
  const policy = new NoisePolicy([{ name: 'health', match: ['health_checks'], action: 'count' }]);
  const take = (status: number | undefined) =>
    policy.takesIn(Object.assign(new RequestRecord(), { method: 'GET', path: '/health', time: 0, status }));
  policy.begin();
  [200, 204, 503, undefined].forEach(take);
  policy.begin();
  take(500);
  policy.discard();
  expect(policy.countedByStatus()).toEqual([
    { rule: 'health', status: '2xx', rows: 2 },
    { rule: 'health', status: '5xx', rows: 1 },
    { rule: 'health', status: '', rows: 1 },
  ]);
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

  const visit = (one: NoisePolicy, session: string, ...who: Array<string | undefined>): string => {
    const taken = who.map((customer) => one.takesIn(record({ session, ...(customer ? { customer } : {}) })));
    return taken.map((kept) => (kept ? '+' : '-')).join('');
  };
  const half = { name: 'half', match: { all: [] }, action: 'sample', rate: 0.5 };

  test('a login or logout cuts no session in two, and each request is kept as often as asked for', () => {
    const one = policy(half);
    const logins = customers
      .slice(0, 4000)
      .map((customer) => visit(one, `in ${customer}`, undefined, undefined, customer));
    const logouts = customers.slice(4000, 8000).map((customer) => visit(one, `out ${customer}`, customer, undefined));
    expect(new Set(logins)).toEqual(new Set(['+++', '---']));
    expect(new Set(logouts)).toEqual(new Set(['++', '--']));
    // Four standard deviations of a binomial of 8,000 and 0.5.
    expect(Math.abs([...logins, ...logouts].filter((taken) => taken.startsWith('+')).length - 4000)).toBeLessThan(180);
  });

  test('what was decided when a customer logged in holds for the sessions that begin with him, also after a restart', () => {
    const before = policy(half);
    const first = customers.slice(0, 500).map((customer) => visit(before, `a ${customer}`, undefined, customer));
    const state = JSON.parse(JSON.stringify(before.state())) as JourneyState;
    const after = new NoisePolicy(rules(half), (unit) => pseudonymiser.keyedHash('sample', unit), state);
    const later = customers.slice(0, 500).map((customer) => visit(after, `b ${customer}`, customer, undefined));
    const goingOn = customers.slice(0, 500).map((customer) => visit(after, `a ${customer}`, customer, undefined));
    expect(later).toEqual(first);
    expect(goingOn).toEqual(first);
    expect(JSON.stringify(state)).not.toContain('customer 1');
  });

  test('what is remembered is bounded: what was seen longest ago is forgotten', () => {
    const journeys = new Journeys((unit) => pseudonymiser.keyedHash('sample', unit), null, 3);
    ['a', 'b', 'c', 'a', 'd'].forEach((session) => journeys.lotOf({ session, customer: `${session}${session}` }));
    const { sessions, customers: known } = journeys.state();
    const names = (units: string[]) => units.map((unit) => pseudonymiser.keyedHash('sample', unit).slice(0, 12));
    expect(sessions.map((text) => text.slice(0, 12))).toEqual(names(['c', 'a', 'd']));
    expect(known.map((text) => text.slice(0, 12))).toEqual(names(['cc', 'aa', 'dd']));
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
