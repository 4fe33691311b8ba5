import { type ErrorGroup } from './model';

/** Whether a group is one status of one route, so that its name can be shown in parts. */
export function isStructured({ values, other }: ErrorGroup): boolean {
  return !other && Boolean(values.status) && Boolean(values.route);
}

/** What the title says beyond status, method and route; undefined when nothing. */
export function remainder({ title, values }: ErrorGroup): string | undefined {
  return messageOf(title, [values.status, values.method, values.route]) || undefined;
}

/** What a title says beyond what is shown before it. */
export function messageOf(title: string, shown: Array<string | null | undefined>): string {
  let rest = title;
  for (const part of shown) {
    if (part && rest.startsWith(part)) {
      rest = rest.slice(part.length).replace(/^[\s:]+/, '');
    }
  }
  return rest;
}
