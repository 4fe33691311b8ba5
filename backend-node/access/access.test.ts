import { FailedAttempts } from './failed-attempts';
import { readIdentity } from './identity';

test('a burst of failures from one address is slowed down, others are not', () => {
  let now = 0;
  const attempts = new FailedAttempts(() => now);
  const waits = Array.from({ length: 30 }, () => attempts.note('192.0.2.1'));
  expect(waits.slice(0, 20)).toEqual(Array(20).fill(0));
  expect(waits.slice(20).every((wait) => wait > 0)).toBe(true);
  expect(attempts.note('192.0.2.2')).toBe(0);
  now += 10_000;
  expect(attempts.note('192.0.2.1')).toBe(0);
});

test('the identity header is read', () => {
  expect(readIdentity('{"subject":"user:2","role":"Viewer","orgId":1,"kind":"user"}')).toEqual({
    subject: 'user:2',
    role: 'Viewer',
    orgId: 1,
    kind: 'user',
  });
  expect(readIdentity('{"kind":"alert"}')).toEqual({ subject: '', role: '', kind: 'alert' });
  expect(readIdentity(undefined)).toBeUndefined();
});

test.each(['', '{', '[]', '{"kind":"root"}', `{"kind":"user","subject":"${'x'.repeat(5000)}"}`])(
  'identity %p is refused',
  (header) => {
    expect(() => readIdentity(header)).toThrow(expect.objectContaining({ code: 'APITRAIL_BAD_REQUEST' }));
  }
);
