import { ApitrailError } from '@apitrail/contract';
import { z } from 'zod';

import { decodeSegment, splitPath } from './classifier/path';
import { tellsApart } from './path-class';

const text = z.string().trim().min(1).max(512);

/**
 * A rule: paths that fit `match` (a template: `/users/{id}`, `*` is one segment, `**` at the end is all that follows) or
 * `regex` (a JavaScript expression on the path without its query) get `route`. With `match`, `route` may be left out:
 * it is the template. With `regex`, `$1` and `$<name>` in `route` are what the groups matched.
 */
export const routeRuleSchema = z
  .strictObject({
    match: text.optional(),
    regex: text.optional(),
    route: text.optional(),
    service: text.optional(),
    method: text.optional(),
  })
  .superRefine((rule, ctx) => {
    for (const { key, message } of problemsOf(rule)) {
      ctx.addIssue({ code: 'custom', path: [key], message, params: { code: 'APITRAIL_BAD_RULE' } });
    }
  });

export type RouteRule = z.infer<typeof routeRuleSchema>;

/** The `routes` part of the configuration. Rules are tried in order; the first that fits gives the route. */
export const routesConfigSchema = z.strictObject({ rules: z.array(routeRuleSchema).max(1000).default([]) });

export type RoutesConfig = z.infer<typeof routesConfigSchema>;

interface RuleShape {
  match?: string | undefined;
  regex?: string | undefined;
  route?: string | undefined;
}

function problemsOf(rule: RuleShape): Array<{ key: string; message: string }> {
  const problems: Array<{ key: string; message: string }> = [];
  if ((rule.match === undefined) === (rule.regex === undefined)) {
    problems.push({ key: 'match', message: 'a rule has either match or regex' });
  }
  if (rule.match !== undefined) {
    const problem = templateProblem(rule.match);
    if (problem !== undefined) {
      problems.push({ key: 'match', message: problem });
    }
  }
  if (rule.regex !== undefined) {
    const problem = regexProblem(rule.regex);
    if (problem !== undefined) {
      problems.push({ key: 'regex', message: problem });
    }
    if (rule.route === undefined) {
      problems.push({ key: 'route', message: 'a rule with regex needs a route' });
    }
  }
  if (rule.route !== undefined && !/^[/{]/.test(rule.route)) {
    problems.push({ key: 'route', message: 'a route starts with / (or is a name in braces, such as {unmatched})' });
  }
  return problems;
}

function templateProblem(match: string): string | undefined {
  if (!match.startsWith('/')) {
    return 'a template starts with /';
  }
  const rest = match.indexOf('**');
  if (rest >= 0 && rest !== match.length - 2) {
    return '** stands only at the end of a template';
  }
  return /^(?:[^{}]|\{[^{}/]+\})*$/.test(match) ? undefined : 'braces in a template come in pairs, with a name inside';
}

function regexProblem(regex: string): string | undefined {
  try {
    new RegExp(regex, 'u');
    return undefined;
  } catch (error) {
    return `is not a valid regular expression: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** What came of trying a rule. */
export interface TriedRule {
  /** Its number in the configuration, from 1. */
  rule: number;
  /** `match: /users/{id}` or `regex: …`. */
  text: string;
  outcome: 'fits' | 'does not fit' | 'is for another service' | 'is for another method';
  /** The route it gave. */
  route: string | null;
}

/** Gives a path its route when the rule fits. */
interface CompiledRule {
  text: string;
  service: string | undefined;
  method: string | undefined;
  apply(path: string, segments: readonly string[]): string | undefined;
}

const MAX_CACHED = 50_000;
const MAX_CACHED_LENGTH = 512;

/** The rules, ready to be asked. */
export class RouteRules {
  /** Whether two paths that are one to the classifier may be told apart by a rule. */
  readonly tellApart: boolean;
  private readonly rules: CompiledRule[];
  private readonly cache = new Map<string, string | null>();

  /** @throws ApitrailError APITRAIL_BAD_RULE that names the rule and what is wrong with it. */
  constructor(rules: readonly RouteRule[]) {
    this.rules = rules.map((rule, i) => {
      const problem = problemsOf(rule)[0];
      if (problem !== undefined) {
        const where = `routes.rules[${i}].${problem.key}`;
        throw new ApitrailError('APITRAIL_BAD_RULE', `Route rule ${i + 1}: ${problem.message} (${where}).`, { where });
      }
      return compile(rule);
    });
    this.tellApart = rules.some(({ match }) => match === undefined || splitPath(match).some(tellsApart));
  }

  /** The route of the first rule that fits, or null. */
  find(service: string | null, method: string | null, path: string): string | null {
    if (this.rules.length === 0) {
      return null;
    }
    const key = `${service ?? ''}\n${method ?? ''}\n${path}`;
    let route = this.cache.get(key);
    if (route === undefined) {
      route = this.look(service, method, path);
      if (this.cache.size >= MAX_CACHED) {
        this.cache.clear();
      }
      if (key.length <= MAX_CACHED_LENGTH) {
        this.cache.set(key, route);
      }
    }
    return route;
  }

  /** The rules that are tried for a request, in their order, up to the first that fits. */
  explain(service: string | null, method: string | null, path: string): TriedRule[] {
    const tried: TriedRule[] = [];
    for (const attempt of this.attempts(service, method, path)) {
      tried.push(attempt);
      if (attempt.outcome === 'fits') {
        break;
      }
    }
    return tried;
  }

  private look(service: string | null, method: string | null, path: string): string | null {
    for (const { outcome, route } of this.attempts(service, method, path)) {
      if (outcome === 'fits') {
        return route;
      }
    }
    return null;
  }

  private *attempts(service: string | null, method: string | null, path: string): Generator<TriedRule> {
    const segments = splitPath(path);
    const plain = `/${segments.join('/')}`;
    for (const [index, rule] of this.rules.entries()) {
      const tried = { rule: index + 1, text: rule.text, route: null };
      if (rule.service !== undefined && rule.service !== service) {
        yield { ...tried, outcome: 'is for another service' };
      } else if (rule.method !== undefined && rule.method !== method?.toUpperCase()) {
        yield { ...tried, outcome: 'is for another method' };
      } else {
        const route = rule.apply(plain, segments);
        yield route === undefined ? { ...tried, outcome: 'does not fit' } : { ...tried, outcome: 'fits', route };
      }
    }
  }
}

function compile(rule: RouteRule): CompiledRule {
  const text = rule.regex === undefined ? `match: ${rule.match ?? ''}` : `regex: ${rule.regex}`;
  const scope = { text, service: rule.service, method: rule.method?.toUpperCase() };
  if (rule.regex !== undefined) {
    const regex = new RegExp(rule.regex, 'u');
    const route = rule.route ?? '';
    return {
      ...scope,
      apply: (path) => {
        const found = regex.exec(path);
        return found === null ? undefined : fill(route, found);
      },
    };
  }
  const match = rule.match ?? '';
  const route = rule.route ?? match;
  const tests = splitPath(match).map(segmentTest);
  const open = match.endsWith('/**');
  const fixed = open ? tests.length - 1 : tests.length;
  return {
    ...scope,
    apply: (_, segments) => {
      const fits = open ? segments.length >= fixed : segments.length === fixed;
      return fits && tests.slice(0, fixed).every((test, i) => test(segments[i] as string)) ? route : undefined;
    },
  };
}

function segmentTest(segment: string): (value: string) => boolean {
  if (segment === '*' || /^\{[^{}]+\}$/.test(segment)) {
    return () => true;
  }
  if (!segment.includes('{')) {
    const plain = decodeSegment(segment).toLowerCase();
    return (value) => decodeSegment(value).toLowerCase() === plain;
  }
  const pattern = segment
    .split(/\{[^{}]+\}/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.+?');
  const regex = new RegExp(`^${pattern}$`, 'is');
  return (value) => regex.test(decodeSegment(value));
}

function fill(route: string, found: RegExpExecArray): string {
  return route.replace(/\$(?:(\d{1,2})|<([^>]+)>)/g, (whole, index: string | undefined, name: string | undefined) =>
    index !== undefined ? (found[Number(index)] ?? '') : name !== undefined ? (found.groups?.[name] ?? '') : whole
  );
}
