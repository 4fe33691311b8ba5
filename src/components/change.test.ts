import { changeBetween, changeText, directionOf, earlierText, pointsText } from './change';

it.each([
  ['1w', '1 week earlier'],
  ['24h', '24 hours earlier'],
  ['500ms', '500 milliseconds earlier'],
  [undefined, 'earlier'],
])('%s is %s', (timeShift, text) => {
  expect(earlierText(timeShift)).toBe(text);
});

it.each([
  [120, 100, '▲ +20%'],
  [101, 100, '▲ +1.0%'],
  [60, 100, '▼ −40%'],
  [100, 100, '= 0%'],
  [0, 0, '= 0%'],
  [5, 0, '▲ new'],
  [0, 5, '▼ gone'],
  [5000, 100, '▲ +4,900%'],
  [NaN, 5, '–'],
  [5, NaN, '–'],
])('from then to now: %d after %d is %s', (now, previous, text) => {
  expect(changeText(changeBetween(now, previous))).toBe(text);
});

it.each([
  [0.042, '▲ +4.2 pp'],
  [-0.042, '▼ −4.2 pp'],
  [-0.0001, '= 0 pp'],
  [NaN, '–'],
])('a difference of %d in percentage points is %s', (difference, text) => {
  expect(pointsText(difference)).toBe(text);
});

it('knows of which metrics more is bad', () => {
  expect(directionOf('error_rate')).toBe('more-is-worse');
  expect(directionOf('p95')).toBe('more-is-worse');
  expect(directionOf('apdex')).toBe('more-is-better');
  expect(directionOf('requests')).toBe('neutral');
});
