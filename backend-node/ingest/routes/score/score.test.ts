import { examplesOf, fitWeights } from './fit';
import { MADE_UP, rowsOf } from './made-up';
import { scoreRows } from './metrics';
import { assignAll, scoreWith } from './run';

describe('the classifier on made-up APIs', () => {
  it.each(MADE_UP.map((api) => [api.name, api] as const))('finds the routes of %s', (_, api) => {
    const rows = rowsOf(api, 2000);
    const score = scoreRows(rows, assignAll(rows, 1));
    expect(score.f1).toBeGreaterThan(0.97);
    expect(score.exact).toBeGreaterThan(0.85);
    expect(score.noise).toBe(1);
    expect(score.lost).toBeLessThan(0.005);
  });

  it.each(MADE_UP.map((api) => [api.name, api] as const))('finds those of %s in small batches too', (_, api) => {
    const rows = rowsOf(api, 2000);
    const score = scoreRows(rows, assignAll(rows, 10));
    expect(score.f1).toBeGreaterThan(0.9);
    expect(score.precision).toBeGreaterThan(0.97);
  });

  it('is fitted by what the labelled rows say', () => {
    const weights = fitWeights(MADE_UP.flatMap((api) => examplesOf(rowsOf(api, 1500, 2))));
    const rows = rowsOf(MADE_UP[1] as (typeof MADE_UP)[number], 1500, 3);
    expect(scoreWith(weights, rows).f1).toBeGreaterThan(0.95);
  });
});
