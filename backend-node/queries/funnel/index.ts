import { ApitrailError, parseDuration, type FunnelQuery, type FunnelView } from '@apitrail/contract';

import type { QueryHandler } from '../handler';
import { noticeWithoutUnit } from '../shared/unit-notices';
import { attemptsOf } from './attempts';
import { stepNames } from './fields';
import { stagesOf } from './stages';
import { correlationView } from './views/correlation';
import { reasonsView } from './views/reasons';
import { stepsView } from './views/steps';
import { timesView } from './views/times';
import { trendView } from './views/trend';
import { unitsView } from './views/units';
import type { FunnelViewOf } from './views/view';

const VIEWS: Record<FunnelView, FunnelViewOf> = {
  steps: stepsView,
  trend: trendView,
  times: timesView,
  reasons: reasonsView,
  units: unitsView,
  correlation: correlationView,
};

/** How far units get through steps, and what became of them. */
export const funnel: QueryHandler<'funnel'> = {
  async run(query, context) {
    const view = VIEWS[query.format === 'numeric' ? 'steps' : query.view];
    checkStep(query);
    const attempts = await attemptsOf(query, context);
    const own = { context, attempts };
    // A list of units is compared with nothing, and neither is what goes with converting.
    const earlier = view === unitsView || view === correlationView ? undefined : context.earlier;
    const before = earlier && { context: earlier, attempts: await attemptsOf(query, earlier, attempts.segments) };
    const answer = await view({ query, own, earlier: before });
    const rowsWithoutUnit = answer.withoutUnit ?? (await attempts.withoutUnit());
    noticeWithoutUnit(context, query, rowsWithoutUnit);
    return {
      frames: answer.frames,
      ...(answer.earlierFrames ? { earlierFrames: answer.earlierFrames } : {}),
      marker: {
        ...markerOf(query),
        ...(query.breakdown === undefined ? {} : { segments: attempts.segments }),
        rowsWithoutUnit,
        ...answer.marker,
      },
    };
  },
};

function checkStep({ step, steps }: FunnelQuery): void {
  if (step !== undefined && step > steps.length) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      `step: the funnel has ${steps.length} steps, there is no step ${step}.`,
      { where: 'step' }
    );
  }
}

function markerOf(query: FunnelQuery): Record<string, unknown> {
  const { view, unit, identity, order, reentry, counting, successOnly, exclusions, holdConstant, filters } = query;
  const { breakdown, attribution } = query;
  return {
    ...{ view, unit, identity, window: parseDuration(query.window), order, reentry, counting, successOnly },
    steps: markedSteps(query),
    ...(exclusions.length > 0 ? { exclusions } : {}),
    ...(holdConstant.length > 0 ? { holdConstant } : {}),
    ...(breakdown === undefined ? {} : { breakdown, attribution }),
    filters,
  };
}

/** Steps as their rows in the frame: one that comes n-th of several in any order is whichever of them it was. */
function markedSteps(query: FunnelQuery) {
  const { steps } = query;
  const titles = stepNames(query);
  return stagesOf(query).flatMap((stage) =>
    stage.map((index) =>
      stage.length === 1
        ? steps[index]!
        : { name: titles[index]!, filters: [{ any: stage.map((one) => ({ all: steps[one]!.filters })) }] }
    )
  );
}
