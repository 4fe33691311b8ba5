import { nearest } from '@apitrail/contract';

import { callInFrom } from './calls';
import { listOf, location, name, nodeOf, nothing, oneOf, optional } from './checks';
import { expression, expressions } from './expressions';
import { sample, shapeOf, statement } from './queries';
import type { Json } from './parse';
import { foldCase, type Check, type Node, type Shape, type Walker } from './walker';

const tableKeys: Shape = {
  type: name,
  alias: name,
  sample: (...all) => optional(sample)(...all),
  query_location: location,
};

const reference: Check = (...all) => tableReference(...all);

/** What a FROM may hold, with what each may have. */
const TABLES: Readonly<Record<string, Shape>> = {
  BASE_TABLE: {
    ...tableKeys,
    schema_name: name,
    table_name: name,
    catalog_name: name,
    column_name_alias: listOf(name),
    at_clause: nothing('AT (VERSION …) cannot be used: a query reads the newest version.'),
  },
  JOIN: {
    ...tableKeys,
    left: reference,
    right: reference,
    condition: (...all) => optional(expression)(...all),
    join_type: oneOf('INNER', 'LEFT', 'RIGHT', 'OUTER', 'FULL', 'SEMI', 'ANTI'),
    ref_type: joinKind,
    using_columns: listOf(name),
    delim_flipped: oneOf(false),
    duplicate_eliminated_columns: nothing('This join is meant for DuckDB itself.'),
  },
  SUBQUERY: { ...tableKeys, subquery: (...all) => statement(...all), column_name_alias: listOf(name) },
  EMPTY: tableKeys,
  EXPRESSION_LIST: {
    ...tableKeys,
    expected_names: listOf(name),
    expected_types: nothing('VALUES cannot have types of their own.'),
    values: listOf((...all) => expressions(...all)),
  },
  TABLE_FUNCTION: {
    ...tableKeys,
    function: callInFrom,
    column_name_alias: listOf(name),
    with_ordinality: oneOf('WITHOUT_ORDINALITY', 'WITH_ORDINALITY'),
  },
};

/** Why the others are refused, and what to use. */
const REFUSED_TABLES: Readonly<Record<string, string>> = {
  PIVOT: 'PIVOT and UNPIVOT cannot be used. Use an aggregate per column, such as count(*) FILTER (WHERE status = 404).',
  SHOW_REF: 'DESCRIBE, SHOW and SUMMARIZE cannot be used. The editor lists the tables and their columns.',
  COLUMN_DATA: 'Rows that are held in memory cannot be used.',
  DELIM_GET: 'This is meant for DuckDB itself.',
};

/** Joins row by row have no meaning where rows have no order, and DuckDB crashes on some of them. */
function joinKind(value: Json, walker: Walker, where: Node): void {
  if (value === 'POSITIONAL') {
    const message =
      'POSITIONAL JOIN cannot be used: the rows of a table have no order. Join on a column, or on row_number() OVER (…).';
    throw walker.refuseWord(message, /^POSITIONAL$/i, where);
  }
  oneOf('REGULAR', 'NATURAL', 'CROSS', 'ASOF')(value, walker, where);
}

/** Anything that may stand in FROM. */
export function tableReference(value: Json, walker: Walker, where: Node): void {
  const node = nodeOf(value, walker, where);
  const kind = node['type'];
  if (typeof kind === 'string' && Object.hasOwn(REFUSED_TABLES, kind)) {
    throw walker.refuseWord(REFUSED_TABLES[kind]!, /^(PIVOT|UNPIVOT|DESCRIBE|DESC|SHOW|SUMMARIZE)$/i, node, where);
  }
  walker.within(node, where, () => {
    if (kind === 'BASE_TABLE') {
      checkTable(node, walker, where);
    }
    walker.check(node, shapeOf(TABLES, kind, walker, where), where, 'FROM');
  });
}

function checkTable(node: Node, walker: Walker, where: Node): void {
  const { catalog_name: catalog, schema_name: schema, table_name: table } = node;
  const full = [catalog, schema, table].filter((part) => part !== '').join('.');
  const plain = catalog === '' && schema === '';
  if (
    typeof table !== 'string' ||
    (!plain && (catalog !== '' || typeof schema !== 'string' || foldCase(schema) !== 'main'))
  ) {
    throw walker.refuse(`${full} cannot be read. ${sayTables(walker, String(table))}`, node, where);
  }
  if (plain && walker.isCommonTable(table)) {
    return;
  }
  if (!walker.isTable(table)) {
    const what = /[/\\:*?.]/.test(table)
      ? `${table} looks like a file, and files cannot be read.`
      : `There is no table ${table}.`;
    throw walker.refuse(`${what} ${sayTables(walker, table)}`, node, where);
  }
  walker.tablesRead.add(foldCase(table));
}

/** Which tables there are, or which one was meant. */
export function sayTables(walker: Walker, wrong?: string): string {
  const names = walker.tableNames();
  const near = wrong === undefined ? undefined : nearest(wrong, names);
  if (near !== undefined && foldCase(near) !== foldCase(wrong!)) {
    return `Did you mean ${near}?`;
  }
  return names.length === 0 ? 'There are no tables.' : `Only these tables can be queried: ${names.join(', ')}.`;
}
