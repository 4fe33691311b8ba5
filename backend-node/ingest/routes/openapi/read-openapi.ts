import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';

import type { DeclaredRoute } from '../declared/declared-route';
import { warnOfSameShape } from './ambiguity';
import { serverBasePaths, swaggerBasePath } from './base-paths';
import { readPathItem, type PathItemContext } from './path-item';
import { below, isObject, kindOf, Problems, type Located } from './problems';
import { BadReference, References } from './references';
import { RouteCollector } from './route-collector';
import { joinPath } from './template';

/** What Apitrail takes from an OpenAPI document. */
export interface OpenApiDocument {
  /** `OpenAPI 3.1.0`, `Swagger 2.0`. */
  spec: string;
  title: string;
  /** `info.version`, as it is. */
  infoVersion: string | null;
  /** The files it consists of, the document itself first. */
  files: string[];
  /** Paths it is served under. */
  basePaths: string[];
  routes: DeclaredRoute[];
  /** What is odd in it, with line and column. */
  warnings: string[];
  /** SHA-256 of its files and of what was made of them. */
  hash: string;
}

export interface ReadOpenApiOptions {
  /** Goes before the base paths of the document. */
  basePaths?: readonly string[];
}

/**
 * Reads the paths of an OpenAPI 3.x or Swagger 2 document, YAML or JSON. Only what routes need is looked at, so that a
 * fault elsewhere in the document costs nothing. Throws APITRAIL_BAD_OPENAPI with file, line, column and JSON pointer.
 */
export async function readOpenApi(path: string, options: ReadOpenApiOptions = {}): Promise<OpenApiDocument> {
  const references = await References.open(path);
  const problems = new Problems();
  const root: Located = { file: references.root, pointer: [], value: references.root.value };
  const spec = specOf(root, problems);
  problems.throwIfAny();
  const base = options.basePaths?.map((text) => joinPath(text));
  const documents = spec.startsWith('Swagger') ? swaggerBasePath(root, problems) : serverBasePaths(root, problems);
  const basePaths = base ?? documents ?? ['/'];
  const collector = new RouteCollector(problems);
  const context: PathItemContext = { references, problems, collector, basePaths, fixed: base !== undefined };
  await readPaths(root, context);
  problems.throwIfAny();
  const routes = collector.routes();
  if (routes.length === 0) {
    problems.fault(below(root, 'paths'), 'the document has no path with a method, so it declares no route', 'key');
    problems.throwIfAny();
  }
  warnOfSameShape(routes, problems.warnings);
  const { title, infoVersion } = infoOf(root, path, problems);
  const files = references.read;
  return {
    spec,
    title,
    infoVersion,
    files: files.map((file) => file.path),
    basePaths: [...basePaths],
    routes,
    warnings: problems.warnings,
    hash: hashOf(
      files.map(({ text }) => text),
      routes
    ),
  };
}

function specOf(root: Located, problems: Problems): string {
  const { value } = root;
  if (!isObject(value)) {
    problems.fault(root, `an OpenAPI document is a map that begins with openapi: 3.1.0, this is ${kindOf(value)}`);
    return '';
  }
  if (typeof value.openapi === 'string' && /^3\.\d+/.test(value.openapi)) {
    return `OpenAPI ${value.openapi}`;
  }
  if (String(value.swagger) === '2' || String(value.swagger) === '2.0') {
    return 'Swagger 2.0';
  }
  const other = below(root, value.openapi === undefined ? 'swagger' : 'openapi');
  if (other.value !== undefined) {
    problems.fault(other, `OpenAPI 3.x and Swagger 2.0 are read, not ${JSON.stringify(other.value)}`);
  } else {
    problems.fault(root, `${strangerOf(value)}; an OpenAPI document says openapi: 3.1.0 or swagger: "2.0"`);
  }
  return '';
}

/** What a document is that is none of OpenAPI. */
function strangerOf(value: Record<string, unknown>): string {
  if ('asyncapi' in value) {
    return 'this is an AsyncAPI document, which has no routes';
  }
  if ('swaggerVersion' in value) {
    return 'this is a Swagger 1 document: convert it, for example with the package api-spec-converter';
  }
  if (isObject(value.info) && '_postman_id' in value.info) {
    return 'this is a Postman collection: export it as OpenAPI';
  }
  return 'it does not say which OpenAPI it is';
}

async function readPaths(root: Located, context: PathItemContext): Promise<void> {
  const { problems, references } = context;
  let paths = below(root, 'paths');
  try {
    paths = await references.resolve(paths);
  } catch (error) {
    if (!(error instanceof BadReference)) {
      throw error;
    }
    problems.fault(paths, error.message);
    return;
  }
  if (!isObject(paths.value)) {
    const why = paths.value === undefined ? 'it has no paths' : `paths is a map, here it is ${kindOf(paths.value)}`;
    problems.fault(paths, `${why}; a route is read from each, as in paths: { /users/{id}: { get: … } }`, 'key');
    return;
  }
  for (const path of Object.keys(paths.value)) {
    if (!path.startsWith('x-')) {
      await readPathItem(path, below(paths, path), context);
    }
  }
}

function infoOf(root: Located, path: string, problems: Problems): Pick<OpenApiDocument, 'title' | 'infoVersion'> {
  const title = below(root, 'info', 'title').value;
  const version = below(root, 'info', 'version').value;
  const named = typeof title === 'string' && title.trim() !== '';
  if (!named) {
    problems.warn(below(root, 'info'), 'the document has no info.title; the name of the file is taken', 'key');
  }
  return {
    title: named ? title.trim().slice(0, 200) : basename(path, extname(path)),
    infoVersion: version === undefined || version === null ? null : String(version).slice(0, 100),
  };
}

/** The same document is the same wherever it lies, so where routes stand is left out. */
function hashOf(texts: readonly string[], routes: readonly DeclaredRoute[]): string {
  const hash = createHash('sha256');
  const made = JSON.stringify(routes.map(({ where: _, ...route }) => route));
  for (const text of [...texts, made]) {
    hash.update(`${Buffer.byteLength(text)}\n`).update(text);
  }
  return hash.digest('hex');
}
