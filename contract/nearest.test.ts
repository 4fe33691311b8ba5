import { nearest } from './nearest';

describe('the nearest name', () => {
  it.each([
    ['rout', 'route'],
    ['groupby', 'groupBy'],
    ['statsu', 'status'],
    ['sevrice', 'service'],
  ])('to %s is %s', (mistyped, meant) => {
    expect(nearest(mistyped, ['service', 'route', 'groupBy', 'status'])).toBe(meant);
  });

  it('is none where none is near', () => {
    expect(nearest('latency', ['service', 'route'])).toBeUndefined();
    expect(nearest('x', [])).toBeUndefined();
  });
});
