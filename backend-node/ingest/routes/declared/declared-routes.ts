import { tellsApart } from '../path-class';
import type { DeclaredDocument, DeclaredRoute } from './declared-route';
import { isUnlike, RouteTree, splitTemplate, type Match } from './route-tree';

/** A declared route, with the document that declares it. */
export interface DocumentRoute extends DeclaredRoute {
  document: DeclaredDocument;
}

const MAX_CACHED = 50_000;
/** Longer paths are looked up each time. */
const MAX_CACHED_LENGTH = 512;

/**
 * The routes of imported OpenAPI documents, ready to be asked: those for the service of a request first, then those for
 * all services; of several documents, all that count are one, in the order in which they are given.
 */
export class DeclaredRoutes {
  /** Whether two paths that are one to the classifier may be told apart by what is declared. */
  readonly tellApart: boolean;
  private readonly trees = new Map<string | null, RouteTree<DocumentRoute>>();
  private readonly cache = new Map<string, string | null>();

  constructor(readonly documents: readonly DeclaredDocument[]) {
    for (const service of new Set(documents.map((document) => document.service))) {
      const routes = documents
        .filter((document) => document.service === service)
        .flatMap((document) => document.routes.map((route): DocumentRoute => ({ ...route, document })));
      this.trees.set(service, new RouteTree(routes));
    }
    this.tellApart = documents.some(({ routes }) => routes.some(routeTellsApart));
  }

  /**
   * The template of a request, or null when no document has one. A 404 or 405 for a value of another kind than declared
   * (`/orders/wp-login.php`) has none: nothing there answered.
   */
  find(service: string | null, method: string | null, path: string, status: number | null): string | null {
    if (this.trees.size === 0) {
      return null;
    }
    const absent = status === 404 || status === 405;
    const key = `${service ?? ''}\n${method ?? ''}\n${absent ? '-' : '+'}${path}`;
    let route = this.cache.get(key);
    if (route === undefined) {
      const best = this.matches(service, method, path)[0];
      route = best === undefined || (absent && isUnlike(best.rank)) ? null : best.route.template;
      if (this.cache.size >= MAX_CACHED) {
        this.cache.clear();
      }
      if (key.length <= MAX_CACHED_LENGTH) {
        this.cache.set(key, route);
      }
    }
    return route;
  }

  /** All declared routes that fit a request, best first. */
  matches(service: string | null, method: string | null, path: string): Array<Match<DocumentRoute>> {
    const own = service === null ? [] : (this.trees.get(service)?.matches(method, path) ?? []);
    const general = this.trees.get(null)?.matches(method, path) ?? [];
    return [...own, ...general];
  }
}

function routeTellsApart({ template, parameters = {} }: DeclaredRoute): boolean {
  const hints = Object.values(parameters);
  // Behind a parameter with slashes text stands deeper than in the template.
  const isDeep = hints.some(({ slashes }) => slashes);
  return (
    hints.some(
      // Some hexadecimal ids are numbers (`12e4567890`).
      ({ pattern, type, enum: values }) =>
        pattern !== undefined || type === 'number' || values?.some((value) => tellsApart(value, Infinity))
    ) || splitTemplate(template).some((segment, depth) => tellsApart(segment, isDeep ? Infinity : depth))
  );
}
