import { erfc, isNormalEnough, twoProportionP } from './significance';

describe('erfc', () => {
  // Values of Python's math.erfc, which is the C library's.
  it.each([
    [0, 1],
    [0.1, 0.8875370839817152],
    [0.5, 0.4795001221869535],
    [1, 0.15729920705028513],
    [1.999, 0.004698443348629488],
    [2, 0.004677734981047265],
    [3, 2.2090496998585438e-5],
    [5, 1.5374597944280351e-12],
    [10, 2.088487583762545e-45],
  ])('of %d is %d', (x, expected) => {
    expect(Math.abs(erfc(x) / expected - 1)).toBeLessThan(1e-12);
  });

  it('is 0 where numbers end', () => {
    expect(erfc(40)).toBe(0);
  });
});

describe('the two-proportion test', () => {
  // By R's prop.test(x, n, correct = FALSE)$p.value, whose chi-squared is the square of z.
  it.each([
    // Penn State, STAT 415, 9.4: z = 8.99.
    [351, 605, 41, 195, 2.566230446480316e-19],
    // Two of the four studies of smokers in R's help on prop.test (Fleiss 1981).
    [83, 86, 90, 93, 0.9223200957342691],
    [120, 1000, 90, 1000, 0.028650240398448486],
    [15, 20, 10, 20, 0.10247043485974938],
  ])('of %d of %d and %d of %d is %d', (a, ofA, b, ofB, expected) => {
    const [one, other] = [
      { count: a, of: ofA },
      { count: b, of: ofB },
    ];
    expect(Math.abs(twoProportionP(one, other)! / expected - 1)).toBeLessThan(1e-10);
    expect(twoProportionP(other, one)).toBe(twoProportionP(one, other));
  });

  it('is 1 when the shares are the same', () => {
    expect(twoProportionP({ count: 5, of: 10 }, { count: 50, of: 100 })).toBe(1);
  });

  it.each([
    ['an empty sample', 0, 0, 5, 10],
    ['nobody in both', 0, 10, 0, 20],
    ['everybody in both', 10, 10, 20, 20],
  ])('says nothing of %s', (_, a, ofA, b, ofB) => {
    expect(twoProportionP({ count: a, of: ofA }, { count: b, of: ofB })).toBeNull();
  });

  it('stands on five expected of each kind at least', () => {
    expect(isNormalEnough({ count: 5, of: 10 }, { count: 5, of: 10 })).toBe(true);
    expect(isNormalEnough({ count: 4, of: 10 }, { count: 5, of: 10 })).toBe(false);
    expect(isNormalEnough({ count: 1, of: 1000 }, { count: 4, of: 1000 })).toBe(false);
  });
});
