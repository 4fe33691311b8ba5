import { findChain, longestChain, resembles } from './match';
import { MAX_PATH, splitPath } from './path';
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
/** Distinct requests gathered before they go into the tree. */
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

/** A successful request, how often it came. */
interface Gathered {
  segments: string[];
  method: string;
  count: number;
}

/** The classifier of one service: its population, and what was given to whom. */
export class ServiceRoutes {
  readonly population: Population;
  readonly unproven = new Set<string>();
  private readonly declared = new Set<string>();
  private readonly cache = new Map<string, Known>();
  /** In the order in which they came, and by method and path. */
  private gathered: Gathered[] = [];
  private readonly byMethod = new Map<string, Map<string, Gathered>>();

  constructor(judge: Judge, state?: ServiceState) {
    this.population = new Population(judge);
    if (state !== undefined) {
      fillNode(this.population.root, state.tree);
      this.population.restore(state.settledAt);
      state.unproven.forEach((template) => this.unproven.add(template));
      state.declared.forEach((template) => this.declared.add(template));
    }
  }

  /** All of it, to be kept. Call after `settle`. */
  state(): ServiceState {
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
    this.declared.add(template);
    this.population.declare(splitPath(template));
    this.cache.clear();
  }

  /** Takes note of a successful request. It counts from `settle` on. */
  observe(method: string, path: string): void {
    let byPath = this.byMethod.get(method);
    if (byPath === undefined) {
      byPath = new Map();
      this.byMethod.set(method, byPath);
    }
    const key = path.length > MAX_PATH ? path.slice(0, MAX_PATH) : path;
    const entry = byPath.get(key);
    if (entry !== undefined) {
      entry.count++;
      return;
    }
    const gathered = { segments: splitPath(path), method, count: 1 };
    byPath.set(key, gathered);
    this.gathered.push(gathered);
    if (this.gathered.length >= MAX_GATHERED) {
      this.pour();
    }
  }

  /** Brings what was observed into the tree, and settles it when it is due. */
  settle(): void {
    this.pour();
    if (this.population.due) {
      this.settleNow();
    }
  }

  /** The same, due or not. */
  settleNow(): void {
    this.pour();
    if (this.population.root.requests > 0) {
      this.population.settle();
      this.cache.clear();
    }
  }

  private pour(): void {
    for (const { segments, method, count } of this.gathered) {
      if (this.population.add(segments, method, count)) {
        this.cache.clear();
      }
      if (this.population.full) {
        this.population.settle();
        this.cache.clear();
      }
    }
    this.gathered = [];
    this.byMethod.clear();
  }

  /** The template of a request, by the population or else by the shapes of its segments. */
  assign(path: string, status: number | null): string {
    const known = this.knownOf(path);
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
      known = this.look(path);
      if (this.cache.size >= MAX_CACHED) {
        this.cache.clear();
      }
      if (path.length <= MAX_CACHED_LENGTH) {
        this.cache.set(path, known);
      }
    }
    return known;
  }

  private look(path: string): Known {
    const segments = splitPath(path);
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
