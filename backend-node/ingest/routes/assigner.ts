import { ApitrailError } from '@apitrail/contract';

import { judge } from './classifier/judge';
import { ServiceRoutes, type Known, type ServiceState } from './classifier/service';
import type { DeclaredDocument } from './declared/declared-route';
import { DeclaredRoutes } from './declared/declared-routes';
import { RouteRules, type RouteRule } from './rules';
import { normaliseRoute } from './sender';

/** What of a request its route depends on. */
export interface RouteRow {
  service: string | null;
  method: string | null;
  /** Path as it was logged; a query string is ignored. */
  path: string | null;
  /** Response status; null when the source has none. */
  status: number | null;
  /** Route the sender gave, in its framework's notation. */
  route?: string | null;
}

/** Where a route may come from, strongest first. */
export type RouteSource = 'rule' | 'sender' | 'openapi' | 'classifier';

/** A request's route, and where it came from. */
export interface Assignment {
  route: string | null;
  route_source: RouteSource | null;
}

/** All that the assigner learned, as JSON. Bounded: about 50,000 positions a service at most. */
export interface RouteState {
  version: 1;
  services: Array<{ service: string | null } & ServiceState>;
}

/** Services with a population of their own; further ones share one. */
const MAX_SERVICES = 500;
const OTHERS = '\u0000others';

const NONE: Assignment = Object.freeze({ route: null, route_source: null });

/** What an assigner is made of. */
export interface AssignerOptions {
  rules?: readonly RouteRule[];
  /** OpenAPI documents that were imported. */
  documents?: readonly DeclaredDocument[];
  state?: RouteState;
}

/**
 * Gives requests their routes: the first of the user's rules that fits, else the sender's route, else what an OpenAPI
 * document declares, else what the classifier makes of the path and of all paths of the service that succeeded before. Show it rows with `observe`, then
 * ask with `assign`; keep `state()` between runs, or templates that were given may change.
 */
export class RouteAssigner {
  private readonly services = new Map<string | null, ServiceRoutes>();

  private constructor(
    readonly rules: RouteRules,
    private documents: DeclaredRoutes,
    state: RouteState | undefined
  ) {
    for (const { service, ...kept } of state?.services ?? []) {
      this.services.set(service, new ServiceRoutes(judge, kept));
    }
  }

  /**
   * An assigner with the user's rules and what an earlier one knew.
   * @throws ApitrailError APITRAIL_BAD_RULE for a rule that is not valid, APITRAIL_BAD_FILE for a state that is not one.
   */
  static create(options: AssignerOptions = {}): RouteAssigner {
    const version = options.state?.version;
    if (version !== undefined && version !== 1) {
      const message = `The routes learned so far are of version ${String(version)}, this Apitrail reads version 1.`;
      throw new ApitrailError('APITRAIL_BAD_FILE', message, { where: 'route state' });
    }
    const declared = new DeclaredRoutes(options.documents ?? []);
    return new RouteAssigner(new RouteRules(options.rules ?? []), declared, options.state);
  }

  /** What documents declare. */
  get declared(): DeclaredRoutes {
    return this.documents;
  }

  /** From now on these documents count, and no others. What was learned stays. */
  declare(documents: readonly DeclaredDocument[]): void {
    this.documents = new DeclaredRoutes(documents);
  }

  /**
   * Learns from rows: successful requests (status below 400, or none) teach which addresses there are, senders' routes
   * declare them. Paths that a document declares teach too: what it leaves out lies beside them, and nothing is lost when
   * it is removed. Templates change only in here, and only when a service's successful requests have doubled, or its
   * addresses have grown by half, since the last time.
   */
  observe(rows: Iterable<RouteRow>): void {
    const touched = new Set<ServiceRoutes>();
    for (const { service, method, path, status, route } of rows) {
      if (path === null || path === '' || path === '*' || (status !== null && (status < 100 || status >= 400))) {
        continue;
      }
      if (this.rules.find(service, method, path) !== null) {
        continue;
      }
      const routes = this.of(service);
      const given = normaliseRoute(route);
      if (given !== null) {
        routes.declare(given);
      } else {
        routes.observe(method ?? '', path);
        touched.add(routes);
      }
    }
    for (const routes of touched) {
      routes.settle();
    }
  }

  /** The route of a request. A row without a path, or for the server itself (`*`), and without a sender's route has none. */
  assign(row: RouteRow): Assignment {
    const { service, method, path, status } = row;
    if (path !== null && path !== '') {
      const ruled = this.rules.find(service, method, path);
      if (ruled !== null) {
        return { route: ruled, route_source: 'rule' };
      }
    }
    const given = normaliseRoute(row.route);
    if (given !== null) {
      return { route: given, route_source: 'sender' };
    }
    if (path === null || path === '' || path === '*') {
      return NONE;
    }
    const declared = this.declared.find(service, method, path, status);
    if (declared !== null) {
      return { route: declared, route_source: 'openapi' };
    }
    return { route: this.classify(service, path, status), route_source: 'classifier' };
  }

  /** What the classifier gives a path, whatever rules and documents say. */
  classify(service: string | null, path: string, status: number | null): string {
    return this.of(service).assign(path, status);
  }

  /** What the classifier knows of a path; undefined when it has never seen the service. */
  explain(service: string | null, path: string): Readonly<Known> | undefined {
    return this.known(service)?.explain(path);
  }

  /** Weighs all that was observed at once, also where it is not time for it: for those who will observe no more. */
  settle(): void {
    for (const routes of this.services.values()) {
      routes.settleNow();
    }
  }

  /**
   * The template that the classifier gives a path because a successful request had it; null when none had. Unlike
   * `assign` it makes up nothing, so that rows which have a route keep it where nothing better is known.
   */
  proven(service: string | null, path: string, status: number | null): string | null {
    return this.known(service)?.proven(path, status) ?? null;
  }

  /** What was learned, to be kept as JSON and given to `create`. */
  state(): RouteState {
    return {
      version: 1,
      services: [...this.services].map(([service, routes]) => ({ service, ...routes.state() })),
    };
  }

  private known(service: string | null): ServiceRoutes | undefined {
    return this.services.get(this.keyOf(service));
  }

  private keyOf(service: string | null): string | null {
    return service === null || this.services.has(service) || this.services.size < MAX_SERVICES ? service : OTHERS;
  }

  private of(service: string | null): ServiceRoutes {
    const key = this.keyOf(service);
    let routes = this.services.get(key);
    if (routes === undefined) {
      routes = new ServiceRoutes(judge);
      this.services.set(key, routes);
    }
    return routes;
  }
}
