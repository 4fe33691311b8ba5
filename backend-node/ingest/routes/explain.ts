import type { Assignment, RouteAssigner, RouteRow } from './assigner';
import { splitPath } from './classifier/path';
import { UNMATCHED } from './classifier/service';
import { describeRank } from './declared/route-tree';
import type { TriedRule } from './rules';
import { normaliseRoute } from './sender';

/** A declared route that fits. */
export interface FittingRoute {
  template: string;
  document: string;
  version: number;
  service: string | null;
  where: string;
  methods: string[];
  /** What each segment of the path is to the template. */
  fits: string;
  declares_method: boolean;
}

/** A request, the route it gets, and how it came to it. */
export interface Explanation extends Assignment {
  service: string | null;
  method: string | null;
  path: string;
  status: number | null;
  /** Why this one, in a sentence. */
  why: string;
  /** Rules that were tried, up to the first that fits. */
  rules: TriedRule[];
  /** The sender's route as it counts; null when there is none or it says nothing. */
  sender: string | null;
  /** Declared routes that fit, the one that is taken first. */
  declared: FittingRoute[];
  /** What the classifier would give. */
  classifier: { template: string; known: boolean; why: string };
}

/** The path of what a person gives: a path, or a URL with or without a query. */
export function pathOf(target: string): string {
  return `/${splitPath(target).join('/')}`;
}

/** Tells which route a request gets, and why. */
export function explainRoute(assigner: RouteAssigner, row: RouteRow & { path: string }): Explanation {
  const { service, method, path, status } = row;
  const rules = assigner.rules.explain(service, method, path);
  const sender = normaliseRoute(row.route);
  const declared = assigner.declared
    .matches(service, method, path)
    .map(({ route, declaresMethod, rank }): FittingRoute => ({
      template: route.template,
      document: route.document.name,
      version: route.document.version,
      service: route.document.service,
      where: route.where,
      methods: Object.keys(route.methods),
      fits: describeRank(rank),
      declares_method: declaresMethod,
    }));
  const classifier = classified(assigner, row);
  const given = assigner.assign(row);
  const why = reason(given, { rules, declared, classifier, method, status });
  return { service, method, path, status, ...given, why, rules, sender, declared, classifier };
}

function classified(assigner: RouteAssigner, { service, path, status }: RouteRow & { path: string }) {
  const known = assigner.explain(service, path);
  if (known === undefined) {
    return {
      template: assigner.classify(service, path, status),
      known: false,
      why: 'no request of the service was seen yet, so only the look of each segment counts',
    };
  }
  const template = assigner.classify(service, path, status);
  if (template === UNMATCHED) {
    return {
      template,
      known: known.proven,
      why: known.proven
        ? `successful requests had ${known.template}, but the values are unlike theirs and this one failed`
        : 'no successful request had its template, and this one failed',
    };
  }
  return known.proven
    ? { template, known: true, why: 'successful requests had this template' }
    : {
        template,
        known: false,
        why: 'no successful request had it, so it goes by its neighbours and the look of each segment',
      };
}

function reason(
  { route, route_source }: Assignment,
  {
    rules,
    declared,
    classifier,
    method,
    status,
  }: Pick<Explanation, 'rules' | 'declared' | 'classifier' | 'method' | 'status'>
): string {
  switch (route_source) {
    case 'rule': {
      const rule = rules.at(-1);
      return `rule ${rule?.rule} fits (${rule?.text})`;
    }
    case 'sender':
      return 'no rule fits, and the sender gave it';
    case 'openapi': {
      const [first, ...others] = declared;
      const beaten = others.length > 0 ? ` and goes before ${others.map(({ template }) => template).join(', ')}` : '';
      const other = first?.declares_method === false ? `, though it does not declare ${method ?? 'the method'}` : '';
      return `no rule fits, and ${JSON.stringify(first?.document)} declares it (${first?.where})${other}${beaten}`;
    }
    case 'classifier': {
      const [unlike] = declared;
      const none = unlike
        ? `it is a ${status ?? ''} and a value is of another kind than ${unlike.template} declares`
        : 'no document declares it';
      return `no rule fits and ${none}: ${classifier.why}`;
    }
    case null:
      return route === null ? 'it has no path' : 'it came with the row';
  }
}
