import type { Assignment, RouteAssigner, RouteSource } from '../assigner';

/** What of the rows of a lake their route depends on; rows that have all of it in common get the same. */
export interface StoredPath {
  service: string | null;
  method: string | null;
  path: string;
  /** One of `STATUSES`: all that routes look at. */
  status: number;
  route: string | null;
  route_source: string | null;
}

/** Statuses that stand for all others: succeeded, 400, 404 and 405, another failure. */
export const STATUSES = { succeeded: 200, bad: 400, absent: 404, failed: 500 } as const;

/** Whether a row’s route came from a rule or a document, or there is none, so that it has to be found anew. */
function isOpen({ route, route_source }: StoredPath): boolean {
  return route === null || route_source === 'rule' || route_source === 'openapi';
}

/** Whether a row’s rule or document is gone, so that its route is up to the classifier. */
export function lostRoute(stored: StoredPath, { rules, declared }: RouteAssigner): boolean {
  const { service, method, path, status } = stored;
  return (
    isOpen(stored) &&
    rules.find(service, method, path) === null &&
    declared.find(service, method, path, status) === null
  );
}

/**
 * The route a stored row has by the rules and documents of now. A sender's route goes only before a rule's; one of the
 * classifier changes only to a template that the classifier is certain of. `taught` is asked for rows whose rule or
 * document is gone, and knows their paths too.
 */
export function reassign(stored: StoredPath, known: RouteAssigner, taught: RouteAssigner): Assignment {
  const { service, method, path, status, route, route_source } = stored;
  const kept: Assignment = { route, route_source: route_source as RouteSource | null };
  const ruled = known.rules.find(service, method, path);
  if (ruled !== null) {
    return { route: ruled, route_source: 'rule' };
  }
  // A route without a source came with the rows.
  if (route !== null && (route_source === 'sender' || route_source === null)) {
    return kept;
  }
  const declared = known.declared.find(service, method, path, status);
  if (declared !== null) {
    return { route: declared, route_source: 'openapi' };
  }
  if (isOpen(stored)) {
    return taught.assign({ service, method, path, status });
  }
  const proven = known.proven(service, path, status);
  return proven === null ? kept : { route: proven, route_source: 'classifier' };
}
