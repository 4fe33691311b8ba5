import { type FunnelMarker } from '@apitrail/contract';

/** Whether two answers are about the same attempts: the same steps, units, filters and range. */
export function sameFunnel(a: FunnelMarker, b: FunnelMarker): boolean {
  return JSON.stringify(identityOf(a)) === JSON.stringify(identityOf(b));
}

/** What says which attempts there are, with defaults in the place of what is not said. */
function identityOf(marker: FunnelMarker) {
  const { dataset, from, to, unit, window, order, successOnly, steps, filters } = marker;
  return {
    ...{ dataset, from, to, unit, window, order, successOnly, filters },
    identity: marker.identity ?? 'session',
    reentry: marker.reentry ?? 'first',
    counting: marker.counting ?? 'unique',
    exclusions: marker.exclusions ?? [],
    holdConstant: marker.holdConstant ?? [],
    steps: steps.map(({ name, filters: of, optional, anchored }) => [name, of, optional ?? false, anchored ?? false]),
  };
}
