import { backoffMs, pause, retryAfterMs } from './backoff';

const now = Date.parse('2026-11-23T12:00:00Z');

it('waits longer each time, up to half a minute, and not all at once', () => {
  const longest = [0, 1, 2, 3, 20, 1000].map((attempt) => backoffMs(attempt, () => 1));
  expect(longest).toEqual([250, 500, 1000, 2000, 30_000, 30_000]);
  expect(backoffMs(3, () => 0)).toBe(1000);
});

it.each([
  ['7', 7000],
  ['0', 0],
  ['Mon, 23 Nov 2026 12:00:09 GMT', 9000],
  ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
  ['999999', 300_000],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
])('reads Retry-After %s', (header, ms) => {
  expect(retryAfterMs(header, now)).toBe(ms);
});

it('ends a pause at once when it is to stop', async () => {
  const stop = new AbortController();
  const paused = pause(3_600_000, stop.signal);
  stop.abort(new Error('stopped'));
  await expect(paused).rejects.toThrow('stopped');
});
