import { meanScore, scoreRows, type LabelledRow } from './metrics';

const row = (path: string, route: string, kind: LabelledRow['kind'] = 'real'): LabelledRow => ({
  api: 'x',
  method: 'GET',
  status: 200,
  path,
  route,
  kind,
});

describe('the score of templates', () => {
  const rows = [
    row('/a/1', '/a/{id}'),
    row('/a/2', '/a/{id}'),
    row('/a/3', '/a/{id}'),
    row('/b', '/b'),
    row('/x', '{unmatched}', 'noise'),
    row('/y', '{unmatched}', 'noise'),
  ];

  it('is perfect when the clusters are the same, whatever the parameters are called', () => {
    const given = ['/a/{n}', '/a/{n}', '/a/{n}', '/b', '{unmatched}', '{unmatched}'];
    expect(scoreRows(rows, given)).toMatchObject({ precision: 1, recall: 1, f1: 1, exact: 1, noise: 1, lost: 0 });
  });

  it('counts pairs of real rows', () => {
    // True pairs 3, given pairs 3 (a1 a2, a3 b is one, none else): a1-a2 shared, a3-b wrong.
    const score = scoreRows(rows, ['/a/{n}', '/a/{n}', '/q', '/q', '/x', '{unmatched}']);
    expect(score.precision).toBeCloseTo(1 / 2);
    expect(score.recall).toBeCloseTo(1 / 3);
    expect(score.f1).toBeCloseTo(0.4);
    expect(score.exact).toBe(0);
    expect(score.noise).toBe(0.5);
    expect(score.lost).toBe(0);
    expect([score.routes, score.templates]).toEqual([2, 3]);
  });

  it('counts real rows that were lost', () => {
    expect(scoreRows(rows, ['{unmatched}', '/a/{n}', '/a/{n}', '/b', '/x', '/y']).lost).toBe(0.25);
  });

  it('takes means', () => {
    const one = scoreRows(rows, ['/a/{n}', '/a/{n}', '/a/{n}', '/b', '{unmatched}', '{unmatched}']);
    const other = { ...one, f1: 0 };
    expect(meanScore([one, other]).f1).toBe(0.5);
  });
});
