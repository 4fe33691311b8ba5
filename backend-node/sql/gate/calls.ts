import { nearest } from '@apitrail/contract';

import { nodeOf } from './checks';
import { textOf } from './constants';
import { expression } from './expressions';
import { AGGREGATES, ALLOWED_FUNCTIONS, ALLOWED_TABLE_FUNCTIONS } from './functions/allowed';
import { refusalOf } from './functions/refused';
import type { Json } from './parse';
import { checkSizes } from './sizes';
import { sayTables } from './tables';
import { checkStructure } from './types-in-text';
import { foldCase, type Node, type Walker } from './walker';

/** Functions that are told by a text which aggregate to use. */
const BY_NAME: ReadonlySet<string> = new Set([
  'aggregate',
  'array_aggr',
  'array_aggregate',
  'list_aggr',
  'list_aggregate',
]);

/** A call where a value may stand: of a function that is allowed, of DuckDB's own, with sizes that are bounded. */
export function checkCall(node: Node, walker: Walker, where: Node): void {
  const called = ownName(node, walker, where);
  if (!ALLOWED_FUNCTIONS.has(called)) {
    throw refusal(called, walker, node, where);
  }
  const children = argumentsOf(node);
  if (BY_NAME.has(called)) {
    const aggregate = textOf(children[1]);
    if (aggregate === undefined || !AGGREGATES.has(foldCase(aggregate))) {
      const message = `The second argument of ${called} must be the name of an aggregate, written out, such as 'sum'.`;
      throw walker.refuse(message, children[1], node, where);
    }
    // What comes after the name is given to the aggregate, after the items of the list.
    checkSizes(foldCase(aggregate), [children[0]!, ...children.slice(2)], walker, node, where);
  }
  if (called === 'format' || called === 'printf') {
    checkFormat(called, children[0], walker, node, where);
  }
  checkStructure(called, children, walker, node, where);
  checkSizes(called, children, walker, node, where);
}

/** A call that stands in FROM. */
export function callInFrom(value: Json, walker: Walker, where: Node): void {
  const node = nodeOf(value, walker, where);
  if (node['class'] !== 'FUNCTION') {
    throw walker.refuse('Only a table, a query or a function can stand in FROM.', node, where);
  }
  const called = ownName(node, walker, where);
  if (!ALLOWED_TABLE_FUNCTIONS.has(called)) {
    if (ALLOWED_FUNCTIONS.has(called)) {
      const message = `${called} cannot stand in FROM. ${sayTables(walker)}`;
      throw walker.refuse(message, node, where);
    }
    throw refusal(called, walker, node, where);
  }
  if (ALLOWED_FUNCTIONS.has(called)) {
    expression(node, walker, where);
  } else {
    // json_each and json_tree exist in FROM only; what they are given is checked like any value.
    argumentsOf(node).forEach((argument) => expression(argument, walker, node));
    expression({ ...node, function_name: 'json_keys', children: [] }, walker, where);
  }
}

function argumentsOf(node: Node): Json[] {
  const { children } = node;
  return Array.isArray(children) ? children : [];
}

/** The name of what is called, when it is one of DuckDB's own. */
function ownName(node: Node, walker: Walker, where: Node): string {
  const { function_name: called, schema, catalog } = node;
  if (typeof called !== 'string') {
    throw walker.refuse('The SQL has a call that Apitrail does not know, so it cannot run.', node, where);
  }
  if (catalog !== '' || typeof schema !== 'string' || !['', 'main'].includes(foldCase(schema))) {
    const prefix = [catalog, schema].filter((part) => typeof part === 'string' && part !== '').join('.');
    const message = ALLOWED_FUNCTIONS.has(foldCase(called))
      ? `Write ${called}(${[prefix, ...argumentsOf(node).map(() => '…')].join(', ')}) instead of ${prefix}.${called}(…).`
      : `${prefix}.${called} is not a function that can be used.`;
    throw walker.refuse(message, node, where);
  }
  return foldCase(called);
}

function refusal(called: string, walker: Walker, node: Node, where: Node): Error {
  const refused = refusalOf(called);
  if (refused) {
    const instead = refused.instead
      ? ` Instead, ${refused.instead}.`
      : refused.showsTables
        ? ` ${sayTables(walker)}`
        : '';
    return walker.refuse(`${called} ${refused.reason}, so it cannot be used.${instead}`, node, where);
  }
  const near = nearest(called, [...ALLOWED_FUNCTIONS]);
  const hint = near ? `Did you mean ${near}?` : 'The functions that can be used are in the documentation of Apitrail.';
  return walker.refuse(`${called} is not a function that can be used. ${hint}`, node, where);
}

/** Widths of four digits and more, and widths that come from arguments, make texts of any length. */
function checkFormat(called: string, format: Json | undefined, walker: Walker, node: Node, where: Node): void {
  const text = textOf(format);
  if (text === undefined) {
    throw walker.refuse(`The first argument of ${called} must be written out as a text.`, format, node, where);
  }
  const wide = called === 'printf' ? /%[^A-Za-z%]*(\*|\d{4,})/ : /\{[^}]*(\{|\d{4,})/;
  if (wide.test(called === 'printf' ? text.replaceAll('%%', '') : text.replace(/\{\{|\}\}/g, ''))) {
    throw walker.refuse(`A width in the first argument of ${called} must be a number below 1000.`, format, node, where);
  }
}
