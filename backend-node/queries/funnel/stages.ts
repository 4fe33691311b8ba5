import type { FunnelQuery, FunnelStep } from '@apitrail/contract';

/** What of a query the stages depend on. */
interface StagedQuery {
  order: FunnelQuery['order'];
  steps: ReadonlyArray<Pick<FunnelStep, 'anchored'>>;
}

/**
 * The steps, counted from 0, in stages that are gone through in order; those of one stage come in any order. In the order
 * `any` what lies between anchored steps is a stage, else every step is one.
 */
export function stagesOf({ order, steps }: StagedQuery): number[][] {
  const stages: number[][] = [];
  let open: number[] | undefined;
  steps.forEach(({ anchored }, index) => {
    const alone = order !== 'any' || anchored === true;
    if (alone || open === undefined) {
      stages.push([index]);
      open = alone ? undefined : stages.at(-1);
    } else {
      open.push(index);
    }
  });
  return stages;
}
