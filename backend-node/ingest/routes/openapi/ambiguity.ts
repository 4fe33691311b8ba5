import { parameterNames, type DeclaredRoute, type ParameterHint } from '../declared/declared-route';

/** Pairs that are named; the rest is counted. */
const NAMED = 20;

/**
 * Warns of routes that fit the same requests, such as `/users/{id}` and `/users/{name}`: nothing tells them apart but a
 * method that only one of them has, or what is known of their parameters.
 */
export function warnOfSameShape(routes: readonly DeclaredRoute[], warnings: string[]): void {
  let pairs = 0;
  for (const same of groupByShape(routes).values()) {
    same.forEach((route, index) => {
      const other = same.slice(0, index).find((before) => collide(before, route));
      if (other !== undefined && ++pairs <= NAMED) {
        warnings.push(
          `${route.where}: ${route.template} and ${other.template} (${other.where}) fit the same requests; ` +
            `${other.template}, which stands first, gets them.`
        );
      }
    });
  }
  if (pairs > NAMED) {
    warnings.push(`${pairs - NAMED} more routes fit the same requests as one before them.`);
  }
}

/** Routes by what they look like when the names of their parameters do not count. */
export function groupByShape<T extends { template: string }>(routes: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const route of routes) {
    const shape = route.template.replace(/\{[^{}]*\}/g, '{}').toLowerCase();
    groups.set(shape, [...(groups.get(shape) ?? []), route]);
  }
  return groups;
}

function collide(one: DeclaredRoute, other: DeclaredRoute): boolean {
  return Object.keys(one.methods).some((method) => method in other.methods) && !toldApart(one, other);
}

/** Whether a value that fits one of two routes is a worse fit for the other, at some place. */
function toldApart(one: DeclaredRoute, other: DeclaredRoute): boolean {
  const names = [parameterNames(one.template), parameterNames(other.template)] as const;
  return names[0].some((name, index) => {
    const hints = [one.parameters?.[name], other.parameters?.[names[1][index] ?? '']] as const;
    return signature(hints[0]) !== signature(hints[1]);
  });
}

function signature(hint: ParameterHint | undefined): string {
  const { type, format, pattern, enum: among } = hint ?? {};
  return JSON.stringify([type, format, pattern, among]);
}
