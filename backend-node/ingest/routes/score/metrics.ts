/** Scores of one API: the definitions of the data set's `score.py`. */
export interface Score {
  /** Pairwise precision, recall and F1 over the real rows: do two rows of one route share a template? */
  precision: number;
  recall: number;
  f1: number;
  /** Share of true routes whose rows are exactly those of one template. */
  exact: number;
  /** True and given routes over all rows, without `{unmatched}`. */
  routes: number;
  templates: number;
  /** Share of the noise that went to `{unmatched}`. */
  noise: number;
  /** Share of the real rows that went to `{unmatched}`. */
  lost: number;
}

export interface LabelledRow {
  method: string;
  path: string;
  status: number;
  /** The true route. */
  route: string;
  api: string;
  kind?: 'real' | 'notfound' | 'noise';
}

export const UNMATCHED = '{unmatched}';

const pairs = (n: number): number => (n * (n - 1)) / 2;

/** Scores the templates given to labelled rows, in the same order. */
export function scoreRows(rows: readonly LabelledRow[], templates: ReadonlyArray<string | null>): Score {
  const truth: string[] = [];
  const given: string[] = [];
  const everyTruth = new Set<string>();
  const everyGiven = new Set<string>();
  let noise = 0;
  let caught = 0;
  let lost = 0;
  rows.forEach((row, i) => {
    const isNoise = row.kind === undefined ? row.route === UNMATCHED : row.kind === 'noise';
    const t = isNoise ? UNMATCHED : cluster(row.method, row.route);
    const g = cluster(row.method, templates[i] ?? '<none>');
    everyTruth.add(t);
    everyGiven.add(g);
    if (isNoise) {
      noise++;
      caught += g === UNMATCHED ? 1 : 0;
    } else {
      lost += g === UNMATCHED ? 1 : 0;
      truth.push(t);
      given.push(g);
    }
  });
  const byTruth = counts(truth);
  const byGiven = counts(given);
  const both = counts(truth.map((t, i) => `${t}\n${given[i]}`));
  const total = (map: Map<string, number>): number => [...map.values()].reduce((sum, n) => sum + pairs(n), 0);
  const precision = total(byGiven) === 0 ? 1 : total(both) / total(byGiven);
  const recall = total(byTruth) === 0 ? 1 : total(both) / total(byTruth);
  let exact = 0;
  for (const [key, n] of both) {
    const [t, g] = key.split('\n') as [string, string];
    exact += n === byTruth.get(t) && n === byGiven.get(g) ? 1 : 0;
  }
  everyTruth.delete(UNMATCHED);
  everyGiven.delete(UNMATCHED);
  return {
    precision,
    recall,
    f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    exact: exact / (byTruth.size || 1),
    routes: everyTruth.size,
    templates: everyGiven.size,
    noise: caught / (noise || 1),
    lost: lost / (truth.length || 1),
  };
}

/** The mean of each score. */
export function meanScore(scores: readonly Score[]): Score {
  const mean = (key: keyof Score): number => scores.reduce((sum, score) => sum + score[key], 0) / scores.length;
  return {
    precision: mean('precision'),
    recall: mean('recall'),
    f1: mean('f1'),
    exact: mean('exact'),
    routes: mean('routes'),
    templates: mean('templates'),
    noise: mean('noise'),
    lost: mean('lost'),
  };
}

function cluster(method: string, route: string): string {
  const plain = route === UNMATCHED ? UNMATCHED : route.replace(/\{[^{}]*\}/g, '{}');
  return plain === UNMATCHED ? UNMATCHED : `${method} ${plain}`;
}

function counts(values: readonly string[]): Map<string, number> {
  const map = new Map<string, number>();
  for (const value of values) {
    map.set(value, (map.get(value) ?? 0) + 1);
  }
  return map;
}
