import { effectiveSize, shareInterval } from './proportion-interval';

it.each([
  // The formula, by hand
  [10, 100, 0.05522914, 0.1743657],
  [0, 20, 0, 0.1611252],
  [20, 20, 0.8388748, 1],
  [1, 2, 0.09453121, 0.9054688],
])('is that of Wilson for %d of %d', (x, n, low, high) => {
  const interval = shareInterval(x / n, n)!;
  expect(interval.low).toBeCloseTo(low, 6);
  expect(interval.high).toBeCloseTo(high, 6);
});

it('is none of nothing', () => {
  expect(shareInterval(null, 0)).toBeNull();
  expect(shareInterval(0.5, 0)).toBeNull();
});

it('counts equal weights as they are, and one heavy one as hardly more than itself', () => {
  expect(effectiveSize(50, 500)).toBe(5);
  expect(effectiveSize(1 + 1000, 1 + 1000 ** 2)).toBeCloseTo(1.002, 3);
  expect(effectiveSize(0, 0)).toBe(0);
});
