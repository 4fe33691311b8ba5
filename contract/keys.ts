import { COLUMN_TYPES, type ColumnName, type ColumnType, PARTITION_NAME } from './columns';

/** Keys that are computed from columns and may be used wherever a key may. */
export const DERIVED_KEYS = {
  status_class: 'Class of the status: 1xx, 2xx, 3xx, 4xx or 5xx.',
} as const;

const ATTRIBUTE_PREFIX = 'attributes.';

export type RecordKey =
  | { kind: 'column'; column: { name: string; type: ColumnType } }
  | { kind: 'status_class' }
  | { kind: 'attribute'; attribute: string };

/**
 * Reads a key of a filter or a group-by: a column of the record or its `date`, `status_class`, or `attributes.<name>`.
 * `attributes` itself is not a key. Returns undefined for anything else.
 */
export function parseKey(key: string): RecordKey | undefined {
  if (key === 'status_class') {
    return { kind: 'status_class' };
  }
  if (key.startsWith(ATTRIBUTE_PREFIX) && key.length > ATTRIBUTE_PREFIX.length) {
    return { kind: 'attribute', attribute: key.slice(ATTRIBUTE_PREFIX.length) };
  }
  const type = key === PARTITION_NAME ? 'date' : typeOf(key);
  return type && type !== 'map<string,string>' ? { kind: 'column', column: { name: key, type } } : undefined;
}

function typeOf(name: string): ColumnType | undefined {
  return Object.hasOwn(COLUMN_TYPES, name) ? COLUMN_TYPES[name as ColumnName] : undefined;
}

/** Name of the group that everything outside the top N is put into. */
export const OTHER_GROUP = '{other}';

/** Route of requests that no route is known for. */
export const UNMATCHED_ROUTE = '{unmatched}';
