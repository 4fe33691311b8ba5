import { type DataFrame } from '@grafana/data';
import { type FunnelMarker } from '@apitrail/contract';

import { frameMarker } from '../../../components/find-field';
import { unitNameOf } from '../unit-name';

/** A page of the attempts of a funnel. */
export interface AttemptsModel {
  frame: DataFrame;
  marker?: FunnelMarker;
  unitName: string;
  /** How many attempts there are in all. */
  total: number;
}

/** Reads a list of attempts. */
export function readAttempts(frame: DataFrame): AttemptsModel {
  const marker = frameMarker<FunnelMarker>(frame, 'funnel');
  return {
    frame,
    marker,
    unitName: marker ? unitNameOf(marker) : 'units',
    total: marker?.total ?? frame.length,
  };
}
