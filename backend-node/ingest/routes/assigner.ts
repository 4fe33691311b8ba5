import { ApitrailError } from '@apitrail/contract';

import { judge } from './classifier/judge';
import { ServiceRoutes, type Known, type ServiceState } from './classifier/service';
import type { Judge } from './classifier/settle';
import type { DeclaredDocument } from './declared/declared-route';
import { DeclaredRoutes } from './declared/declared-routes';
import { RouteKey, STATUS_BITS, STATUS_KINDS, STATUS_OF_KIND, type Answer, type KeyParts } from './route-key';
import { RouteKeys, type RouteCodes } from './route-keys';
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
  /** Set by who was shown it: its code in `RouteKeys`, and the generation that is from. */
  code?: number;
  generation?: number;
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

/** What an assigner is made of. */
export interface AssignerOptions {
  rules?: readonly RouteRule[];
  /** OpenAPI documents that were imported. */
  documents?: readonly DeclaredDocument[];
  state?: RouteState;
  /** Decides which words are values of parameters; default: the one that is shipped. */
  judge?: Judge;
}

/**
 * Gives requests their routes: the first of the user's rules that fits, else the sender's route, else what an OpenAPI
 * document declares, else what the classifier makes of the path and of all paths of the service that succeeded before. Show it rows with `observe`, then
 * ask with `assign`; keep `state()` between runs, or templates that were given may change.
 */
export class RouteAssigner {
  /** For those who show it rows in tables: each different request has a code here. */
  readonly keys = new RouteKeys({
    isExact: (service) => this.rules.tellApart || this.documents.tellApart || this.known(service)?.exact === true,
    make: (parts) => this.keyOf(parts),
  });
  private readonly services = new Map<string | null, ServiceRoutes>();
  /** What was given, by number of the route, and the generation of the keys that those numbers are of. */
  private readonly answers = new Map<number, Answer>();
  private answersOf = 0;

  private constructor(
    readonly rules: RouteRules,
    private documents: DeclaredRoutes,
    private readonly judge: Judge,
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
    return new RouteAssigner(new RouteRules(options.rules ?? []), declared, options.judge ?? judge, options.state);
  }

  /** What documents declare. */
  get declared(): DeclaredRoutes {
    return this.documents;
  }

  /** From now on these documents count, and no others. What was learned stays. */
  declare(documents: readonly DeclaredDocument[]): void {
    this.documents = new DeclaredRoutes(documents);
    this.keys.renew();
  }

  /**
   * Learns from rows: successful requests (status below 400, or none) teach which addresses there are, senders' routes
   * declare them. Paths that a document declares teach too: what it leaves out lies beside them, and nothing is lost when
   * it is removed. Templates change only in here, and only when a service's successful requests have doubled, or its
   * addresses have grown by half, since the last time.
   */
  observe(rows: Iterable<RouteRow>): void {
    const shown = Array.isArray(rows) ? (rows as RouteRow[]) : [...rows];
    for (const row of shown) {
      if (row.route !== null && row.route !== undefined) {
        this.declareFor(this.keys.codeOfRow(row));
      }
    }
    const touched = new Set<ServiceRoutes>();
    for (const row of shown) {
      row.code = this.keys.codeOfRow(row);
      row.generation = this.keys.generation;
      this.gather(row.code, touched);
    }
    for (const routes of touched) {
      routes.settle();
    }
  }

  /** The same for rows in tables. `rows` gives their codes, anew where the ones it gave are void. */
  observeCodes(rows: { codes(keys: RouteKeys): RouteCodes }): void {
    rows.codes(this.keys).codes.forEach((code) => this.declareFor(code));
    const { codes } = rows.codes(this.keys);
    const touched = new Set<ServiceRoutes>();
    codes.forEach((code) => this.gather(code, touched));
    for (const routes of touched) {
      routes.settle();
    }
  }

  /** The route of a request. A row without a path, or for the server itself (`*`), and without a sender's route has none. */
  assign(row: RouteRow): Assignment {
    const { code } = row;
    return this.answer(code !== undefined && row.generation === this.keys.generation ? code : this.keys.codeOfRow(row))
      .assignment;
  }

  /** The route of a request whose code is known. */
  answer(code: number): Answer {
    const key = this.keys.of(code);
    if (key.always !== undefined) {
      return key.always;
    }
    const routes = (key.routes ??= this.of(key.service));
    if (key.answeredAt !== routes.version) {
      key.answeredAt = routes.version;
      key.known = undefined;
      key.answers = undefined;
    }
    const kind = code & ((1 << STATUS_BITS) - 1);
    return ((key.answers ??= [])[kind] ??= this.answerOf(key, routes, STATUS_OF_KIND[kind]!));
  }

  private answerOf(key: RouteKey, routes: ServiceRoutes, status: number): Answer {
    const declared = this.declared.find(key.service, key.method, key.path!, status);
    if (declared !== null) {
      return this.answerWith(declared, 'openapi');
    }
    key.known ??= routes.look(key.segments);
    return this.answerWith(routes.give(key.known, status), 'classifier');
  }

  private answerWith(route: string | null, source: RouteSource | null): Answer {
    const { keys } = this;
    if (this.answersOf !== keys.generation) {
      this.answersOf = keys.generation;
      this.answers.clear();
    }
    const number = keys.number(route);
    const known = this.answers.get(number);
    if (known?.assignment.route_source === source) {
      return known;
    }
    const assignment = Object.freeze({ route, route_source: source });
    const answer = { assignment, route: number, source: keys.number(source) };
    this.answers.set(number, answer);
    return answer;
  }

  private keyOf(parts: KeyParts): RouteKey {
    const { service, method, path, route } = parts;
    const ruled = path === null ? null : this.rules.find(service, method, path);
    if (ruled !== null) {
      return new RouteKey(parts, this.answerWith(ruled, 'rule'), null);
    }
    const given = normaliseRoute(route);
    if (given !== null) {
      const teaches = path !== null && path !== '*';
      return new RouteKey(parts, this.answerWith(given, 'sender'), teaches ? given : null);
    }
    return new RouteKey(parts, path === null || path === '*' ? this.answerWith(null, null) : undefined, null);
  }

  /** Takes note of the route that the sender of a successful request gave. */
  private declareFor(code: number): void {
    if ((code & ((1 << STATUS_BITS) - 1)) !== STATUS_KINDS.succeeded) {
      return;
    }
    const key = this.keys.of(code);
    if (key.given === null || key.declared) {
      return;
    }
    key.declared = true;
    const routes = this.of(key.service);
    const { exact } = routes;
    routes.declare(key.given);
    if (routes.exact !== exact) {
      this.keys.renew();
    }
  }

  private gather(code: number, touched: Set<ServiceRoutes>): void {
    if ((code & ((1 << STATUS_BITS) - 1)) !== STATUS_KINDS.succeeded) {
      return;
    }
    const key = this.keys.of(code);
    if (key.always === undefined) {
      const routes = (key.routes ??= this.of(key.service));
      routes.gather(key);
      touched.add(routes);
    }
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
    return this.services.get(this.nameOf(service));
  }

  private nameOf(service: string | null): string | null {
    return service === null || this.services.has(service) || this.services.size < MAX_SERVICES ? service : OTHERS;
  }

  private of(service: string | null): ServiceRoutes {
    const key = this.nameOf(service);
    let routes = this.services.get(key);
    if (routes === undefined) {
      routes = new ServiceRoutes(this.judge);
      this.services.set(key, routes);
    }
    return routes;
  }
}
