import type { z } from 'zod';

/** Most steps a funnel may have. */
export const MOST_FUNNEL_STEPS = 30;

/** What of a funnel must fit together. */
interface Funnel {
  steps: ReadonlyArray<{ optional?: boolean | undefined; anchored?: boolean | undefined }>;
  order: 'ordered' | 'strict' | 'any';
  exclusions: ReadonlyArray<{ fromStep?: number | undefined; toStep?: number | undefined }>;
  attribution: 'first' | 'last' | 'all' | number;
  fromStep?: number | undefined;
  toStep?: number | undefined;
  reason?: string | undefined;
  detail?: string | undefined;
}

/** Names what of a funnel does not fit together, each with the field it is about. */
export function checkFunnel(funnel: Funnel, ctx: z.RefinementCtx): void {
  const issue = (path: Array<string | number>, message: string) => ctx.addIssue({ code: 'custom', path, message });
  const { steps, order, exclusions, attribution } = funnel;
  const last = steps.length;
  steps.forEach(({ optional, anchored }, index) => {
    if (optional && (index === 0 || index === last - 1)) {
      issue(['steps', index, 'optional'], 'cannot be: a funnel begins with its first step and ends with its last');
    } else if (optional && order === 'any') {
      issue(['steps', index, 'optional'], 'goes with the orders ordered and strict, not with any');
    }
    if (anchored && order !== 'any') {
      issue(['steps', index, 'anchored'], 'goes with the order any only: in the others every step keeps its place');
    }
  });
  const checkStretch = (path: Array<string | number>, from: number | undefined, to: number | undefined) => {
    if (to !== undefined && to > last) {
      issue([...path, 'toStep'], `is ${to}, but the funnel has ${last} steps`);
    } else if ((from ?? 1) >= (to ?? last)) {
      issue([...path, 'fromStep'], `is ${from ?? 1}; it must be before toStep, which is ${to ?? last}`);
    }
  };
  exclusions.forEach(({ fromStep, toStep }, index) => checkStretch(['exclusions', index], fromStep, toStep));
  checkStretch([], funnel.fromStep, funnel.toStep);
  if (funnel.detail !== undefined && funnel.reason === undefined) {
    issue(['detail'], 'goes with a reason only: it is the detail of one');
  }
  if (typeof attribution === 'number' && attribution > last) {
    issue(['attribution'], `is step ${attribution}, but the funnel has ${last} steps`);
  }
}
