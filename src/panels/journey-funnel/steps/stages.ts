import { type Filter, type FunnelMarker } from '@apitrail/contract';

import { anyOf } from '../../../components/drill-down';

type Staged = Pick<FunnelMarker, 'order' | 'steps'>;

/**
 * For each row of the answer the indexes of the steps it may be. In the order `any` rows between anchored steps are of any of the
 * steps there: the second to come is any of them.
 */
export function stepsOfRows({ order, steps }: Staged): number[][] {
  if (order !== 'any') {
    return steps.map((_, index) => [index]);
  }
  const rows: number[][] = [];
  let open: number[] | undefined;
  steps.forEach(({ anchored }, index) => {
    if (anchored) {
      open = undefined;
      rows.push([index]);
    } else {
      open ??= [];
      open.push(index);
      rows.push(open);
    }
  });
  return rows;
}

/** Filters that find the requests of a row; undefined where the answer does not say them. */
export function rowFilters(marker: Staged, index: number): Filter[] | undefined {
  const steps = stepsOfRows(marker)[index]?.map((step) => marker.steps[step].filters);
  return steps && anyOf(steps);
}

/** Index of the row that a row is counted from: the last before it that cannot be left out. */
export function rowBefore(marker: Staged | undefined, index: number): number | undefined {
  for (let before = index - 1; before >= 0; before--) {
    if (!marker?.steps[before]?.optional) {
      return before;
    }
  }
  return undefined;
}
