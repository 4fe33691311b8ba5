/** `steps[1].filters[0].key`; names that are no identifiers are quoted: `["a b"]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') {
      return `${text}[${part}]`;
    }
    const name = String(part);
    if (!/^[\w$-]+$/.test(name)) {
      return `${text}[${shown(name)}]`;
    }
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

const MOST_SHOWN = 80;

/** A value as an error message shows it: as JSON, cut to a readable length; of lists and objects only what they are. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? '[]' : 'a list';
  }
  if (value !== null && typeof value === 'object') {
    return 'an object';
  }
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN).toWellFormed()}…`;
}

/** What lies at a path of a JSON value; undefined where there is nothing. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      inner !== null && typeof inner === 'object' && Object.hasOwn(inner, part)
        ? (inner as Record<PropertyKey, unknown>)[part]
        : undefined,
    value
  );
}
