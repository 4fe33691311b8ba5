import type { FunnelQuery } from '@apitrail/contract';

import type { Sql } from '../../../engine/sql';
import type { FunnelRun } from '../views/view';
import { blamedOf, happeningRows } from './blamed';
import { classified } from './classified';
import { eventsOf, numberedHappenings } from './events';
import { readFates, type Fates } from './fates';
import { gapsOf, reasonSteps } from './gaps';
import { happeningsOf } from './happenings';
import { routesOf } from './routes';

/** Why the attempts of one range did not get further. */
export interface Reasons {
  /**
   * A relation, one row per attempt that did not get to a step and got to the one before: `unit`, `attempt`, `segment`, `place`, `weight`, `step` (that
   * was not reached, from 1), `reason`, `kind` and `happening` (null of `pending`, `excluded` and `silent`).
   */
  relation: Sql;
  /** A relation of what happened: `happening`, `route_number` and `HAPPENING_KEYS`. */
  happenings: Sql;
  /** A relation of the routes: see `routesOf`. */
  routes: Sql;
  /** A relation of what lies between steps: see `gapsOf`. */
  gaps: Sql;
  /** A relation of what was met there: see `eventsOf`. */
  events: Sql;
  /** By step and place: see `fateKey`. */
  fates: ReadonlyMap<string, Fates>;
}

/**
 * Why attempts did not get to a step after they had got to the one before, of each step that cannot be left out, or only of `step`. Errors elsewhere and
 * slow requests are reasons only when they go with not getting there.
 */
export async function reasonsOf(query: FunnelQuery, run: FunnelRun, step?: number): Promise<Reasons> {
  const { context } = run;
  const gaps = await context.keepResult(gapsOf(query, run.attempts, reasonSteps(query, step)));
  const fates = await readFates(context, gaps);
  const routes = await context.keepResult(await routesOf(query, run));
  const met = await context.keepResult(happeningsOf(query, run, gaps, routes));
  const happenings = await context.keepResult(numberedHappenings(met, routes));
  const events = await context.keepResult(eventsOf(met, happenings));
  const blamed = happeningRows(context, await blamedOf(context, fates, { gaps, events }));
  const relation = await context.keepResult(classified(gaps, events, blamed));
  return { relation, happenings, routes, gaps, events, fates };
}
