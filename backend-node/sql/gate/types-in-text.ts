import { isNode } from './checks';
import { textOf } from './constants';
import type { Json } from './parse';
import { MOST_ARRAY_ITEMS } from './types';
import type { Node, Walker } from './walker';

/** Functions that are told by a JSON text of which types their result is, always in the second argument. */
const BY_STRUCTURE: ReadonlySet<string> = new Set([
  ...['from_json', 'from_json_strict', 'json_transform', 'json_transform_strict'],
]);

/** Names of built-in types, with the other names DuckDB has for them. */
const TYPE_NAMES: ReadonlySet<string> = new Set(
  `bool boolean logical tinyint int1 smallint int2 short integer int int4 signed bigint int8 long hugeint utinyint uint8
   usmallint uint16 uinteger uint32 ubigint uint64 uhugeint int16 int32 int64 float real float4 double float8 decimal
   numeric varchar text string char bpchar blob bytea binary varbinary date time timestamp timestamp_s timestamp_ms
   timestamp_us timestamp_ns datetime timestamptz timetz interval uuid json null
   timestamp_with_time_zone time_with_time_zone double_precision`.split(/\s+/)
);

/** One name of a type, the digits of DECIMAL, and brackets of lists and arrays. */
const NAMED_TYPE = /^\s*([a-z]\w*(?:\s+[a-z]+)*)\s*(?:\(\s*\d+\s*(?:,\s*\d+\s*)?\))?((?:\s*\[\s*\d*\s*\])*)\s*$/i;

/** Types that are named in a text are held to what types elsewhere are. */
export function checkStructure(
  called: string,
  children: readonly Json[],
  walker: Walker,
  node: Node,
  where: Node
): void {
  if (!BY_STRUCTURE.has(called)) {
    return;
  }
  const [, structure] = children;
  const cast = isNode(structure) && structure['class'] === 'CAST' ? structure['child'] : structure;
  const types = typesIn(textOf(cast));
  if (types === undefined) {
    const message = `The second argument of ${called} must be written out as JSON, such as '{"plan": "VARCHAR"}'.`;
    throw walker.refuse(message, structure, node, where);
  }
  for (const { name, items } of types) {
    if (!isAllowed(name)) {
      const message = `${name} is not a type that can be used here. Use a built-in one, such as VARCHAR or BIGINT, {…} for a struct and […] for a list.`;
      throw walker.refuse(message, structure, node, where);
    }
    if (items > MOST_ARRAY_ITEMS) {
      const message = `An array type can have at most ${MOST_ARRAY_ITEMS} items. Use a list, such as INTEGER[].`;
      throw walker.refuse(message, structure, node, where);
    }
  }
}

interface NamedType {
  name: string;
  /** Items of all its fixed-size arrays together. */
  items: number;
}

/** The types that a JSON text names; undefined when it is none. */
function typesIn(text: string | undefined): NamedType[] | undefined {
  try {
    return text === undefined ? undefined : leaves(JSON.parse(text) as Json);
  } catch {
    return undefined;
  }
}

function leaves(structure: Json): NamedType[] {
  if (structure !== null && typeof structure === 'object') {
    return Object.values(structure).flatMap(leaves);
  }
  const text = String(structure);
  const [, name = text, brackets = ''] = NAMED_TYPE.exec(text) ?? [];
  const sizes = [...brackets.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  return [{ name, items: sizes.reduce((all, size) => all * size, 1) }];
}

function isAllowed(name: string): boolean {
  return TYPE_NAMES.has(name.toLowerCase().replace(/\s+/g, '_'));
}
