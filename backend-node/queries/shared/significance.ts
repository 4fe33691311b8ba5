/**
 * How likely shares at least as far apart as `a` and `b` of two samples are when both are drawn from one and the same share:
 * the two-sided p-value of the two-proportion z-test with pooled variance (D. S. Moore, G. P. McCabe, Introduction to the
 * Practice of Statistics; `prop.test(x, n, correct = FALSE)` of R and `proportions_ztest` of statsmodels give the same):
 *
 *     p = (x_a + x_b) / (n_a + n_b),   z = (x_a / n_a - x_b / n_b) / sqrt(p (1 - p) (1 / n_a + 1 / n_b)),   2 (1 - Φ(|z|))
 *
 * Null when it says nothing: a sample is empty, or nobody or everybody in both is counted.
 */
export function twoProportionP(a: Proportion, b: Proportion): number | null {
  const pooled = (a.count + b.count) / (a.of + b.of);
  const variance = pooled * (1 - pooled) * (1 / a.of + 1 / b.of);
  if (!(a.of > 0 && b.of > 0 && variance > 0)) {
    return null;
  }
  const z = (a.count / a.of - b.count / b.of) / Math.sqrt(variance);
  return erfc(Math.abs(z) / Math.SQRT2);
}

/**
 * The two-sided p-value of R. A. Fisher's exact test (`fisher.test(matrix(c(x_a, n_a - x_a, x_b, n_b - x_b), 2))$p.value` of R): the probability,
 * all margins given, of every table that is no likelier than the one found. Counts are rounded. Null when a sample is empty, or nobody or everybody
 * in both is counted.
 */
export function fisherP(a: Proportion, b: Proportion): number | null {
  const [count, of, otherCount, otherOf] = [a.count, a.of, b.count, b.of].map(Math.round) as [
    number,
    number,
    number,
    number,
  ];
  const counted = count + otherCount;
  if (!(of > 0 && otherOf > 0 && counted > 0 && counted < of + otherOf)) {
    return null;
  }
  const [least, most] = [Math.max(0, counted - otherOf), Math.min(counted, of)];
  // Logarithms of the hypergeometric probabilities but for a constant, each from the one before.
  const logs = [0];
  for (let k = least; k < most; k++) {
    logs.push(logs.at(-1)! + Math.log(((counted - k) * (of - k)) / ((k + 1) * (otherOf - counted + k + 1))));
  }
  const highest = logs.reduce((high, log) => Math.max(high, log));
  const found = logs[count - least]! + TIE;
  const sum = (all: readonly number[]) => all.reduce((total, log) => total + Math.exp(log - highest), 0);
  return Math.min(1, sum(logs.filter((log) => log <= found)) / sum(logs));
}

/** Probabilities that differ by no more are the same but for rounding, as in R. */
const TIE = 1e-7;

/** How many of how many. */
export interface Proportion {
  count: number;
  of: number;
}

/** Below this p-value a change is called significant. */
export const SIGNIFICANCE = 0.05;

/**
 * Whether samples are large enough for the normal distribution the test stands on: at least five counted and five not
 * counted are expected in each, were the shares the same (W. G. Cochran, Biometrics 10, 1954).
 */
export function isNormalEnough(a: Proportion, b: Proportion): boolean {
  const pooled = (a.count + b.count) / (a.of + b.of);
  return [a, b].every(({ of }) => of * pooled >= 5 && of * (1 - pooled) >= 5);
}

/**
 * The complementary error function of what is not negative, to about 15 digits: near 0 by the series of erf (Abramowitz
 * and Stegun 7.1.6), further out by the continued fraction of erfc (7.1.14), evaluated from its end.
 */
export function erfc(x: number): number {
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = x;
  for (let n = 120; n > 0; n--) {
    fraction = x + n / 2 / fraction;
  }
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}
