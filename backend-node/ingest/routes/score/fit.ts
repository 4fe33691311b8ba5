import { evidenceOf, FEATURES, type Evidence, type Group } from '../classifier/evidence';
import { candidates, type Weights } from '../classifier/judge';
import { splitPath } from '../classifier/path';
import { Population } from '../classifier/population';
import type { LabelledRow } from './metrics';

/** A group of words met while settling, with the truth about it. */
export interface Example {
  evidence: Evidence;
  isParameter: boolean;
  weight: number;
  /** Where, for reading. */
  path: string;
}

/** Shares of the rows from which examples are drawn: decisions are taken early as well as late. */
const SHARES = [0.06, 0.125, 0.25, 0.5, 1];

/** The decisions a judge who knows the truth meets in the successful requests of one API. */
export function examplesOf(rows: readonly LabelledRow[]): Example[] {
  const good = rows.filter((row) => row.status < 400 && row.kind !== 'noise');
  const statics = staticsOf(good);
  return SHARES.flatMap((share) => examplesAt(good.slice(0, Math.ceil(good.length * share)), statics));
}

function examplesAt(rows: readonly LabelledRow[], statics: Map<string, Set<string>>): Example[] {
  const examples: Example[] = [];
  const judge = (group: Group): string[] => {
    const literals = statics.get(prefixOf(group.path));
    if (literals === undefined) {
      return [];
    }
    const known = [...group.words].filter(([key]) => !literals.has(key));
    const words = candidates(group);
    let parameters = 0;
    let requests = 0;
    for (const [key, node] of words) {
      requests += node.requests;
      parameters += literals.has(key) ? 0 : node.requests;
    }
    if (words.size >= 2) {
      examples.push({
        evidence: evidenceOf({ ...group, words }),
        isParameter: parameters * 2 > requests,
        weight: requests / rows.length,
        path: `${prefixOf(group.path)} ${group.form} ${[...words.keys()].slice(0, 6).join(' ')}`,
      });
    }
    return known.map(([key]) => key);
  };
  const population = new Population(judge);
  for (const row of rows) {
    population.add(splitPath(row.path), row.method, 1);
  }
  population.settle();
  return examples;
}

/** The static segments that true routes have after each prefix; parameters are `{}`. */
function staticsOf(rows: readonly LabelledRow[]): Map<string, Set<string>> {
  const statics = new Map<string, Set<string>>();
  for (const { route } of rows) {
    const segments = splitPath(route);
    for (let i = 0; i <= segments.length; i++) {
      const prefix = prefixOf(segments.slice(0, i));
      const known = statics.get(prefix) ?? new Set<string>();
      statics.set(prefix, known);
      const segment = segments[i];
      if (segment !== undefined && !segment.includes('{')) {
        known.add(segment.toLowerCase());
      } else if (segment !== undefined && segment.includes('.{')) {
        const stem = segment.slice(0, segment.lastIndexOf('.{')).toLowerCase();
        if (!stem.includes('{')) {
          ['.json', '.xml', '.csv', '.{format}'].forEach((suffix) => known.add(stem + suffix));
        }
      }
    }
  }
  return statics;
}

function prefixOf(path: readonly string[]): string {
  return path.map((text) => (/\{/.test(text) ? '{}' : text.toLowerCase())).join('/');
}

const RIDGE = 2;

/** Fits the weights by logistic regression (iteratively reweighted least squares, ridge penalty). */
export function fitWeights(examples: readonly Example[]): Weights {
  const size = FEATURES.length + 1;
  const rows = examples.map(({ evidence }) => [1, ...FEATURES.map((feature) => evidence[feature])]);
  let weights = new Array<number>(size).fill(0);
  for (let iteration = 0; iteration < 40; iteration++) {
    const hessian = Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_, j) => (i === j ? (i === 0 ? 0.01 : RIDGE) : 0))
    );
    const gradient = weights.map((w, i) => -w * (i === 0 ? 0.01 : RIDGE));
    rows.forEach((row, n) => {
      const example = examples[n] as Example;
      const z = row.reduce((sum, x, i) => sum + x * (weights[i] as number), 0);
      const p = 1 / (1 + Math.exp(-z));
      const g = exampleWeight(example) * ((example.isParameter ? 1 : 0) - p);
      const h = exampleWeight(example) * Math.max(p * (1 - p), 1e-6);
      row.forEach((x, i) => {
        gradient[i] = (gradient[i] as number) + g * x;
        const line = hessian[i] as number[];
        row.forEach((y, j) => {
          line[j] = (line[j] as number) + h * x * y;
        });
      });
    });
    const step = solve(hessian, gradient);
    weights = weights.map((w, i) => w + (step[i] as number));
    if (Math.max(...step.map(Math.abs)) < 1e-6) {
      break;
    }
  }
  const named = { prior: weights[0] as number } as Weights;
  FEATURES.forEach((feature, i) => {
    named[feature] = weights[i + 1] as number;
  });
  return named;
}

/** A decision weighs by the traffic behind it, none nothing, none everything. */
function exampleWeight({ weight }: Example): number {
  return 0.3 + Math.min(4, Math.sqrt(weight) * 8);
}

function solve(matrix: number[][], vector: number[]): number[] {
  const size = vector.length;
  const a = matrix.map((row, i) => [...row, vector[i] as number]);
  for (let i = 0; i < size; i++) {
    let pivot = i;
    for (let r = i + 1; r < size; r++) {
      if (Math.abs(a[r]?.[i] ?? 0) > Math.abs(a[pivot]?.[i] ?? 0)) {
        pivot = r;
      }
    }
    [a[i], a[pivot]] = [a[pivot] as number[], a[i] as number[]];
    const top = a[i] as number[];
    for (let r = 0; r < size; r++) {
      const row = a[r] as number[];
      if (r !== i) {
        const factor = (row[i] as number) / (top[i] as number);
        for (let c = i; c <= size; c++) {
          row[c] = (row[c] as number) - factor * (top[c] as number);
        }
      }
    }
  }
  return a.map((row, i) => (row[size] as number) / (row[i] as number));
}
