import { fisherP, isNormalEnough, twoProportionP, type Proportion } from './significance';

/** How much more likely something is in one sample than in another. */
export interface OddsRatio {
  /** Above 1 it is more likely in the first. */
  ratio: number;
  /** Bounds of the 95 % confidence interval. */
  low: number;
  high: number;
}

/** Quantile of the normal distribution at 0.975. */
const Z = 1.959963984540054;

/**
 * The odds of a sample as a multiple of those of another, with `prior` added to each of the four counts, so that none is 0:
 *
 *     ratio = (a + prior)(d + prior) / ((b + prior)(c + prior)),   ln ratio ± z sqrt(Σ 1 / (count + prior))
 *
 * where a and c are counted, b and d are the others. With 0.5 it is the estimate of J. B. S. Haldane (Annals of Human Genetics
 * 20, 1956) and F. J. Anscombe (Biometrika 43, 1956), its interval that of B. Woolf (Annals of Human Genetics 19, 1955).
 */
export function oddsRatio(one: Proportion, other: Proportion, prior = 0.5): OddsRatio {
  const counts = [one.count, one.of - one.count, other.count, other.of - other.count].map(
    // What was added up from parts may come out below 0 by a rounding error.
    (count) => Math.max(0, count) + prior
  ) as [number, number, number, number];
  const [a, b, c, d] = counts;
  const log = Math.log(a) + Math.log(d) - Math.log(b) - Math.log(c);
  const half = Z * Math.sqrt(counts.reduce((sum, count) => sum + 1 / count, 0));
  return { ratio: Math.exp(log), low: Math.exp(log - half), high: Math.exp(log + half) };
}

/**
 * How likely shares at least as far apart would be by chance alone: by the normal distribution where the samples are large
 * enough for it, else by Fisher's exact test of the counts, rounded. Null when it says nothing.
 */
export function differenceP(one: Proportion, other: Proportion): number | null {
  return isNormalEnough(one, other) ? twoProportionP(one, other) : fisherP(one, other);
}

/** A sample as large as its weights say (`effectiveSize`), with the same share counted. */
export function asSample({ count, of }: Proportion, size: number): Proportion {
  return of > 0 ? { count: (count / of) * size, of: size } : { count: 0, of: 0 };
}
