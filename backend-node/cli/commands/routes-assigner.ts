import type { Settings } from '../../config/settings';
import type { RouteAssigner } from '../../ingest/routes';
import type { Lake } from '../../lake/lake';
import { stateDirectory } from '../../lake/layout';

/**
 * Gives what makes assigners of routes: the rules of the configuration, the documents of the lake and, where there is a
 * lake, what the classifier has learned by its last commit.
 */
export async function assignerFactory(settings: Settings, lake: Lake | undefined): Promise<() => RouteAssigner> {
  const { DocumentCatalog, RouteAssigner: Assigner } = await import('../../ingest/routes');
  const { readRouteState } = await import('../../ingest/import/route-state');
  const documents = await new DocumentCatalog(stateDirectory(settings.lake)).current();
  const state = lake && (await readRouteState(settings.lake, lake));
  const { rules } = settings.routes;
  return () => Assigner.create({ rules, documents, ...(state === undefined ? {} : { state }) });
}
