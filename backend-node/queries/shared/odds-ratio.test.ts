import { asSample, differenceP, oddsRatio } from './odds-ratio';
import { falseDiscoveryRates } from './false-discovery';
import { fisherP, twoProportionP } from './significance';

describe('the odds ratio', () => {
  it('is that of Haldane and Anscombe, with Woolf’s interval', () => {
    // (12.5 × 88.5) / (10.5 × 20.5) = 5.1394
    const { ratio, low, high } = oddsRatio({ count: 12, of: 22 }, { count: 20, of: 108 });
    expect(ratio).toBeCloseTo((12.5 * 88.5) / (10.5 * 20.5), 12);
    const half = 1.959963984540054 * Math.sqrt(1 / 12.5 + 1 / 10.5 + 1 / 20.5 + 1 / 88.5);
    expect([low, high]).toEqual([
      expect.closeTo(ratio * Math.exp(-half), 10),
      expect.closeTo(ratio * Math.exp(half), 10),
    ]);
  });

  it('turns over with its samples', () => {
    const [one, other] = [
      { count: 3, of: 10 },
      { count: 0, of: 40 },
    ];
    expect(oddsRatio(one, other).ratio * oddsRatio(other, one).ratio).toBeCloseTo(1, 12);
  });

  it('says nothing of empty samples but that anything may be', () => {
    const { ratio, low, high } = oddsRatio({ count: 0, of: 0 }, { count: 0, of: 0 });
    expect(ratio).toBe(1);
    expect(low).toBeLessThan(0.01);
    expect(high).toBeGreaterThan(100);
  });

  it('of weighted samples is of as many as they say as much as', () => {
    expect(asSample({ count: 30, of: 100 }, 10)).toEqual({ count: 3, of: 10 });
    expect(asSample({ count: 0, of: 0 }, 0)).toEqual({ count: 0, of: 0 });
  });
});

describe('Fisher’s exact test', () => {
  it.each([
    // fisher.test(matrix(c(3, 1, 1, 3), 2)) and so on, of R
    [{ count: 3, of: 4 }, { count: 1, of: 4 }, 0.4857142857],
    [{ count: 1, of: 10 }, { count: 11, of: 14 }, 0.0027594562],
    [{ count: 0, of: 5 }, { count: 5, of: 5 }, 0.0079365079],
  ])('of %j and %j is %d', (one, other, p) => {
    expect(fisherP(one, other)).toBeCloseTo(p, 9);
    expect(fisherP(other, one)).toBeCloseTo(p, 9);
  });

  it('is null where it says nothing', () => {
    expect(fisherP({ count: 0, of: 0 }, { count: 1, of: 3 })).toBeNull();
    expect(fisherP({ count: 0, of: 4 }, { count: 0, of: 3 })).toBeNull();
    expect(fisherP({ count: 4, of: 4 }, { count: 3, of: 3 })).toBeNull();
  });

  it('is at hand for large samples, too', () => {
    expect(fisherP({ count: 40_000, of: 90_000 }, { count: 40_100, of: 90_000 })).toBeCloseTo(
      twoProportionP({ count: 40_000, of: 90_000 }, { count: 40_100, of: 90_000 })!,
      2
    );
  });

  it('is what small samples are compared by, and the normal distribution what large ones are', () => {
    const [few, some] = [
      { count: 3, of: 4 },
      { count: 1, of: 4 },
    ];
    expect(differenceP(few, some)).toBe(fisherP(few, some));
    const [many, more] = [
      { count: 30, of: 100 },
      { count: 50, of: 100 },
    ];
    expect(differenceP(many, more)).toBe(twoProportionP(many, more));
  });
});

describe('false discovery rates', () => {
  it('are those of Benjamini and Hochberg', () => {
    // p.adjust(c(0.005, 0.04, 0.03, 0.5), "BH") of R
    expect(falseDiscoveryRates([0.005, 0.04, 0.03, 0.5])).toEqual([0.02, 0.16 / 3, 0.16 / 3, 0.5]);
  });

  it('pass over what says nothing', () => {
    expect(falseDiscoveryRates([null, 0.02, null, 0.9])).toEqual([null, 0.04, null, 0.9]);
    expect(falseDiscoveryRates([])).toEqual([]);
  });
});
