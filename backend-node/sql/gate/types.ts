import { listOf, name, nodeOf, nothing, objectOf, oneOf, optional, unknownShape } from './checks';
import type { Json } from './parse';
import type { Check, Node, Walker } from './walker';

/** Types of values, as DuckDB names them, that need nothing else to be said. */
const PLAIN_TYPES: ReadonlySet<string> = new Set([
  ...['BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT'],
  ...[
    'UHUGEINT',
    'BIGNUM',
    'FLOAT',
    'DOUBLE',
    'VARCHAR',
    'CHAR',
    'BLOB',
    'BIT',
    'UUID',
    'NULL',
    'DATE',
    'TIME',
    'TIME_NS',
  ],
  ...['TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS', 'INTERVAL'],
  ...['TIMESTAMP WITH TIME ZONE', 'TIME WITH TIME ZONE', 'INTEGER_LITERAL', 'STRING_LITERAL'],
]);

/** Types that are only found when the statement runs. `JSON` is the one that has to do with requests. */
const NAMED_TYPES: ReadonlySet<string> = new Set(['json']);

/** Most items of all the fixed-size arrays of a type together, since each value has them all. */
export const MOST_ARRAY_ITEMS = 10_000;

/** A type in a CAST or of a literal. */
export const type: Check = (value, walker, where) => checkType(value, walker, where, 1);

const noExtension = nothing('Types of extensions cannot be used.');

function checkType(value: Json, walker: Walker, where: Node, items: number): void {
  const node = nodeOf(value, walker, where);
  const { id, type_info: info } = node;
  walker.within(node, where, () => {
    const inner =
      (count: number): Check =>
      (child) =>
        checkType(child, walker, where, count);
    const member = objectOf({ first: name, second: inner(items) }, 'A type');
    const details = {
      type: name,
      extension_info: noExtension,
      alias: nothing('A type cannot have an alias.'),
      child_type: inner(items),
      child_types: listOf(member),
    };
    if (typeof id !== 'string') {
      throw unknownShape(walker, where);
    }
    if (PLAIN_TYPES.has(id)) {
      const collation = optional(
        objectOf(
          { type: oneOf('STRING_TYPE_INFO'), extension_info: noExtension, collation: name, alias: details.alias },
          'A type'
        )
      );
      walker.check(node, { id: name, type_info: collation }, where, 'A type');
      return;
    }
    const digits: Check = (count) => {
      if (typeof count !== 'number') {
        throw unknownShape(walker, where);
      }
    };
    const size: Check = (length) => {
      if (typeof length !== 'number' || length * items > MOST_ARRAY_ITEMS) {
        throw walker.refuse(
          `An array type can have at most ${MOST_ARRAY_ITEMS} items. Use a list, such as INTEGER[].`,
          where
        );
      }
    };
    const unbound: Check = (typeName) => {
      if (typeof typeName !== 'string' || !NAMED_TYPES.has(typeName.toLowerCase())) {
        throw walker.refuse(
          `${String(typeName)} is not a type that can be used here. Use a built-in one, such as VARCHAR or BIGINT.`,
          where
        );
      }
    };
    const nested: Record<string, Check> = {
      DECIMAL: objectOf({ ...details, width: digits, scale: digits }, 'DECIMAL'),
      LIST: objectOf(details, 'LIST'),
      MAP: objectOf(details, 'MAP'),
      STRUCT: objectOf(details, 'STRUCT'),
      ARRAY: objectOf({ ...details, child_type: inner(items * sizeOf(info)), size }, 'ARRAY'),
      UNBOUND: objectOf(
        {
          ...details,
          name: unbound,
          catalog: nothing('A type cannot have a catalog.'),
          schema: nothing('A type cannot have a schema.'),
          user_type_modifiers: nothing('The type cannot have modifiers.'),
        },
        'A type'
      ),
    };
    const check = Object.hasOwn(nested, id) ? nested[id] : undefined;
    if (!check) {
      throw walker.refuse(`The type ${id} cannot be used.`, where);
    }
    walker.check(node, { id: name, type_info: id === 'DECIMAL' ? optional(check) : check }, where, 'A type');
  });
}

function sizeOf(info: Json | undefined): number {
  const size = typeof info === 'object' && info !== null && !Array.isArray(info) ? info['size'] : undefined;
  return typeof size === 'number' ? Math.max(1, size) : 1;
}

/** A literal: its type, and a value that is no larger than the limits. */
export const literal: Check = (value, walker, where) => {
  walker.check(
    nodeOf(value, walker, where),
    { type, is_null: oneOf(true, false), value: literalValue },
    where,
    'A literal'
  );
};

const literalValue: Check = (value, walker, where) => {
  if (typeof value === 'string' && value.length > walker.limits.literalLength) {
    throw walker.refuse(`A text is longer than ${walker.limits.literalLength} characters.`, where);
  }
  if (typeof value === 'object' && value !== null) {
    // A HUGEINT is two halves. Lists and structs are written as calls, but an open end of a slice is an empty list.
    const shape = { upper: number, lower: number, children: nothing('Write a list as [1, 2].') };
    walker.check(nodeOf(value, walker, where), shape, where, 'A literal');
  }
};

const number: Check = (value, walker, where) => {
  if (typeof value !== 'number') {
    throw unknownShape(walker, where);
  }
};
