import { type RowOrder } from './options';
import { type HeatmapModel } from './matrix';

const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const plain = new Intl.Collator('en', { sensitivity: 'base' });

/**
 * The rows to draw, top to bottom, as indices into the model's rows. `{other}` stays last; of buckets of latency the
 * slowest is on top whatever the order.
 */
export function arrangeRows(model: HeatmapModel, order: RowOrder, reverse: boolean, limit: number): number[] {
  const { rows } = model;
  const indices = rows.map((_, index) => index);
  if (model.latency) {
    const start = (index: number) => rows[index].bucket?.min ?? index;
    const slowestFirst = indices.sort((a, b) => start(b) - start(a));
    return reverse ? slowestFirst.reverse() : slowestFirst;
  }
  const named = indices.filter((index) => !rows[index].other);
  switch (order) {
    case 'total':
      named.sort((a, b) => rows[b].total - rows[a].total);
      break;
    case 'alphabetical':
      named.sort((a, b) => plain.compare(sortText(model, a), sortText(model, b)));
      break;
    case 'natural':
      named.sort((a, b) => natural.compare(sortText(model, a), sortText(model, b)));
      break;
    case 'queried':
      break;
  }
  if (reverse) {
    named.reverse();
  }
  return [...named.slice(0, limit), ...indices.filter((index) => rows[index].other)];
}

/** Rows sort by where they are, then by what is done there: the route before the method. */
function sortText(model: HeatmapModel, index: number): string {
  const { keys, label } = model.rows[index];
  if (keys === undefined || !('route' in keys)) {
    return label;
  }
  const { route, method, ...rest } = keys;
  return [...Object.values(rest), route, method].map((v) => v ?? '').join(' ');
}

/** What sums and averages of rows are made of. */
export type Cells = Pick<HeatmapModel, 'columns' | 'values' | 'n' | 'numerator' | 'denominator' | 'additive'>;

/** Mean of the cells of a row: of ratios the ratio of the sums, otherwise weighted by requests where they are known. */
export function rowAverage(model: Cells, row: number): number {
  const width = model.columns.length;
  let above = 0;
  let below = 0;
  for (let cell = row * width; cell < (row + 1) * width; cell++) {
    const value = model.values[cell];
    if (Number.isNaN(value)) {
      continue;
    }
    if (model.numerator && model.denominator) {
      above += model.numerator[cell] || 0;
      below += model.denominator[cell] || 0;
    } else {
      const weight = model.n && !model.additive ? model.n[cell] || 0 : 1;
      above += value * weight;
      below += weight;
    }
  }
  return below > 0 ? above / below : NaN;
}

/** Sum of the cells of a row. */
export function rowSum(model: Cells, row: number): number {
  const width = model.columns.length;
  let sum = 0;
  for (let cell = row * width; cell < (row + 1) * width; cell++) {
    sum += model.values[cell] || 0;
  }
  return sum;
}

/** Highest value of each row; NaN for a row without values. */
export function rowMaxima(model: HeatmapModel): Float64Array {
  const width = model.columns.length;
  const maxima = new Float64Array(model.rows.length).fill(NaN);
  for (let row = 0; row < model.rows.length; row++) {
    for (let cell = row * width; cell < (row + 1) * width; cell++) {
      const value = model.values[cell];
      if (value > maxima[row] || Number.isNaN(maxima[row])) {
        maxima[row] = value;
      }
    }
  }
  return maxima;
}
