import type { Frame, FunnelQuery } from '@apitrail/contract';

import type { HandlerContext } from '../../handler';
import type { Attempts } from '../attempts';

/** The attempts of one range, and what more can be asked of it. */
export interface FunnelRun {
  context: HandlerContext;
  attempts: Attempts;
}

/** What a view of a funnel is made of. */
export interface ViewRequest {
  query: FunnelQuery;
  own: FunnelRun;
  /** With `timeShift`: the earlier time, with the segments of the asked one. */
  earlier?: FunnelRun | undefined;
}

/** What a view answers with. */
export interface ViewAnswer {
  frames: Frame[];
  /** Frames of the earlier time itself, as an `Answer` has them. */
  earlierFrames?: Frame[];
  /** What the marker says beyond what that of every view does. */
  marker?: Record<string, unknown>;
  /** The share of rows without a unit, of a view that has learned it on the way. */
  withoutUnit?: number;
}

/** A way to look at what units went through. */
export type FunnelViewOf = (request: ViewRequest) => Promise<ViewAnswer>;
