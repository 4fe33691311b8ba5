/**
 * The q-values of p-values, in their order, after Y. Benjamini and Y. Hochberg (Journal of the Royal Statistical Society B 57,
 * 1995), as `p.adjust(p, "BH")` of R gives them: of all with a q-value up to 0.05 about one in twenty is there by chance. Null stays
 * null and does not count as a comparison.
 */
export function falseDiscoveryRates(ps: ReadonlyArray<number | null>): Array<number | null> {
  const ranked = ps.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((one, other) => one.p - other.p);
  const qs: Array<number | null> = ps.map(() => null);
  let least = 1;
  for (let rank = ranked.length; rank > 0; rank--) {
    const { p, index } = ranked[rank - 1]!;
    least = Math.min(least, (p * ranked.length) / rank);
    qs[index] = least;
  }
  return qs;
}
