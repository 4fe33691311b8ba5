import type { ApitrailError } from '@apitrail/contract';

import { isNode } from './checks';
import type { GateOptions } from './options';
import { joinOnTrue } from './rewrite';
import { SERIALIZE, locationOf, readTree, refusedAt, type Json, type ParsedSql } from './parse';
import type { Node } from './walker';

/** The text of a tree, with the way from its places to those of the text the tree was parsed of. */
export interface WrittenSql {
  sql: string;
  /** Offset in the text that was parsed, of an offset in `sql`; undefined where nothing of the tree stands. */
  parsedPosition(offset: number): number | undefined;
}

/**
 * Lets DuckDB write the tree as text again, and makes sure that it reads that text as the same tree: then what runs is what
 * was checked. Throws an ApitrailError when it does not.
 */
export async function writeSql(text: string, parsed: ParsedSql, options: GateOptions): Promise<WrittenSql> {
  const json = joinOnTrue(parsed.json);
  try {
    return await writeTree(text, parsed, options);
  } catch (error) {
    if (json === parsed.json) {
      throw error;
    }
    return writeTree(text, parsedOf(json, parsed), options);
  }
}

async function writeTree(text: string, parsed: ParsedSql, options: GateOptions): Promise<WrittenSql> {
  const sql = await options.ask('SELECT json_deserialize_sql(CAST($1 AS JSON))', parsed.json);
  const [statement, second] = statementsOf(await options.ask(SERIALIZE, sql));
  if (statement === undefined || second !== undefined) {
    throw differs(text, undefined, options);
  }
  const places = new Map<number, number>();
  compare(unwrapValues(parsed.statement), unwrapValues(statement), { text, sql, options, places, around: undefined });
  return { sql, parsedPosition: (offset) => places.get(offset) };
}

function parsedOf(json: string, fallback: ParsedSql): ParsedSql {
  return { json, statement: statementsOf(json)[0] ?? fallback.statement };
}

function statementsOf(json: string): Json[] {
  const statements = readTree(json)?.['statements'];
  return Array.isArray(statements) ? statements : [];
}

interface Comparison {
  text: string;
  sql: string;
  options: GateOptions;
  /** Offsets in the text that was parsed, by those in the text that was written. */
  places: Map<number, number>;
  /** The nearest node around that has a place. */
  around: number | undefined;
}

function compare(parsed: Json, written: Json, comparison: Comparison): void {
  if (Array.isArray(parsed) && Array.isArray(written) && parsed.length === written.length) {
    parsed.forEach((item, index) => compare(item, written[index]!, comparison));
    return;
  }
  if (isNode(parsed) && isNode(written)) {
    const [from, to] = [locationOf(comparison.text, parsed), locationOf(comparison.sql, written)];
    if (from !== undefined && to !== undefined) {
      comparison.places.set(to, from);
    }
    const keys = new Set([...Object.keys(parsed), ...Object.keys(written)]);
    keys.delete('query_location');
    for (const key of keys) {
      compare(parsed[key] ?? null, written[key] ?? null, { ...comparison, around: from ?? comparison.around });
    }
    return;
  }
  if (parsed !== written) {
    throw differs(comparison.text, comparison.around, comparison.options);
  }
}

function differs(text: string, offset: number | undefined, options: GateOptions): ApitrailError {
  const message = 'DuckDB does not write this the way it reads it, so it cannot be checked. Write it in another way.';
  return refusedAt(text, offset, options, message);
}

/** What DuckDB calls a VALUES that stands for itself. */
const VALUES_ALIAS = 'valueslist';

/** A VALUES that is written again stands in a SELECT of its own, which means the same: it is taken out of it. */
function unwrapValues(value: Json): Json {
  if (Array.isArray(value)) {
    return value.map(unwrapValues);
  }
  if (!isNode(value)) {
    return value;
  }
  const node = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, unwrapValues(child)]));
  return valuesAlone(node) ?? node;
}

/** The VALUES that a subquery is nothing more than. */
function valuesAlone(node: Node): Node | undefined {
  const { type, alias, column_name_alias: names, sample, subquery } = node;
  const inner = isNode(subquery) && isNode(subquery['node']) ? subquery['node'] : undefined;
  const from = inner?.['from_table'];
  const plain = type === 'SUBQUERY' && alias === VALUES_ALIAS && isEmpty(names) && isEmpty(sample);
  if (!plain || !inner || !isNode(from) || from['type'] !== 'EXPRESSION_LIST') {
    return undefined;
  }
  const [star, ...more] = Array.isArray(inner['select_list']) ? inner['select_list'] : [];
  const others = Object.entries(inner).filter(([key]) => !['type', 'select_list', 'from_table'].includes(key));
  const starOnly =
    isNode(star) &&
    star['class'] === 'STAR' &&
    Object.entries(star).every(([key, part]) => STAR_KEYS.has(key) || isEmpty(part));
  return starOnly && more.length === 0 && others.every(([, part]) => isEmpty(part)) ? from : undefined;
}

const STAR_KEYS: ReadonlySet<string> = new Set(['class', 'type', 'query_location']);

/** Whether a part of the tree says nothing. */
function isEmpty(value: Json | undefined): boolean {
  if (isNode(value)) {
    return Object.values(value).every(isEmpty);
  }
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    value === false ||
    value === 'STANDARD_HANDLING' ||
    (Array.isArray(value) && value.length === 0)
  );
}
