import { type FunnelMarker } from '@apitrail/contract';

import { type DrillQuery } from '../../components/drill-down';

/** The question a funnel answers, without its view, to be asked again in another. Its filters are those of the frame. */
export function funnelQuestion(marker: FunnelMarker): DrillQuery {
  const { unit, identity, window, order, reentry, counting, successOnly, steps, exclusions, holdConstant } = marker;
  return {
    queryType: 'funnel',
    filters: [],
    ...{
      steps,
      window: `${window}ms`,
      unit,
      identity,
      order,
      reentry,
      counting,
      successOnly,
      exclusions,
      holdConstant,
    },
  };
}
