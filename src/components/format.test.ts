import { formatCount, formatDuration, formatShare, formatTimeRange, plural } from './format';
import { truncateMiddle } from './measure';
import { placeBeside } from './PanelTooltip';
import { trendLabel } from './Sparkline';

it.each([
  [0, '0 ms'],
  [0.52, '0.5 ms'],
  [754.2, '754 ms'],
  [1000, '1 s'],
  [8140, '8.1 s'],
  [59_999, '1 min'],
  [61_000, '1 min 1 s'],
  [380_000, '6 min 20 s'],
  [3_600_000, '1 h'],
  [5_400_000, '1 h 30 min'],
  [86_400_000, '1 d'],
  [270_000_000, '3 d 3 h'],
  [NaN, '–'],
  [null, '–'],
])('a duration of %p ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it.each([
  [0, '0%'],
  [1, '100%'],
  [0.1234, '12.3%'],
  [0.0001, '< 0.1%'],
  [0.9999, '> 99.9%'],
  [NaN, '–'],
])('a share of %p is %s', (share, text) => {
  expect(formatShare(share)).toBe(text);
});

it('keeps fractions of small weighted counts', () => {
  expect([formatCount(12.345), formatCount(1234.5), formatCount(1e6)]).toEqual(['12.35', '1,235', '1,000,000']);
});

it('does not repeat the day of a range', () => {
  const from = Date.UTC(2026, 10, 22, 13, 30);
  expect(formatTimeRange(from, from + 1_800_000, 'utc')).toBe('Sun 2026-11-22 13:30 – 14:00');
  expect(formatTimeRange(from, from + 86_400_000, 'utc')).toBe('Sun 2026-11-22 13:30 – 2026-11-23 13:30');
  expect(formatTimeRange(from, from + 15_000, 'utc')).toBe('Sun 2026-11-22 13:30:00 – 13:30:15');
});

it('tells one from many', () => {
  expect([plural(1, 'group'), plural(1200, 'group')]).toEqual(['1 group', '1,200 groups']);
});

describe('truncateMiddle', () => {
  const measure = (text: string) => text.length;
  it.each([
    ['/api/v1/carts/{id}/items', 30, '/api/v1/carts/{id}/items'],
    ['/api/v1/carts/{id}/items', 18, '/api/…/{id}/items'],
    ['/api/v1/carts/{id}/items', 9, '…/items'],
    ['a-very-long-service-name', 11, 'a-ve…e-name'],
    ['abc', 1, '…'],
  ])('%s in %d', (text, width, expected) => {
    expect(truncateMiddle(text, width, measure)).toBe(expected);
    expect(measure(expected)).toBeLessThanOrEqual(width);
  });
});

it('keeps tooltips inside the window', () => {
  expect(placeBeside(100, 200, 1000)).toBe(114);
  expect(placeBeside(900, 200, 1000)).toBe(686);
  expect(placeBeside(100, 500, 320)).toBe(8);
});

it('tells a trend in words', () => {
  expect(trendLabel([1, 1, 5, 9])).toBe('Trend: rising, at most 9 at a time');
  expect(trendLabel([9, 5, 1, 1])).toContain('falling');
  expect(trendLabel([3, 3, 3])).toContain('steady');
});
