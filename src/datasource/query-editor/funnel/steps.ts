import { MOST_FUNNEL_STEPS } from '@apitrail/contract';

import type { ApitrailQueryOf } from '../../types';
import { filtersOf, joinFilters, nameOfRoutes, splitFilters, type StepRoute } from './routes';

export type Step = ApitrailQueryOf<'funnel'>['steps'][number];

/** A step that has been given no request yet. */
export function newStep(index: number): Step {
  return { name: `Step ${index + 1}`, filters: [] };
}

/** A step of one endpoint, named by it. */
export function stepOf(route: StepRoute): Step {
  return withRoutes({ name: '', filters: [] }, [route]);
}

/** Whether the step says which requests it is. */
export function isPicked(step: Step): boolean {
  return filtersOf(step.filters).length > 0;
}

/** Endpoints that the step names. */
export function routesOf(step: Step): StepRoute[] {
  return splitFilters(filtersOf(step.filters)).routes;
}

/** The step with other endpoints; its name goes with them unless a person has given it one. */
export function withRoutes(step: Step, routes: StepRoute[]): Step {
  const { routes: before, rest } = splitFilters(filtersOf(step.filters));
  const named = !/^(Step \d+)?$/.test(step.name) && step.name !== nameOfRoutes(before);
  return {
    ...step,
    name: named || routes.length === 0 ? step.name : nameOfRoutes(routes),
    filters: joinFilters({ routes, rest }),
  };
}

/** The steps with one put at a place; steps there that say nothing yet make room for it. */
export function inserted(steps: readonly Step[], at: number, step: Step): Step[] {
  const blank = [at, at - 1].find((index) => steps[index] !== undefined && !isPicked(steps[index]));
  return blank === undefined
    ? [...steps.slice(0, at), step, ...steps.slice(at)]
    : steps.map((old, index) => (index === blank ? step : old));
}

/** How many of the first steps say which requests they are. */
export function pickedSteps(steps: readonly Step[]): number {
  const first = steps.findIndex((step) => !isPicked(step));
  return first < 0 ? steps.length : first;
}

export function isFull(steps: readonly Step[]): boolean {
  return steps.length >= MOST_FUNNEL_STEPS && steps.every(isPicked);
}
