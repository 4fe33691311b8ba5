import { isPlural, singular, wordsOf } from './lexicon';
import type { Node } from './node';
import { isIdentifier, shapeOf, type ShapeKind } from './shapes';

/** Kinds of value that say more than the segment before. */
const NAMES: Partial<Record<ShapeKind, string>> = {
  date: 'date',
  ip: 'ip_address',
  email: 'email',
  locale: 'locale',
};

/**
 * The template of a chain of positions: static text as it is, a parameter for each pool, named after what it holds or
 * the segment before it (`/users/{user}/orders/{order}`). The text and names it uses are fixed from then on.
 */
export function templateOf(chain: readonly Node[]): string {
  const used = new Map<string, number>();
  let text = '';
  let before = '';
  for (const node of chain) {
    node.given = true;
    if (node.role === 'pool') {
      node.name ??= poolName(node, before);
      text += `/${node.form.replace('{}', `{${unique(node.name, used)}}`)}`;
    } else {
      text += `/${node.text}`;
      before = node.text;
    }
  }
  return text === '' ? '/' : text;
}

/** Continues a template with segments the population does not know: identifiers by their shape, words as they are. */
export function extendTemplate(chain: readonly Node[], rest: readonly string[]): string {
  const start = chain.length === 0 ? '' : templateOf(chain);
  const used = new Map<string, number>();
  for (const [, name] of start.matchAll(/\{([^{}]*)\}/g)) {
    unique(name ?? '', used);
  }
  let before = chain.findLast((node) => node.role !== 'pool')?.text ?? '';
  let text = start;
  rest.forEach((segment, i) => {
    const shape = shapeOf(segment, i === rest.length - 1);
    if (shape.kind === 'fixed') {
      text += `/${shape.form}`;
    } else if (isIdentifier(shape) || shape.kind === 'bad') {
      text += `/${shape.form.replace('{}', `{${unique(NAMES[shape.kind] ?? nameAfter(before), used)}}`)}`;
    } else {
      text += `/${segment}`;
      before = segment;
    }
  });
  return text === '' ? '/' : text;
}

function poolName(pool: Node, before: string): string {
  if (pool.greedy) {
    return 'path';
  }
  let total = 0;
  let most: ShapeKind = 'id';
  for (const [kind, count] of pool.kinds) {
    total += count;
    most = count > (pool.kinds.get(most) ?? 0) ? kind : most;
  }
  const name = NAMES[most];
  return name !== undefined && (pool.kinds.get(most) ?? 0) * 2 > total ? name : nameAfter(before);
}

function nameAfter(before: string): string {
  const words = wordsOf(before);
  const last = words.at(-1);
  if (last === undefined || last.length < 3 || (words.length === 1 && !isPlural(last) && last === 'api')) {
    return 'id';
  }
  return [...words.slice(0, -1), singular(last)].slice(-3).join('_');
}

function unique(name: string, used: Map<string, number>): string {
  const count = (used.get(name) ?? 0) + 1;
  used.set(name, count);
  return count === 1 ? name : `${name}_${count}`;
}
