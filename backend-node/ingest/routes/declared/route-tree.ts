import { decodeSegment, splitPath } from '../classifier/path';
import { parameterNames, type DeclaredRoute } from './declared-route';
import { fitOf, type Fit } from './hints';

/** Positions tried for one path before giving up. */
const MAX_STEPS = 4096;

/** How well a segment of a path fits one of a template; the lower the better. Compared from left to right. */
const RANK = { text: '0', listed: '1', mixed: '2', typed: '3', any: '4', rest: '5', unlike: '6' } as const;

/** A template that fits a path. */
export interface Match<T extends DeclaredRoute> {
  route: T;
  /** Whether the route has the method, or one that stands for it; true when no method is known. */
  declaresMethod: boolean;
  /** A digit for each segment: see `describeRank`. */
  rank: string;
}

interface Node<T> {
  texts: Map<string, Node<T>>;
  mixed: Array<{ regex: RegExp; form: string; node: Node<T> }>;
  parameter: Node<T> | undefined;
  /** A parameter that takes several segments. */
  rest: Node<T> | undefined;
  routes: T[];
}

const newNode = <T>(): Node<T> => ({ texts: new Map(), mixed: [], parameter: undefined, rest: undefined, routes: [] });

/** Templates, to be asked which of them fit a path. */
export class RouteTree<T extends DeclaredRoute> {
  private readonly root = newNode<T>();
  private readonly order = new Map<T, number>();

  constructor(routes: Iterable<T>) {
    for (const route of routes) {
      this.order.set(route, this.order.size);
      this.insert(route, 0, splitTemplate(route.template), this.root);
    }
  }

  /**
   * All templates that fit a path, best first: those with the method, then text before parameters from left to right,
   * parameters whose values are known before others, and what stands first in the document.
   */
  matches(method: string | null, path: string): Array<Match<T>> {
    const segments = splitPath(path);
    const found = new Map<T, Match<T>>();
    for (const { routes, kinds } of this.descend(segments)) {
      for (const route of routes) {
        const match = { route, declaresMethod: declares(route, method), rank: rankOf(route, kinds) };
        const before = found.get(route);
        if (before === undefined || match.rank < before.rank) {
          found.set(route, match);
        }
      }
    }
    return [...found.values()].sort((a, b) => this.compare(a, b));
  }

  private compare(a: Match<T>, b: Match<T>): number {
    if (a.declaresMethod !== b.declaresMethod) {
      return a.declaresMethod ? -1 : 1;
    }
    if (a.rank !== b.rank) {
      return a.rank < b.rank ? -1 : 1;
    }
    const text = textLength(b.route.template) - textLength(a.route.template);
    return text !== 0 ? text : (this.order.get(a.route) ?? 0) - (this.order.get(b.route) ?? 0);
  }

  private insert(route: T, depth: number, template: readonly string[], node: Node<T>): void {
    const segment = template[depth];
    if (segment === undefined) {
      node.routes.push(route);
      return;
    }
    for (const next of this.childrenFor(route, segment, node)) {
      this.insert(route, depth + 1, template, next);
    }
  }

  private childrenFor(route: T, segment: string, node: Node<T>): Array<Node<T>> {
    if (!segment.includes('{')) {
      const key = decodeSegment(segment).toLowerCase();
      const child = node.texts.get(key) ?? newNode<T>();
      node.texts.set(key, child);
      return [child];
    }
    const name = /^\{([^{}]+)\}$/.exec(segment)?.[1];
    if (name === undefined) {
      const form = segment.replace(/\{[^{}]+\}/g, '{}').toLowerCase();
      let entry = node.mixed.find((known) => known.form === form);
      if (entry === undefined) {
        entry = { form, regex: mixedRegex(segment), node: newNode<T>() };
        node.mixed.push(entry);
      }
      return [entry.node];
    }
    node.parameter ??= newNode<T>();
    if (route.parameters?.[name]?.slashes !== true) {
      return [node.parameter];
    }
    node.rest ??= newNode<T>();
    return [node.parameter, node.rest];
  }

  /** Every place of the tree that a path may end at, with what was passed on the way there. */
  private *descend(segments: readonly string[]): Generator<{ routes: readonly T[]; kinds: readonly Passed[] }> {
    const keys = segments.map((segment) => decodeSegment(segment).toLowerCase());
    let steps = 0;
    const walk = function* (
      node: Node<T>,
      depth: number,
      kinds: readonly Passed[]
    ): ReturnType<RouteTree<T>['descend']> {
      if (++steps > MAX_STEPS) {
        return;
      }
      const segment = segments[depth];
      if (segment === undefined) {
        if (node.routes.length > 0) {
          yield { routes: node.routes, kinds };
        }
        return;
      }
      const text = node.texts.get(keys[depth] as string);
      if (text !== undefined) {
        yield* walk(text, depth + 1, [...kinds, { kind: 'text' }]);
      }
      for (const { regex, node: next } of node.mixed) {
        const values = regex.exec(decodeSegment(segment));
        if (values !== null) {
          yield* walk(next, depth + 1, [...kinds, { kind: 'mixed', values: values.slice(1) }]);
        }
      }
      if (node.parameter !== undefined) {
        yield* walk(node.parameter, depth + 1, [...kinds, { kind: 'value', values: [segment] }]);
      }
      if (node.rest !== undefined) {
        for (let end = depth + 2; end <= segments.length; end++) {
          yield* walk(node.rest, end, [...kinds, { kind: 'rest', values: [segments.slice(depth, end).join('/')] }]);
        }
      }
    };
    yield* walk(this.root, 0, []);
  }
}

interface Passed {
  kind: 'text' | 'mixed' | 'value' | 'rest';
  values?: string[];
}

/** Whether a value of the path is of another kind than the template declares. */
export function isUnlike(rank: string): boolean {
  return rank.includes(RANK.unlike);
}

/** In words what the digits of a rank say. */
export function describeRank(rank: string): string {
  const words = Object.fromEntries(
    Object.entries({
      text: 'text',
      listed: 'a listed value',
      mixed: 'text around a value',
      typed: 'a value of the declared kind',
      any: 'any value',
      rest: 'several segments',
      unlike: 'a value unlike the declared ones',
    }).map(([name, word]) => [RANK[name as keyof typeof RANK], word])
  );
  return rank === '' ? 'the root' : [...rank].map((digit) => words[digit]).join(', ');
}

function declares({ methods }: DeclaredRoute, method: string | null): boolean {
  const name = method?.toUpperCase();
  return name === undefined || name in methods || (name === 'HEAD' && 'GET' in methods);
}

/** What is known of the values is the route's, so it is held against them at the end. */
function rankOf(route: DeclaredRoute, kinds: readonly Passed[]): string {
  const names = parameterNames(route.template);
  let at = 0;
  let rank = '';
  for (const { kind, values = [] } of kinds) {
    const fits = values.map((value): Fit => fitOf(value, route.parameters?.[names[at++] ?? '']));
    // As many digits as segments, so that a parameter takes no more of them than it must.
    if (kind === 'rest') {
      rank += RANK.rest.repeat((values[0] ?? '').split('/').length);
    } else if (kind === 'text') {
      rank += RANK.text;
    } else if (fits.includes('unlike')) {
      rank += RANK.unlike;
    } else if (kind === 'mixed') {
      rank += RANK.mixed;
    } else {
      rank += RANK[fits[0] ?? 'any'];
    }
  }
  return rank;
}

function mixedRegex(segment: string): RegExp {
  const pattern = segment
    .split(/\{[^{}]+\}/)
    .map((text) => decodeSegment(text).replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('(.+?)');
  return new RegExp(`^${pattern}$`, 'is');
}

function textLength(template: string): number {
  return template.replace(/\{[^{}]+\}/g, '').length;
}

export function splitTemplate(template: string): string[] {
  return template.split('/').filter((segment) => segment !== '');
}
