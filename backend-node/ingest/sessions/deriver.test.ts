import { createHash } from 'node:crypto';

import fc from 'fast-check';

import { SessionDeriver, type SessionState } from './deriver';
import { RequestRecord } from '../normalise';

const MINUTE = 60_000_000;
const GAP = 30 * MINUTE;
const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);
const deriver = (state?: SessionState): SessionDeriver =>
  new SessionDeriver({ gapUs: GAP, hash, ...(state ? { state } : {}) });

const row = (minutes: number, values: Partial<RequestRecord> = {}): RequestRecord =>
  Object.assign(new RequestRecord(), { time: minutes * MINUTE, client_ip: '192.0.2.1', user_agent: 'a' }, values);
const sessionsOf = (rows: RequestRecord[], using = deriver()): Array<string | undefined> =>
  rows.map((record) => {
    using.assign(record);
    return record.session;
  });
/** The same with sessions numbered in the order in which they are first seen. */
const numbered = (rows: RequestRecord[]): number[] => {
  const ids = sessionsOf(rows);
  const order = new Map([...new Set(ids)].map((id, index) => [id, index]));
  return ids.map((id) => order.get(id)!);
};

it('a pause of the gap goes on, a longer one begins anew', () => {
  expect(numbered([row(0), row(30), row(60.1)])).toEqual([0, 0, 1]);
});

it('address and user agent make a client', () => {
  expect(numbered([row(0), row(1, { client_ip: '192.0.2.2' }), row(2, { user_agent: 'b' }), row(3)])).toEqual([
    0, 1, 2, 0,
  ]);
});

it('a line that comes late goes to the session it lies in', () => {
  expect(numbered([row(10), row(5), row(100), row(20), row(101)])).toEqual([0, 0, 1, 0, 1]);
});

it('marks what it derives and what was given', () => {
  const rows = [row(0), row(1, { session: 'own' }), row(2, { customer: 'alice' }), row(3, { client_ip: undefined })];
  sessionsOf(rows);
  expect(rows.map(({ session, session_source }) => [session === undefined, session_source])).toEqual([
    [false, 'derived'],
    [false, 'given'],
    [true, undefined],
    [true, undefined],
  ]);
});

it('goes on from its state as if it had never stopped', () => {
  const rows = fc.array(
    fc.record({ minutes: fc.integer({ min: 0, max: 400 }), client: fc.integer({ min: 0, max: 3 }) }),
    { minLength: 1, maxLength: 60 }
  );
  fc.assert(
    fc.property(rows, fc.nat({ max: 60 }), (made, cut) => {
      const build = () => made.map(({ minutes, client }) => row(minutes, { client_ip: `192.0.2.${client}` }));
      const whole = sessionsOf(build());
      const first = deriver();
      const before = sessionsOf(build().slice(0, cut), first);
      const state = JSON.parse(JSON.stringify(first.state())) as SessionState;
      expect([...before, ...sessionsOf(build().slice(cut), deriver(state))]).toEqual(whole);
    })
  );
});

it('its state holds no addresses', () => {
  const using = deriver();
  sessionsOf([row(0)], using);
  expect(JSON.stringify(using.state())).not.toContain('192.0.2.1');
});

it('forgets clients whose sessions are long over', () => {
  const using = deriver();
  sessionsOf(
    Array.from({ length: 200_000 }, (_, index) =>
      row(index / 100, { client_ip: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}` })
    ),
    using
  );
  expect(using.state().clients.length).toBeLessThan(140_000);
});

it('one line from the future does not end the sessions of the others', () => {
  const rows = Array.from({ length: 140_000 }, (_, index) => row(index / 70_000));
  rows[1000] = row(1_000_000, { client_ip: '192.0.2.9' });
  expect(new Set(numbered(rows))).toEqual(new Set([0, 1]));
});
