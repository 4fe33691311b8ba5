/**
 * The step of every name of a table of links that has no steps: the longest way to it from where nothing leads to.
 * Undefined when links lead in a circle.
 */
export function stepsWithout(links: ReadonlyArray<readonly [string, string]>): Map<string, number> | undefined {
  const steps = new Map<string, number>();
  const open = new Map<string, number>();
  const next = new Map<string, string[]>();
  for (const [from, to] of links) {
    steps.set(from, 0).set(to, 0);
    open.set(to, (open.get(to) ?? 0) + 1);
    next.set(from, [...(next.get(from) ?? []), to]);
  }
  const ready = [...steps.keys()].filter((name) => !open.has(name));
  let placed = 0;
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    placed++;
    for (const to of next.get(name) ?? []) {
      steps.set(to, Math.max(steps.get(to)!, steps.get(name)! + 1));
      const left = open.get(to)! - 1;
      open.set(to, left);
      if (left === 0) {
        ready.push(to);
      }
    }
  }
  return placed === steps.size ? steps : undefined;
}
