import { splitPath } from './classifier/path';
import type { Gathered, Known, ServiceRoutes } from './classifier/service';
import type { Assignment } from './assigner';

/** A route that was given, with its number and that of its source among the texts of `RouteKeys`. */
export interface Answer {
  assignment: Assignment;
  route: number;
  source: number;
}

/** What of a request its route depends on, but for the status. */
export interface KeyParts {
  service: string | null;
  method: string | null;
  /** Of paths that are not told apart, the one that came first. */
  path: string | null;
  /** Route as the sender gave it. */
  route: string | null;
}

/** Requests that teach the routes the same and, with the same kind of status, are given the same. */
export class RouteKey implements Gathered, KeyParts {
  readonly service: string | null;
  readonly path: string | null;
  readonly route: string | null;
  readonly method: string | null;
  count = 0;
  addedAt = -1;
  /** The classifier of its service, once it was asked for. */
  routes: ServiceRoutes | undefined = undefined;
  /** Whether the route its sender gave was declared. */
  declared = false;
  /** Version of the classifier that `known` and `answers` are from. */
  answeredAt = -1;
  known: Known | undefined = undefined;
  /** What is given by kind of status. */
  answers: Array<Answer | undefined> | undefined = undefined;
  private parts: string[] | undefined = undefined;

  constructor(
    { service, method, path, route }: KeyParts,
    /** The answer, whatever the status and whatever was learned; then it teaches the classifier nothing. */
    readonly always: Answer | undefined,
    /** The sender’s route in our notation, when it is the answer. */
    readonly given: string | null
  ) {
    this.service = service;
    this.method = method;
    this.path = path;
    this.route = route;
  }

  get segments(): readonly string[] {
    return (this.parts ??= splitPath(this.path ?? ''));
  }
}

/** Kinds of status that are told apart: of requests that succeeded, and of those that did not. */
export const STATUS_KINDS = { succeeded: 0, none: 1, bad: 2, absent: 3, failed: 4 } as const;

/** A status of each kind. */
export const STATUS_OF_KIND = [200, 0, 400, 404, 500] as const;

/** Bits of the kind of a status. */
export const STATUS_BITS = 3;

/** The kind of a status; NaN for none, which counts as success. */
export function statusKind(status: number): number {
  if (!(status >= 400)) {
    return status < 100 ? STATUS_KINDS.none : STATUS_KINDS.succeeded;
  }
  return status === 404 || status === 405
    ? STATUS_KINDS.absent
    : status === 400
      ? STATUS_KINDS.bad
      : STATUS_KINDS.failed;
}
