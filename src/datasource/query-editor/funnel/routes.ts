import type { Filter } from '@apitrail/contract';

/** Keys that say of which endpoint a request is. */
const ROUTE_KEYS = ['service', 'method', 'route'] as const;
type RouteKey = (typeof ROUTE_KEYS)[number];

/** An endpoint that a step is a request of; a part that is absent may be any. */
export interface StepRoute {
  service?: string;
  method?: string;
  route: string;
}

/** Longest name the contract gives a step. */
const LONGEST_NAME = 200;

/** How an endpoint reads, and how one that nobody suggested is typed: `GET /cart`, `GET /cart (shop)`, `/cart`. */
export function routeText({ service, method, route }: StepRoute): string {
  return `${method ? `${method} ` : ''}${route}${service ? ` (${service})` : ''}`;
}

const TYPED = /^(?:([A-Za-z][\w-]*)\s+)?(\S.*?)(?:\s+\(([^()]+)\))?$/;

/** The endpoint that a text names; undefined of a blank one. */
export function routeOf(text: string): StepRoute | undefined {
  const match = TYPED.exec(text.trim());
  if (!match) {
    return undefined;
  }
  const [, method, route, service] = match;
  return { ...(service ? { service } : {}), ...(method ? { method: method.toUpperCase() } : {}), route };
}

/** Which endpoints the filters of a step name, and the other filters. */
export interface SplitFilters {
  /** One, or several of which any will do; none where the filters name no endpoint. */
  routes: StepRoute[];
  /** What else must hold, in order. */
  rest: Filter[];
}

/** Filters as saved; none where a query written by hand has something else. */
export function filtersOf(saved: unknown): Filter[] {
  return Array.isArray(saved) ? (saved as Filter[]) : [];
}

/** Tells the endpoints of a step's filters from what else they say. */
export function splitFilters(filters: readonly Filter[]): SplitFilters {
  const ofOne = filters.filter(isRoutePart);
  const route = routeIn(ofOne);
  if (route) {
    return { routes: [route], rest: filters.filter((filter) => !isRoutePart(filter)) };
  }
  for (const [index, filter] of filters.entries()) {
    const routes = 'any' in filter ? routesInGroup(filter.any) : undefined;
    if (routes) {
      return { routes, rest: filters.filter((_, at) => at !== index) };
    }
  }
  return { routes: [], rest: [...filters] };
}

/** The filters of a step that names these endpoints, any of which will do, and of which the rest holds too. */
export function joinFilters({ routes, rest }: SplitFilters): Filter[] {
  if (routes.length <= 1) {
    return [...routes.flatMap(partsOf), ...rest];
  }
  const any = routes.map((route): Filter => {
    const parts = partsOf(route);
    return parts.length === 1 ? parts[0] : { all: parts };
  });
  return [{ any }, ...rest];
}

/** What a step of these endpoints is called. */
export function nameOfRoutes(routes: readonly StepRoute[]): string {
  const name = routes.map(routeText).join(' or ');
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}

type RoutePart = Extract<Filter, { key: string }>;

function partsOf(route: StepRoute): Filter[] {
  return ROUTE_KEYS.flatMap((key) => {
    const value = route[key];
    return value === undefined ? [] : [{ key, operator: '=' as const, value }];
  });
}

function isRoutePart(filter: Filter): filter is RoutePart {
  return 'key' in filter && isRouteKey(filter.key) && filter.operator === '=' && Boolean(filter.value);
}

function isRouteKey(key: string): key is RouteKey {
  return ROUTE_KEYS.some((known) => known === key);
}

/** The endpoint that these say together; undefined when they name none, or one of its parts twice. */
function routeIn(parts: readonly RoutePart[]): StepRoute | undefined {
  const route: Partial<Record<RouteKey, string>> = {};
  for (const { key, value } of parts) {
    if (route[key as RouteKey] !== undefined) {
      return undefined;
    }
    route[key as RouteKey] = String(value);
  }
  return route.route === undefined ? undefined : (route as StepRoute);
}

function routesInGroup(any: readonly Filter[]): StepRoute[] | undefined {
  const routes = any.map((member) => {
    const parts = 'all' in member ? member.all : [member];
    return parts.every(isRoutePart) ? routeIn(parts) : undefined;
  });
  return routes.length > 0 && routes.every((route) => route !== undefined) ? routes : undefined;
}
