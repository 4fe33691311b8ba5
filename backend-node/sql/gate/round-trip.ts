import type { ApitrailError } from '@apitrail/contract';

import { isNode } from './checks';
import type { GateOptions } from './options';
import { locationOf, readTree, refusedAt, type Json, type ParsedSql } from './parse';

/** The text of a tree, with the way from its places to those of the tree it was made of. */
export interface WrittenSql {
  sql: string;
  /** Pairs of offsets, UTF-16 units: in the text that is run and in the text that was parsed, in order of the first. */
  places: ReadonlyArray<readonly [run: number, parsed: number]>;
}

/**
 * Lets DuckDB write the tree as text again, and makes sure that it reads that text as the same tree: then what runs is what
 * was checked. Throws an ApitrailError when it does not.
 */
export async function writeSql(text: string, parsed: ParsedSql, options: GateOptions): Promise<WrittenSql> {
  const sql = await options.ask('SELECT json_deserialize_sql(CAST($1 AS JSON))', parsed.json);
  const again = await options.ask('SELECT CAST(json_serialize_sql(CAST($1 AS VARCHAR)) AS VARCHAR)', sql);
  const tree = readTree(again);
  const statements = tree?.['statements'];
  const [statement, second] = Array.isArray(statements) ? statements : [];
  if (statement === undefined || second !== undefined) {
    throw differs(text, undefined, options);
  }
  const places: Array<readonly [number, number]> = [];
  compare(wrapValues(parsed.statement), wrapValues(statement), { text, sql, options, places, around: undefined });
  return { sql, places: places.sort(([a], [b]) => a - b) };
}

interface Comparison {
  text: string;
  sql: string;
  options: GateOptions;
  places: Array<readonly [number, number]>;
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
      comparison.places.push([to, from]);
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

/** A VALUES that is written again stands in a SELECT of its own, which means the same. */
function wrapValues(value: Json): Json {
  if (Array.isArray(value)) {
    return value.map(wrapValues);
  }
  if (!isNode(value)) {
    return value;
  }
  const inner = valuesWithin(value);
  if (inner) {
    return wrapValues({ ...inner, query_location: value['query_location'] ?? null });
  }
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, wrapValues(child)]));
}

/** The VALUES that a subquery is nothing more than. */
function valuesWithin(_: { [key: string]: Json }): { [key: string]: Json } | undefined {
  return undefined;
}
