import { isObject, kindOf, below, type Located, type Problems } from './problems';
import { joinPath } from './template';

/** Base paths that the variables of one document's servers may make. */
const MAX_BASE_PATHS = 64;

/** The base path of a Swagger 2 document. */
export function swaggerBasePath(document: Located, problems: Problems): string[] {
  const at = below(document, 'basePath');
  if (at.value === undefined) {
    return ['/'];
  }
  if (typeof at.value !== 'string') {
    problems.fault(at, `basePath is a text such as /v1, here it is ${kindOf(at.value)}`);
    return ['/'];
  }
  return [joinPath(at.value)];
}

/**
 * The paths of the `servers` of a document, a path or an operation, each once. A variable stands for each of its `enum`,
 * else for its default, else it stays a parameter. Undefined when there are no servers, which then are those above.
 */
export function serverBasePaths(holder: Located, problems: Problems): string[] | undefined {
  const servers = below(holder, 'servers');
  if (servers.value === undefined || (Array.isArray(servers.value) && servers.value.length === 0)) {
    return undefined;
  }
  if (!Array.isArray(servers.value)) {
    problems.fault(servers, `servers is a list, here it is ${kindOf(servers.value)}`);
    return undefined;
  }
  const paths = new Set<string>();
  for (const index of servers.value.keys()) {
    const url = below(servers, index, 'url');
    if (typeof url.value !== 'string') {
      problems.fault(url, `a server has a url, here there is ${kindOf(url.value)}`);
      continue;
    }
    for (const path of expand(pathOf(url.value), below(servers, index, 'variables'))) {
      if (paths.size >= MAX_BASE_PATHS) {
        problems.warn(servers, `the servers make more than ${MAX_BASE_PATHS} base paths; the rest is left out`);
        return [...paths];
      }
      paths.add(path);
    }
  }
  return paths.size > 0 ? [...paths] : undefined;
}

/** The path of a server's URL: what follows scheme and host, without query and fragment. */
function pathOf(url: string): string {
  const text = url.trim().replace(/[?#].*$/s, '');
  const origin = /^(?:[a-z][a-z0-9+.-]*:|\{[^{}]*\}:)?\/\/[^/]*/i.exec(text);
  return origin ? text.slice(origin[0].length) : text;
}

function expand(path: string, variables: Located): string[] {
  let paths = [path];
  for (const name of new Set([...path.matchAll(/\{([^{}]+)\}/g)].map(([, found]) => found as string))) {
    const values = valuesOf(below(variables, name).value);
    if (values.length > 0) {
      paths = paths.flatMap((text) => values.map((value) => text.replaceAll(`{${name}}`, value)));
    }
    paths = paths.slice(0, MAX_BASE_PATHS + 1);
  }
  return paths.map((text) => joinPath(pathOf(text)));
}

function valuesOf(variable: unknown): string[] {
  if (!isObject(variable)) {
    return [];
  }
  const text = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';
  const among = Array.isArray(variable.enum) ? variable.enum.filter(text) : [];
  return (among.length > 0 ? among : [variable.default].filter(text)).map(String);
}
