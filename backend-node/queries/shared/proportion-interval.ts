/** Probability that an interval holds the true share. */
export const CONFIDENCE = 0.95;

/** Quantile of the normal distribution at (1 + CONFIDENCE) / 2. */
const Z = 1.959963984540054;

/**
 * The interval of a share of a sample of n, after E. B. Wilson (Journal of the American Statistical Association 22, 1927), as
 * `prop.test(x, n, correct = FALSE)$conf.int` of R gives it:
 *
 *     (p + z²/2n ± z sqrt(p (1 - p) / n + z²/4n²)) / (1 + z²/n)
 *
 * Of weighted samples n is the effective size. Null when there is no sample.
 */
export function shareInterval(share: number | null, n: number): { low: number; high: number } | null {
  if (share === null || !(n > 0)) {
    return null;
  }
  const z2 = (Z * Z) / n;
  const centre = share + z2 / 2;
  const half = Z * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n));
  const bound = (value: number) => Math.min(1, Math.max(0, value / (1 + z2)));
  return { low: bound(centre - half), high: bound(centre + half) };
}

/**
 * How many unweighted ones say as much as a sample of these weights: (Σw)² / Σw² (L. Kish, Survey Sampling, 1965). As many
 * as there are where all weigh the same.
 */
export function effectiveSize(sum: number, squares: number): number {
  return squares > 0 ? (sum * sum) / squares : 0;
}
