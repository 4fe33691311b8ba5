import { groupByShape } from '../openapi/ambiguity';
import type { DeclaredOperation, DeclaredRoute } from './declared-route';

/** What a version of a document has that the one before has not, and the reverse. */
export interface RouteDiff {
  /** `GET /users/{id}`. */
  added: string[];
  removed: string[];
  /** Templates that differ only in the names of parameters. */
  renamed: Array<{ from: string; to: string }>;
  changed: Array<{ route: string; what: string[] }>;
}

/** Compares the routes of two versions of a document. */
export function diffRoutes(before: readonly DeclaredRoute[], after: readonly DeclaredRoute[]): RouteDiff {
  const renamed = renamedTemplates(before, after);
  const old = operationsOf(before, (template) => renamed.get(template) ?? template);
  const now = operationsOf(after, (template) => template);
  const diff: RouteDiff = {
    added: [...now.keys()].filter((route) => !old.has(route)),
    removed: [...old.keys()].filter((route) => !now.has(route)),
    renamed: [...renamed].map(([from, to]) => ({ from, to })),
    changed: [],
  };
  for (const [route, { operation, parameters }] of now) {
    const other = old.get(route);
    const what = other === undefined ? [] : changesOf(other.operation, operation);
    if (other !== undefined && other.parameters !== parameters) {
      what.push('what is known of its parameters');
    }
    if (what.length > 0) {
      diff.changed.push({ route, what });
    }
  }
  return diff;
}

/** Whether two versions declare the same. */
export function isEmptyDiff({ added, removed, renamed, changed }: RouteDiff): boolean {
  return added.length + removed.length + renamed.length + changed.length === 0;
}

interface Operation {
  operation: DeclaredOperation;
  parameters: string;
}

function operationsOf(routes: readonly DeclaredRoute[], rename: (template: string) => string): Map<string, Operation> {
  const found = new Map<string, Operation>();
  for (const { template, methods, parameters } of routes) {
    // Values in the order of the template, so that another name is no change of what is known.
    const known = JSON.stringify(
      [...template.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => parameters?.[name!] ?? null)
    );
    for (const [method, operation] of Object.entries(methods)) {
      found.set(`${method} ${rename(template)}`, { operation, parameters: known });
    }
  }
  return found;
}

function renamedTemplates(before: readonly DeclaredRoute[], after: readonly DeclaredRoute[]): Map<string, string> {
  const shapes = groupByShape(after);
  const kept = new Set(after.map(({ template }) => template));
  const renamed = new Map<string, string>();
  for (const [shape, old] of groupByShape(before)) {
    const now = shapes.get(shape);
    if (old.length === 1 && now?.length === 1 && !kept.has(old[0]!.template)) {
      renamed.set(old[0]!.template, now[0]!.template);
    }
  }
  return renamed;
}

function changesOf(before: DeclaredOperation, after: DeclaredOperation): string[] {
  const what: string[] = [];
  if (before.deprecated !== after.deprecated) {
    what.push(after.deprecated ? 'deprecated' : 'no longer deprecated');
  }
  const errors = [before, after].map((operation) => (operation.errors ?? []).join(', ') || 'none');
  if (errors[0] !== errors[1]) {
    what.push(`declared client errors ${errors[0]} → ${errors[1]}`);
  }
  if (before.operationId !== after.operationId) {
    what.push(`operationId ${before.operationId ?? 'none'} → ${after.operationId ?? 'none'}`);
  }
  return what;
}
