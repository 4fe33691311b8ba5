import { findChain, longestChain, resembles } from './match';
import { isInterchangeable } from '../path-class';
import type { Node } from './node';
import { splitPath } from './path';
import { Population } from './population';
import type { Judge } from './settle';
import { fillNode, saveNode, type NodeState } from './state';
import { extendTemplate, templateOf } from './template';

/** Where requests go that no part of the API ever answered. */
export const UNMATCHED = '{unmatched}';

/** Templates given although nothing under them ever succeeded; past it such requests are unmatched. */
const MAX_UNPROVEN = 200;
const MAX_CACHED = 50_000;
/** Longer paths are looked up each time. */
const MAX_CACHED_LENGTH = 512;
/** Templates that senders may declare. */
const MAX_DECLARED = 2000;
/** Different requests gathered before they go into the tree. */
const MAX_GATHERED = 16_384;

/** What the population says of a path. */
export interface Known {
  template: string;
  /** A successful request had the template. */
  proven: boolean;
  /** Its values look like those that succeeded: a 404 is a thing that is not there, not an address that is not. */
  alike: boolean;
  /** The first segment is one that a successful request had. */
  rooted: boolean;
}

/** What a service's classifier knows, as JSON. */
export interface ServiceState {
  settledAt: number;
  tree: NodeState;
  unproven: string[];
  declared: string[];
}

/** A successful request as far as the tree sees it, kept by whoever shows it more than once. */
export interface Gathered {
  readonly segments: readonly string[];
  readonly method: string | null;
  /** How often it came since it went into the tree last. */
  count: number;
  /** `ServiceRoutes.version` when it went into the tree last; -1 when it never did. */
  addedAt: number;
}

/** The classifier of one service: its population, and what was given to whom. */
export class ServiceRoutes {
  readonly population: Population;
  readonly unproven = new Set<string>();
  private readonly declared = new Set<string>();
  private readonly cache = new Map<string, Known>();
  /** Changes when paths may have another template. */
  version = 0;
  /**
   * Whether all paths have to be told apart: a sender declared static text that looks like one of the ids that otherwise
   * are not.
   */
  exact = false;
  /** Gathered and not in the tree yet, in the order in which they came, and how many requests that are. */
  private gathered: Gathered[] = [];
  private waiting = 0;
  /** Whether one of them may do more to the tree than count there: none of its kind is in it, as it is now. */
  private news = false;

  constructor(judge: Judge, state?: ServiceState) {
    this.population = new Population(judge);
    if (state !== undefined) {
      fillNode(this.population.root, state.tree);
      this.population.restore(state.settledAt);
      this.exact = holdsInterchangeable(this.population.root, 0);
      state.unproven.forEach((template) => this.unproven.add(template));
      state.declared.forEach((template) => this.declared.add(template));
    }
  }

  /** All of it, to be kept. Call after `settle`. */
  state(): ServiceState {
    this.pour();
    return {
      settledAt: this.population.settledAt,
      tree: saveNode(this.population.root),
      unproven: [...this.unproven],
      declared: [...this.declared],
    };
  }

  /** Takes note of a template the sender gave. */
  declare(template: string): void {
    if (this.declared.has(template) || this.declared.size >= MAX_DECLARED) {
      return;
    }
    this.pour();
    this.declared.add(template);
    const segments = splitPath(template);
    this.population.declare(segments);
    this.exact ||= segments.some(isInterchangeable);
    this.renew();
  }

  /** Takes note of one more successful request. It counts from `settle` on. */
  gather(request: Gathered): void {
    this.waiting++;
    if (request.count++ > 0) {
      return;
    }
    this.gathered.push(request);
    this.news ||= request.addedAt !== this.version;
    if (this.gathered.length >= MAX_GATHERED) {
      this.pour();
    }
  }

  /** Brings what was observed into the tree, and settles it when it is due. */
  settle(): void {
    // What only counts can wait.
    if (this.news) {
      this.pour();
    }
    if (this.population.isDue(this.waiting)) {
      this.settleNow();
    }
  }

  /** The same, due or not. */
  settleNow(): void {
    this.pour();
    if (this.population.root.requests > 0) {
      this.population.settle();
      this.renew();
    }
  }

  private pour(): void {
    if (this.gathered.length === 0) {
      return;
    }
    const { gathered } = this;
    this.gathered = [];
    this.waiting = 0;
    this.news = false;
    for (const request of gathered) {
      const { count } = request;
      request.count = 0;
      if (this.population.add(request.segments, request.method ?? '', count)) {
        this.renew();
      }
      request.addedAt = this.version;
      if (this.population.full) {
        this.population.settle();
        this.renew();
      }
    }
  }

  private renew(): void {
    this.version++;
    this.cache.clear();
    this.news ||= this.gathered.length > 0;
  }

  /** The template of a request, by the population or else by the shapes of its segments. */
  assign(path: string, status: number | null): string {
    return this.give(this.knownOf(path), status);
  }

  /** The same for a path of which is known what `look` gives. */
  give(known: Known, status: number | null): string {
    if (isCertain(known, status)) {
      return known.template;
    }
    if (status === 404 || status === 405 || (status === 400 && !known.rooted)) {
      return UNMATCHED;
    }
    if (known.proven) {
      return known.template;
    }
    if (!this.unproven.has(known.template)) {
      if (this.unproven.size >= MAX_UNPROVEN) {
        return UNMATCHED;
      }
      this.unproven.add(known.template);
    }
    return known.template;
  }

  /** The template that a successful request had, or null. */
  proven(path: string, status: number | null): string | null {
    const known = this.knownOf(path);
    return isCertain(known, status) ? known.template : null;
  }

  /** What is known of a path, without giving it a template. */
  explain(path: string): Readonly<Known> {
    return this.knownOf(path);
  }

  private knownOf(path: string): Known {
    let known = this.cache.get(path);
    if (known === undefined) {
      known = this.look(splitPath(path));
      if (this.cache.size >= MAX_CACHED) {
        this.cache.clear();
      }
      if (path.length <= MAX_CACHED_LENGTH) {
        this.cache.set(path, known);
      }
    }
    return known;
  }

  /** What is known of the path of these segments, as long as `version` stays. */
  look(segments: readonly string[]): Known {
    // Parameters are named after what most of their values are.
    this.pour();
    const root = this.population.root;
    const chain = findChain(root, segments);
    if (chain !== undefined) {
      const end = chain.at(-1) ?? root;
      end.template ??= templateOf(chain);
      const alike = resembles(chain, segments);
      return { template: end.template, proven: true, alike, rooted: alike || chain[0]?.role !== 'pool' };
    }
    const start = longestChain(root, segments);
    const rooted = root.requests === 0 || (start.length > 0 && resembles(start.slice(0, 1), segments.slice(0, 1)));
    const template = extendTemplate(start, segments.slice(start.length));
    return { template, proven: false, alike: false, rooted };
  }
}

/** A template that succeeded, for a request that succeeded or has values like those that did. */
function isCertain({ proven, alike }: Known, status: number | null): boolean {
  return proven && (alike || status === null || status < 400);
}

/** Whether a static segment below a position looks like an id. */
function holdsInterchangeable(node: Node, depth: number): boolean {
  for (const [key, child] of node.literals) {
    if ((child.role === 'literal' && isInterchangeable(key, depth)) || holdsInterchangeable(child, depth + 1)) {
      return true;
    }
  }
  return [...node.pools.values()].some((pool) => holdsInterchangeable(pool, depth + 1));
}
