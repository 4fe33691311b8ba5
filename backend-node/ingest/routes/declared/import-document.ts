import { basename } from 'node:path';

import { groupByShape } from '../openapi/ambiguity';
import { readOpenApi } from '../openapi';
import { DocumentCatalog, ofDocument, type NewVersion } from './catalog';
import type { DeclaredDocument, DeclaredRoute } from './declared-route';
import { diffRoutes, type RouteDiff } from './diff';

export interface ImportDocumentOptions {
  /** The OpenAPI document. */
  path: string;
  /** Apitrail's folder in the lake. */
  stateDirectory: string;
  /** Service whose requests it is for; those of all services unless given. */
  service?: string;
  /** What the document is called; its title unless given. A document of the same name is another version of it. */
  name?: string;
  basePaths?: readonly string[];
  /** Only looks what would happen. */
  dryRun?: boolean;
}

export interface ImportedDocument extends NewVersion {
  /** The version it is, or would be. */
  version: number;
  /** False when the same document counts already, or nothing was to be done. */
  added: boolean;
  routes: readonly DeclaredRoute[];
  operations: number;
  warnings: string[];
  /** Against the version that counted before; undefined for the first. */
  diff: (RouteDiff & { version: number }) | undefined;
}

/** Reads an OpenAPI document and makes it count in a lake. Throws APITRAIL_BAD_OPENAPI when it is not valid. */
export async function importDocument(options: ImportDocumentOptions): Promise<ImportedDocument> {
  const { path, stateDirectory, service = null, basePaths, dryRun } = options;
  const document = await readOpenApi(path, basePaths ? { basePaths } : {});
  const catalog = new DocumentCatalog(stateDirectory);
  const versions = await catalog.versions();
  const name = options.name ?? document.title;
  const mine = ofDocument(versions, service, name);
  const before = mine.find(({ state }) => state === 'current');
  const file = basename(path);
  const routes = document.routes.map((route) => ({ ...route, where: route.where.replace(path, file) }));
  const { hash, spec, title, infoVersion, basePaths: base_paths } = document;
  const entry: NewVersion = { service, name, hash, file, spec, title, info_version: infoVersion, base_paths };
  const others = (await catalog.current()).filter(
    (other) =>
      !(other.service === service && other.name === name) &&
      (other.service === service || other.service === null || service === null)
  );
  const next = Math.max(0, ...mine.map(({ version }) => version)) + 1;
  const { added, version } = dryRun
    ? { added: false, version: before?.hash === hash ? before.version : next }
    : await catalog.add(entry, routes);
  return {
    ...entry,
    version,
    added,
    routes,
    operations: routes.reduce((sum, { methods }) => sum + Object.keys(methods).length, 0),
    warnings: [...document.warnings, ...warningsOfOthers(routes, others)],
    diff:
      before === undefined
        ? undefined
        : { version: before.version, ...diffRoutes(await catalog.routesOf(before), routes) },
  };
}

/** Routes that another document declares by other names: which of the two is given depends on the order of import. */
function warningsOfOthers(routes: readonly DeclaredRoute[], others: readonly DeclaredDocument[]): string[] {
  const shapes = groupByShape(routes);
  return others.flatMap(({ name, routes: declared }) => {
    const pairs = [...groupByShape(declared)].flatMap(([shape, [theirs]]) => {
      const [mine] = shapes.get(shape) ?? [];
      return mine && theirs && mine.template !== theirs.template ? [`${mine.template} and ${theirs.template}`] : [];
    });
    const rest = pairs.length > 1 ? ` and ${pairs.length - 1} more` : '';
    const [first] = pairs;
    return first === undefined
      ? []
      : [`The document ${JSON.stringify(name)} has the same routes by other names: ${first}${rest}.`];
  });
}
