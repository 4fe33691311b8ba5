import { parseTime } from './time-argument';

const now = Date.parse('2026-11-23T10:20:30.500Z');

test.each([
  ['now', '2026-11-23T10:20:30.500Z'],
  ['now-1d', '2026-11-22T10:20:30.500Z'],
  ['now-1d/d', '2026-11-22T00:00:00.000Z'],
  ['now/w', '2026-11-23T00:00:00.000Z'],
  ['now/w-1w', '2026-11-16T00:00:00.000Z'],
  ['now-1M/M+6h', '2026-10-01T06:00:00.000Z'],
  ['2026-11-01', '2026-11-01T00:00:00.000Z'],
  ['2026-11-01T12:00+02:00', '2026-11-01T10:00:00.000Z'],
  ['1764000000000', '2025-11-24T16:00:00.000Z'],
])('%s', (text, expected) => {
  expect(new Date(parseTime(text, now)).toISOString()).toBe(expected);
});

test.each(['', 'yesterday', 'now-', 'now-1', 'now-1x', 'nowish', '12'])('%p is no time', (text) => {
  expect(parseTime(text, now)).toBeNaN();
});
