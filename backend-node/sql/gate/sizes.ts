import { mostOf, numberOf, stepOf, textOf, timeOf } from './constants';
import { isNode } from './checks';
import type { Json } from './parse';
import { foldCase, type Node, type Walker } from './walker';

/** Functions whose result is as long as one of their arguments says, and which argument that is. */
const SIZED: Readonly<Record<string, number>> = {
  approx_top_k: 1,
  arg_max: 2,
  arg_min: 2,
  argmax: 2,
  argmin: 2,
  array_resize: 1,
  bar: 3,
  bitstring: 1,
  equi_width_bins: 2,
  list_resize: 1,
  lpad: 1,
  max: 1,
  max_by: 2,
  min: 1,
  min_by: 2,
  repeat: 1,
  reservoir_quantile: 2,
  rpad: 1,
  to_base: 2,
};

/** Those that make something of nothing: one within the other would multiply. */
const GROWING: ReadonlySet<string> = new Set(['array_resize', 'bitstring', 'list_resize', 'lpad', 'repeat', 'rpad']);

/** Sizes must be told from the text, so that a short query cannot fill the memory. */
export function checkSizes(called: string, children: readonly Json[], walker: Walker, node: Node, where: Node): void {
  if (called === 'range' || called === 'generate_series') {
    return checkSeries(called, children, walker, node, where);
  }
  const index = SIZED[called];
  const size = index === undefined ? undefined : children[index];
  if (size === undefined) {
    return;
  }
  const most = mostOf(size);
  if (most === undefined) {
    const message = `How long the result of ${called} is must be a number, or least(…, 1000) of something.`;
    throw walker.refuse(message, size, node, where);
  }
  const each = called === 'repeat' ? Math.max(1, textOf(children[0])?.length ?? 1) : 1;
  if (most * each > walker.limits.size) {
    const message = `The result of ${called} would be longer than ${walker.limits.size}. Use a smaller number.`;
    throw walker.refuse(message, size, node, where);
  }
  const inner = GROWING.has(called) ? growing(children[0]) : undefined;
  if (inner !== undefined) {
    throw walker.refuse(`${called} of ${inner} can make a text of any length. Use one of them.`, node, where);
  }
}

/** `range` and `generate_series`, of numbers or of times. */
function checkSeries(called: string, children: readonly Json[], walker: Walker, node: Node, where: Node): void {
  const items = seriesLength(children);
  if (items === undefined) {
    const message = `The bounds of ${called} must be numbers or times that are written out, or least(…, 1000) of something.`;
    throw walker.refuse(message, children[0], node, where);
  }
  if (!(items <= walker.limits.size)) {
    const message = `${called} would make more than ${walker.limits.size} values. Use closer bounds or a wider step.`;
    throw walker.refuse(message, children[0], node, where);
  }
}

function seriesLength(children: readonly Json[]): number | undefined {
  const [first, second, third] = children;
  if (children.length === 1) {
    return mostOf(first);
  }
  const [from, to] = [numberOf(first), mostOf(second)];
  const step = third === undefined ? 1 : numberOf(third);
  if (from !== undefined && to !== undefined && step !== undefined) {
    // With a bound from above only, a series that counts down has no bound.
    return step < 0 && numberOf(second) === undefined ? undefined : lengthOf(from, to, step);
  }
  const [start, end, width] = [timeOf(first), timeOf(second), stepOf(third)];
  if (start === undefined || end === undefined || width === undefined) {
    return undefined;
  }
  return width < 0 ? lengthOf(start.latest, end.earliest, width) : lengthOf(start.earliest, end.latest, width);
}

function lengthOf(from: number, to: number, step: number): number {
  return step === 0 ? 0 : Math.max(0, (to - from) / step);
}

/** The name of a function within an expression that makes something of nothing. */
function growing(value: Json | undefined): string | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const called = isNode(value) && value['class'] === 'FUNCTION' ? value['function_name'] : undefined;
  if (typeof called === 'string' && GROWING.has(foldCase(called))) {
    return called;
  }
  for (const child of Object.values(value)) {
    const found = growing(child);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
