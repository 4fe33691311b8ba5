import type { Json } from './parse';
import type { Check, Node, Shape, Walker } from './walker';

export function isNode(value: Json | undefined): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object, or an error: the tree is not of a shape that is known. */
export function nodeOf(value: Json, walker: Walker, where: Node): Node {
  if (!isNode(value)) {
    throw unknownShape(walker, where);
  }
  return value;
}

export function unknownShape(walker: Walker, where: Node): Error {
  return walker.refuse('The SQL has a part that Apitrail does not know, so it cannot run.', where);
}

/** Any text: a name or an alias, which is quoted where it is written again. */
export const name: Check = (value, walker, where) => {
  if (typeof value !== 'string') {
    throw unknownShape(walker, where);
  }
  if (value.length > walker.limits.literalLength) {
    throw walker.refuse(`A name is longer than ${walker.limits.literalLength} characters.`, where);
  }
};

export const flag: Check = (value, walker, where) => {
  if (typeof value !== 'boolean') {
    throw unknownShape(walker, where);
  }
};

export const count: Check = (value, walker, where) => {
  if (typeof value !== 'number') {
    throw unknownShape(walker, where);
  }
};

/** One of a few values that are known. */
export function oneOf(...values: ReadonlyArray<string | boolean | null>): Check {
  return (value, walker, where) => {
    if (!values.includes(value as string)) {
      throw walker.refuse(`${sayValue(value)} cannot be used here.`, where);
    }
  };
}

/** Nothing, or an error that says why there may be none. */
export function nothing(message: string): Check {
  return (value, walker, where) => {
    const empty = value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0);
    if (!empty) {
      throw walker.refuse(message, isNode(value) ? value : where, where);
    }
  };
}

export function listOf(check: Check): Check {
  return (value, walker, where) => {
    if (!Array.isArray(value)) {
      throw unknownShape(walker, where);
    }
    value.forEach((item) => check(item, walker, where));
  };
}

export function optional(check: Check): Check {
  return (value, walker, where) => {
    if (value !== null) {
      check(value, walker, where);
    }
  };
}

/** An object of one shape that is no node of its own. */
export function objectOf(shape: Shape, what: string): Check {
  return (value, walker, where) => walker.check(nodeOf(value, walker, where), shape, where, what);
}

/** Where a node stands; any number. */
export const location = count;

function sayValue(value: Json): string {
  return typeof value === 'string' ? value.replaceAll('_', ' ') : 'This';
}
