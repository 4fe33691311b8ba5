import { count, flag, isNode, listOf, name, nodeOf, nothing, objectOf, oneOf, optional, unknownShape } from './checks';
import { expression, expressions } from './expressions';
import type { Json } from './parse';
import { tableReference } from './tables';
import { literal } from './types';
import { foldCase, type Check, type Node, type Shape, type Walker } from './walker';

const order = listOf(
  objectOf(
    {
      type: oneOf('ORDER_DEFAULT', 'ASCENDING', 'DESCENDING'),
      null_order: oneOf('ORDER_DEFAULT', 'NULLS FIRST', 'NULLS LAST'),
      expression,
    },
    'ORDER BY'
  )
);

/** A list of what to order by. */
export function orders(value: Json, walker: Walker, where: Node): void {
  order(value, walker, where);
}

/** The ORDER BY within a call of an aggregate. */
export function orderBy(value: Json, walker: Walker, where: Node): void {
  objectOf({ type: oneOf('ORDER_MODIFIER'), orders: order }, 'ORDER BY')(value, walker, where);
}

const limit: Shape = { type: name, limit: optional(expression), offset: optional(expression) };

const MODIFIERS: Readonly<Record<string, Shape>> = {
  ORDER_MODIFIER: { type: name, orders: order },
  LIMIT_MODIFIER: limit,
  LIMIT_PERCENT_MODIFIER: limit,
  DISTINCT_MODIFIER: { type: name, distinct_on_targets: expressions },
};

const modifier: Check = (value, walker, where) => {
  const node = nodeOf(value, walker, where);
  walker.check(node, shapeOf(MODIFIERS, node['type'], walker, where), where, 'A clause');
};

/** Rows to take by chance. */
export function sample(value: Json, walker: Walker, where: Node): void {
  const method = oneOf('System', 'Bernoulli', 'Reservoir');
  const shape = { sample_size: literal, is_percentage: flag, method, seed: count, repeatable: flag };
  objectOf(shape, 'SAMPLE')(value, walker, where);
}

const SELECT: Shape = {
  type: name,
  modifiers: listOf(modifier),
  cte_map: () => undefined,
  select_list: expressions,
  from_table: tableReference,
  where_clause: optional(expression),
  group_expressions: expressions,
  group_sets: listOf(listOf(count)),
  aggregate_handling: oneOf('STANDARD_HANDLING', 'FORCE_AGGREGATES'),
  having: optional(expression),
  sample: optional(sample),
  qualify: optional(expression),
};

const SET_OPERATION: Shape = {
  type: name,
  modifiers: listOf(modifier),
  cte_map: () => undefined,
  setop_type: oneOf('UNION', 'EXCEPT', 'INTERSECT', 'UNION_BY_NAME'),
  left: query,
  right: query,
  setop_all: flag,
  children: listOf(query),
};

const RECURSIVE = 'WITH RECURSIVE cannot be used: it may never end. Use range() to count.';

/** A query: a SELECT, or several put together. Its common table expressions are known within it. */
export function query(value: Json, walker: Walker, where: Node): void {
  const node = nodeOf(value, walker, where);
  walker.within(node, where, () =>
    walker.scope((names) => {
      commonTables(node['cte_map'] ?? null, walker, where, names);
      switch (node['type']) {
        case 'SELECT_NODE':
          return walker.check(node, SELECT, where, 'SELECT');
        case 'SET_OPERATION_NODE':
          return walker.check(node, SET_OPERATION, where, 'UNION');
        case 'RECURSIVE_CTE_NODE':
          throw walker.refuseWord(RECURSIVE, /^RECURSIVE$/i, node, where);
        default:
          throw walker.refuse(
            'Only SELECT, FROM and VALUES can be used, and UNION, EXCEPT and INTERSECT of them.',
            where
          );
      }
    })
  );
}

/** A whole statement, or one within brackets. */
export function statement(value: Json, walker: Walker, where: Node): void {
  const shape = {
    node: query,
    // What they stand for is refused where they stand.
    named_param_map: () => undefined,
  };
  walker.check(nodeOf(value, walker, where), shape, where, 'A statement');
}

/** Characters that file names and addresses have, and names of tables that people give do not. */
const FILE_LIKE = /[/\\:*?.]/;

/** Each common table expression is checked with those before it, and then known. */
function commonTables(map: Json, walker: Walker, where: Node, names: Set<string>): void {
  const entries = isNode(map) ? map['map'] : undefined;
  if (!Array.isArray(entries)) {
    throw unknownShape(walker, where);
  }
  for (const entry of entries) {
    const { key, value } = nodeOf(entry, walker, where);
    if (typeof key !== 'string') {
      throw unknownShape(walker, where);
    }
    if (FILE_LIKE.test(key)) {
      const message = `${key} is not a name a WITH query can have. Use letters, digits and _.`;
      throw walker.refuse(message, firstWithin(value), where);
    }
    const using = nothing('USING KEY belongs to WITH RECURSIVE, which cannot be used.');
    objectOf({ aliases: listOf(name), query: statement, materialized: name, key_targets: using }, 'WITH')(
      value ?? null,
      walker,
      where
    );
    names.add(foldCase(key));
  }
}

/** The first item of the select list of a common table expression, which has a place where the expression has none. */
function firstWithin(value: Json | undefined): Json | undefined {
  let node: Json | undefined = value;
  for (const key of ['query', 'node', 'select_list']) {
    node = isNode(node) ? node[key] : undefined;
  }
  return Array.isArray(node) ? node[0] : undefined;
}

export function shapeOf(
  shapes: Readonly<Record<string, Shape>>,
  kind: Json | undefined,
  walker: Walker,
  where: Node
): Shape {
  const shape = typeof kind === 'string' && Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
  if (!shape) {
    throw walker.refuse(`${String(kind).replaceAll('_', ' ')} cannot be used.`, where);
  }
  return shape;
}
