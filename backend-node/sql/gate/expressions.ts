import { checkCall } from './calls';
import { count, flag, listOf, location, name, nodeOf, nothing, objectOf, oneOf, optional } from './checks';
import type { Json } from './parse';
import { orderBy, orders, statement } from './queries';
import { literal, type } from './types';
import { foldCase, type Check, type Node, type Shape, type Walker } from './walker';

const one: Check = (...all) => expression(...all);
const many: Check = (...all) => expressions(...all);
const subquery: Check = (...all) => statement(...all);
const callOrder: Check = (...all) => orderBy(...all);
const windowOrders: Check = (...all) => orders(...all);

const COMPARISONS = [
  ...['COMPARE_EQUAL', 'COMPARE_NOTEQUAL', 'COMPARE_LESSTHAN', 'COMPARE_GREATERTHAN', 'COMPARE_LESSTHANOREQUALTO'],
  ...['COMPARE_GREATERTHANOREQUALTO', 'COMPARE_DISTINCT_FROM', 'COMPARE_NOT_DISTINCT_FROM'],
];

const OPERATORS = [
  ...['ARRAY_EXTRACT', 'ARRAY_SLICE', 'STRUCT_EXTRACT', 'ARRAY_CONSTRUCTOR', 'COMPARE_IN', 'COMPARE_NOT_IN'],
  ...['OPERATOR_NOT', 'OPERATOR_IS_NULL', 'OPERATOR_IS_NOT_NULL', 'OPERATOR_COALESCE', 'OPERATOR_NULLIF'],
  ...['OPERATOR_TRY', 'OPERATOR_UNPACK', 'GROUPING_FUNCTION'],
];

const WINDOWS = [
  ...[
    'WINDOW_AGGREGATE',
    'WINDOW_RANK',
    'WINDOW_RANK_DENSE',
    'WINDOW_NTILE',
    'WINDOW_PERCENT_RANK',
    'WINDOW_CUME_DIST',
  ],
  ...['WINDOW_ROW_NUMBER', 'WINDOW_FIRST_VALUE', 'WINDOW_LAST_VALUE', 'WINDOW_LEAD', 'WINDOW_LAG', 'WINDOW_NTH_VALUE'],
  'WINDOW_FILL',
];

const FRAME_ENDS = ['UNBOUNDED', 'CURRENT_ROW', 'EXPR'].flatMap((end) =>
  (end === 'CURRENT_ROW' ? ['ROWS', 'RANGE', 'GROUPS'] : ['PRECEDING', 'FOLLOWING']).flatMap((kind) =>
    end === 'EXPR' ? ['ROWS', 'RANGE', 'GROUPS'].map((unit) => `EXPR_${kind}_${unit}`) : [`${end}_${kind}`]
  )
);

const keys = (...types: string[]): Shape => ({
  class: name,
  type: oneOf(...types),
  alias: name,
  query_location: location,
});

const call: Shape = {
  function_name: name,
  schema: name,
  catalog: name,
  children: many,
};

/** Every class of expression that may be used, with what each may have. */
const EXPRESSIONS: Readonly<Record<string, Shape>> = {
  BETWEEN: { ...keys('COMPARE_BETWEEN', 'COMPARE_NOT_BETWEEN'), input: one, lower: one, upper: one },
  CASE: {
    ...keys('CASE_EXPR'),
    case_checks: listOf(objectOf({ when_expr: one, then_expr: one }, 'CASE')),
    else_expr: one,
  },
  CAST: { ...keys('OPERATOR_CAST'), child: one, cast_type: type, try_cast: flag },
  COLLATE: { ...keys('COLLATE'), child: one, collation: name },
  COLUMN_REF: { ...keys('COLUMN_REF'), column_names: columnNames },
  COMPARISON: { ...keys(...COMPARISONS), left: one, right: one },
  CONJUNCTION: { ...keys('CONJUNCTION_AND', 'CONJUNCTION_OR'), children: many },
  CONSTANT: { ...keys('VALUE_CONSTANT'), value: literal },
  FUNCTION: {
    ...keys('FUNCTION'),
    ...call,
    filter: optional(one),
    order_bys: optional(callOrder),
    distinct: flag,
    is_operator: flag,
    export_state: nothing('EXPORT_STATE cannot be used.'),
  },
  LAMBDA: { ...keys('LAMBDA'), lhs: one, expr: one, syntax_type: name },
  OPERATOR: { ...keys(...OPERATORS), children: many },
  POSITIONAL_REFERENCE: { ...keys('POSITIONAL_REFERENCE'), index: count },
  STAR: {
    ...keys('STAR'),
    relation_name: name,
    exclude_list: listOf(name),
    qualified_exclude_list: listOf(columnName),
    replace_list: listOf(objectOf({ key: name, value: one }, 'REPLACE')),
    rename_list: listOf(objectOf({ key: columnName, value: name }, 'RENAME')),
    columns: flag,
    unpacked: flag,
    expr: optional(one),
  },
  SUBQUERY: {
    ...keys('SUBQUERY'),
    subquery_type: oneOf('SCALAR', 'EXISTS', 'NOT_EXISTS', 'ANY'),
    subquery,
    child: optional(one),
    comparison_type: oneOf('INVALID', ...COMPARISONS),
  },
  WINDOW: {
    ...keys(...WINDOWS),
    ...call,
    partitions: many,
    orders: windowOrders,
    start: oneOf(...FRAME_ENDS),
    end: oneOf(...FRAME_ENDS),
    start_expr: optional(one),
    end_expr: optional(one),
    offset_expr: optional(one),
    default_expr: optional(one),
    ignore_nulls: flag,
    filter_expr: optional(one),
    exclude_clause: oneOf('NO_OTHER', 'CURRENT_ROW', 'GROUP', 'TIES'),
    distinct: flag,
    arg_orders: windowOrders,
  },
};

/** Why some of the others are refused. */
const REFUSED: Readonly<Record<string, string>> = {
  PARAMETER: 'Parameters such as $1 or ? cannot be used: there is nothing to give them. Write the value.',
  DEFAULT: 'DEFAULT belongs to INSERT and cannot be used.',
};

/** Anything that may stand where a value may. */
export function expression(value: Json, walker: Walker, where: Node): void {
  const node = nodeOf(value, walker, where);
  const kind = node['class'];
  walker.within(node, where, () => {
    const shape = typeof kind === 'string' && Object.hasOwn(EXPRESSIONS, kind) ? EXPRESSIONS[kind] : undefined;
    if (!shape) {
      const reason = typeof kind === 'string' && Object.hasOwn(REFUSED, kind) ? REFUSED[kind] : undefined;
      throw walker.refuseWord(
        reason ?? `${String(kind).replaceAll('_', ' ')} cannot be used.`,
        /^(\$.*|\?|DEFAULT)$/i,
        node,
        where
      );
    }
    if (kind === 'FUNCTION' || kind === 'WINDOW') {
      checkCall(node, walker, where);
    }
    walker.check(node, shape, where, 'An expression');
  });
}

export function expressions(value: Json, walker: Walker, where: Node): void {
  listOf(one)(value, walker, where);
}

function columnName(value: Json, walker: Walker, where: Node): void {
  objectOf({ catalog: name, schema: name, table: name, column: name }, 'A column')(value, walker, where);
}

/** Words that stand for a function where there is no column of the name. */
const SESSION_WORDS: ReadonlySet<string> = new Set([
  ...['current_catalog', 'current_database', 'current_role', 'current_schema', 'current_user', 'session_user', 'user'],
]);

function columnNames(value: Json, walker: Walker, where: Node): void {
  listOf(name)(value, walker, where);
  const [only, ...more] = value as string[];
  if (only !== undefined && more.length === 0 && SESSION_WORDS.has(foldCase(only)) && !walker.isColumn(only)) {
    throw walker.refuse(`${only} tells of the engine, not of requests, so it cannot be used.`, where);
  }
}
