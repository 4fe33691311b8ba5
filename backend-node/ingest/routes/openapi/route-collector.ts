import {
  parameterNames,
  type DeclaredOperation,
  type DeclaredRoute,
  type ParameterHint,
} from '../declared/declared-route';
import { takesRest } from './parameters';
import type { Located, Problems } from './problems';
import { joinPath, parseTemplate } from './template';

/** Routes of one document; what has more is not the description of one API. */
const MAX_ROUTES = 50_000;

export interface FoundOperation {
  /** The key of `paths`. */
  path: string;
  at: Located;
  basePaths: readonly string[];
  method: string;
  operation: DeclaredOperation;
  hints: ReadonlyMap<string, ParameterHint>;
}

/** Gathers the operations of a document into routes: one for each template. */
export class RouteCollector {
  private readonly found = new Map<string, DeclaredRoute & { path: string }>();
  private readonly told = new Set<string>();

  constructor(private readonly problems: Problems) {}

  add({ path, at, basePaths, method, operation, hints }: FoundOperation): void {
    const { template, slashes, cut } = parseTemplate(path);
    if (cut) {
      this.warnOnce(path, at, `the path ${path} has a query or fragment, which a route cannot have; it is ${template}`);
    }
    if (/^\/\{[^{}]+\}$/.test(template) && slashes.size > 0 && basePaths.every((base) => base === '/')) {
      this.warnOnce(path, at, `the path ${path} fits every request and tells nothing; it is left out`);
      return;
    }
    for (const base of basePaths) {
      const whole = joinPath(base, template);
      const route = this.routeOf(whole, path, at);
      if (route === undefined) {
        return;
      }
      route.methods[method] ??= operation;
      for (const [name, hint] of this.hintsOf(whole, hints, slashes)) {
        route.parameters = { ...route.parameters, [name]: { ...hint, ...route.parameters?.[name] } };
      }
    }
  }

  routes(): DeclaredRoute[] {
    return [...this.found.values()].map(({ path: _, ...route }) => route);
  }

  private routeOf(template: string, path: string, at: Located): DeclaredRoute | undefined {
    let route = this.found.get(template);
    if (route === undefined) {
      if (this.found.size >= MAX_ROUTES) {
        this.warnOnce('', at, `the document has more than ${MAX_ROUTES} routes; the rest is left out`);
        return undefined;
      }
      route = { template, where: at.file.locate(at.pointer, 'key'), methods: {}, path };
      this.found.set(template, route);
    } else if (route.path !== path) {
      this.warnOnce(path, at, `the path ${path} is the same route as ${route.path} (${route.where}); they are one`);
    }
    return route;
  }

  private *hintsOf(
    template: string,
    hints: ReadonlyMap<string, ParameterHint>,
    slashes: ReadonlySet<string>
  ): Generator<[string, ParameterHint]> {
    const names = parameterNames(template);
    for (const [index, name] of names.entries()) {
      const rest = index === names.length - 1 && takesRest(template);
      const hint = { ...hints.get(name), ...(slashes.has(name) || rest ? { slashes: true as const } : {}) };
      if (Object.keys(hint).length > 0) {
        yield [name, hint];
      }
    }
  }

  private warnOnce(key: string, at: Located, text: string): void {
    if (!this.told.has(key)) {
      this.told.add(key);
      this.problems.warn(at, text, 'key');
    }
  }
}
