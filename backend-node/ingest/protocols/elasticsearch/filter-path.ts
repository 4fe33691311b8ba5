/** More paths than clients have; each is held against each name of an answer. */
const MOST_PATHS = 20;

type Path = readonly string[];

/**
 * What `filter_path` leaves of an answer: paths with `*` for any name and `**` for any way, and with `-` before them those
 * that are left out. What is left out is so first, as in Elasticsearch.
 */
export function filterPath(body: object, filter: string): object {
  const paths = filter.split(',').map((path) => path.trim());
  if (paths.includes('') || paths.length > MOST_PATHS) {
    return body;
  }
  const cut = (names: readonly string[]): Path[] => names.map((path) => path.split('.'));
  const wanted = cut(paths.filter((path) => !path.startsWith('-')));
  const unwanted = cut(paths.filter((path) => path.startsWith('-')).map((path) => path.slice(1)));
  const rest = unwanted.length > 0 ? without(body, unwanted) : body;
  return wanted.length > 0 ? ((kept(rest, wanted) as object | undefined) ?? {}) : (rest as object);
}

function kept(value: unknown, paths: readonly Path[]): unknown {
  if (isEnd(paths)) {
    return value;
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => kept(item, paths)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const fields = Object.entries(value).flatMap(([name, inner]): Array<[string, unknown]> => {
    const further = beyond(paths, name);
    const rest = further.length > 0 ? kept(inner, further) : undefined;
    return rest === undefined ? [] : [[name, rest]];
  });
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}

/** Items of lists keep their places: clients tell by them which action is meant. */
function without(value: unknown, paths: readonly Path[]): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => without(item, paths));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]): Array<[string, unknown]> => {
      const further = beyond(paths, name);
      return isEnd(further) ? [] : [[name, further.length > 0 ? without(inner, further) : inner]];
    })
  );
}

const isEnd = (paths: readonly Path[]): boolean => paths.some((path) => path.length === 0);

/** What is left of the paths behind a name; none of those that do not go through it. */
function beyond(paths: readonly Path[], name: string): Path[] {
  return paths.flatMap((path) => {
    const [head = '', ...tail] = path;
    return head === '**'
      ? [path, ...(fits(tail[0] ?? '', name) ? [tail.slice(1)] : [])]
      : fits(head, name)
        ? [tail]
        : [];
  });
}

function fits(pattern: string, name: string): boolean {
  return pattern === '*' || pattern === name || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)));
}
