import { ApitrailError } from '@apitrail/contract';

import type { DocumentCatalog, KnownVersion } from '../../ingest/routes/declared/catalog';
import { isEmptyDiff, type RouteDiff } from '../../ingest/routes/declared/diff';

/** Lines of each kind that are shown; the JSON has all. */
const SHOWN = 20;

/** The difference of two versions for people, one line a route. */
export function diffLines(diff: RouteDiff): string[] {
  if (isEmptyDiff(diff)) {
    return ['  the same routes'];
  }
  const of = <T>(list: readonly T[], line: (entry: T) => string): string[] => [
    ...list.slice(0, SHOWN).map((entry) => `  ${line(entry)}`),
    ...(list.length > SHOWN ? [`    … ${list.length - SHOWN} more`] : []),
  ];
  return [
    ...of(diff.added, (route) => `+ ${route}`),
    ...of(diff.removed, (route) => `- ${route}`),
    ...of(diff.renamed, ({ from, to }) => `~ ${from} is ${to} now`),
    ...of(diff.changed, ({ route, what }) => `~ ${route}: ${what.join('; ')}`),
  ];
}

/**
 * The versions of the one document that a person means. Without a service, a name that only one service has is enough.
 * Throws APITRAIL_USAGE that lists those there are.
 */
export async function versionsOfOne(
  catalog: DocumentCatalog,
  name: string | undefined,
  service: string | undefined
): Promise<KnownVersion[]> {
  const all = await catalog.versions();
  const fitting = all.filter(
    (version) => (name === undefined || version.name === name) && (service === undefined || version.service === service)
  );
  const documents = new Set(fitting.map(documentText));
  if (documents.size === 1) {
    return fitting;
  }
  const there = [...new Set(all.map(documentText))].join(', ');
  const asked = `${name === undefined ? 'document' : JSON.stringify(name)}${service === undefined ? '' : ` of service ${service}`}`;
  const message =
    documents.size > 1
      ? `There are several: ${[...documents].join(', ')}. Name one, with --service where two have the same name.`
      : all.length === 0
        ? 'No OpenAPI document was imported yet. Import one with: apitrail routes import openapi.yaml'
        : `There is no ${asked}. There are: ${there}.`;
  throw new ApitrailError('APITRAIL_USAGE', message, { where: name ?? '<name>' });
}

/** `"Shop" (service mail)`. */
export function documentText({ name, service }: { name: string; service: string | null }): string {
  return `${JSON.stringify(name)}${service === null ? '' : ` (service ${service})`}`;
}
