import { PARTITION_COLUMN, RECORD_COLUMNS, SORT_COLUMNS, type ColumnType, type RecordColumn } from '@apitrail/contract';

/**
 * A kind of table of the lake: what is in it and how its files are laid out. Every table has a column `time`, which is
 * set in every row.
 */
export interface TableDefinition {
  /** Name of the table, and of its folder in the lake. */
  name: string;
  /** Columns of its data files, in their order. `time` is one of them, `date` is none. */
  columns: readonly RecordColumn[];
  /** Whether it is partitioned by `date`, the UTC date of `time`; else all files lie in the table's folder. */
  partitioned: boolean;
  /** Columns that rows are sorted by within a file, ascending, nulls last. */
  sortBy: readonly string[];
  /** Columns whose least and greatest value and number of nulls stand in the log, so that files can be left out. */
  statistics: readonly string[];
  /** Columns of which only the number of nulls stands there. */
  counted?: readonly string[];
}

/**
 * Columns without statistics: ids and texts differ in every row, so that their bounds would leave no file out and only
 * make the log longer.
 */
const UNPRUNABLE = new Set<string>([
  ...['path', 'query', 'error_message', 'session', 'client_ip', 'user_agent', 'object_id', 'tls_cipher'],
  ...['trace_id', 'span_id', 'request_id', 'source', 'attributes'],
]);

/** The table of requests, `DIR/requests`. */
export const REQUESTS_TABLE: TableDefinition = {
  name: 'requests',
  columns: RECORD_COLUMNS,
  partitioned: true,
  sortBy: SORT_COLUMNS,
  statistics: RECORD_COLUMNS.map(({ name }) => name).filter((name) => !UNPRUNABLE.has(name)),
  // Whose a request is: how many are nobody’s is then known without a look at them.
  counted: ['session'],
};

/** A column of a table that is Apitrail’s own, which comes from no attribute of OpenTelemetry’s. */
export function ownColumn(name: string, type: ColumnType, description: string): RecordColumn {
  return { name, type, description };
}

/** Names of the columns that files are partitioned by. */
export function partitionColumns({ partitioned }: TableDefinition): string[] {
  return partitioned ? [PARTITION_COLUMN.name] : [];
}
