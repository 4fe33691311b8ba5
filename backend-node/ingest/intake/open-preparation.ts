import { parseDuration } from '@apitrail/contract';
import type { Logger } from 'pino';

import type { Settings } from '../../config/settings';
import type { Lake } from '../../lake/lake';
import { parseIngestState, type IngestState } from '../flush/ingest-state';
import { readRouteState } from '../import/route-state';
import { createPseudonymiser, needsPseudonyms } from '../privacy';
import type { CatalogWatch } from '../routes';
import { RowPreparation, type RowPolicy } from '../rows/row-preparation';
import type { StateFiles } from '../rows/state-files';

/** The state as of the last commit; before the first, what imports have learned of routes. */
export async function loadState(
  states: StateFiles,
  committed: number,
  lake: Lake,
  log: Pick<Logger, 'warn'>
): Promise<IngestState> {
  const text = committed === 0 ? undefined : await states.read(committed);
  await states.keepOnly([committed]);
  if (text !== undefined) {
    return parseIngestState(text, states.path(committed));
  }
  if (committed > 0) {
    log.warn({ file: states.path(committed) }, 'the state of ingest is missing: sessions that go on begin anew');
  }
  return { sessions: null, routes: (await readRouteState(lake.directory, lake)) ?? null };
}

/** What rows are prepared with: the policy, the sessions and the routes, as they were left. */
export async function makePreparation(
  {
    settings,
    policy,
    catalog,
  }: {
    settings: Pick<Settings, 'lake' | 'privacy' | 'sessions' | 'routes'>;
    policy: RowPolicy | undefined;
    catalog: CatalogWatch;
  },
  state: IngestState
): Promise<RowPreparation> {
  const { lake, privacy, sessions, routes } = settings;
  const needed = sessions.derive || needsPseudonyms(privacy);
  return new RowPreparation({
    privacy,
    pseudonymiser: needed ? await createPseudonymiser(privacy, { lake }) : undefined,
    sessionGapUs: sessions.derive ? parseDuration(sessions.gap) * 1000 : undefined,
    rules: routes.rules,
    documents: await catalog.read(),
    ...state,
    ...(policy ? { policy } : {}),
  });
}
