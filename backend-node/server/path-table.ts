/** An address that a listener knows. */
export interface FoundPath {
  /** The path as it was declared, with its `:names`. */
  path: string;
  /** What stands in the address in the place of the names, decoded. */
  params: Record<string, string>;
}

/**
 * Finds which of the declared paths an address is of. A `:name` stands for anything without a slash, but at the beginning
 * of an address for nothing that begins with an underscore, as Elasticsearch’s own addresses do; an exact path wins over
 * one with names, and of those the first that was declared.
 */
export class PathTable {
  private readonly exact = new Set<string>();
  private readonly patterns: Array<{ path: string; pattern: RegExp; names: string[] }> = [];

  constructor(paths: Iterable<string>) {
    for (const path of new Set(paths)) {
      const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
      if (names.length === 0) {
        this.exact.add(path);
      } else {
        const source = path
          .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
          .replace(/^\/:\w+/, '/([^_/][^/]*)')
          .replace(/:\w+/g, '([^/]+)');
        this.patterns.push({ path, pattern: new RegExp(`^${source}$`), names });
      }
    }
  }

  /** The path an address without its query string is of; undefined for one that is not known or not well encoded. */
  find(address: string): FoundPath | undefined {
    if (this.exact.has(address)) {
      return { path: address, params: {} };
    }
    for (const { path, pattern, names } of this.patterns) {
      const match = pattern.exec(address);
      if (match) {
        try {
          return {
            path,
            params: Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(match[i + 1]!)])),
          };
        } catch {
          return undefined;
        }
      }
    }
    return undefined;
  }
}
